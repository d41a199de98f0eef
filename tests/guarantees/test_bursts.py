"""In order, and one answer to a burst: finished messages at once, unfinished ones together."""

from tests.guarantees.example import example_bot
from tests.guarantees.house import SECOND, START, House
from tests.guarantees.messenger import whatsapp_event, whatsapp_message

HURRIED = ("hallo", "hab ne frage", "mein zähler", "wo geb ich den stand ein?")


def test_five_finished_requests_in_a_second_are_all_answered_in_order(house: House) -> None:
    """Each finished message gets its own answer, at once, in the order of the messages."""
    texts = [f"What about number {n}?" for n in range(5)]
    for text in texts:
        house.write(text)
        house.now += 200
    house.rest()
    assert house.written() == texts
    assert house.messenger.texts() == ["disclosure", *(f"re: {text}" for text in texts)]
    assert house.now == START + SECOND  # nobody waited for anything


def test_five_in_one_webhook_call_are_all_answered_in_order(house: House) -> None:
    """Messages of one address that arrive in one call keep their order."""
    bodies = [f"What about number {n}?" for n in range(5)]
    event = whatsapp_event(
        {
            "messages": [
                whatsapp_message("49170", n, house.now, type="text", text={"body": body})
                for n, body in enumerate(bodies)
            ]
        }
    )
    assert house.post(event) == 200
    house.rest()
    assert house.messenger.texts() == ["\n\n".join(("disclosure", *(f"re: {b}" for b in bodies)))]


def test_a_batch_of_several_turns_keeps_their_order(house: House) -> None:
    """One message at a time, or ten: the messenger gets the answers in the same order."""
    for n in range(6):
        house.write(f"What about number {n}?")
    group = house.conversation_of()
    for size in (1, 3, 1, 1):
        house.converse({group: size})
    house.rest()
    answers = [f"re: What about number {n}?" for n in range(6)]
    assert house.messenger.texts() == ["disclosure", *answers]


def test_a_hurried_customer_gets_one_answer() -> None:
    """ "hallo", "hab ne frage", "mein zähler", "wo geb ich den stand ein?": one answer to all."""
    house = House(example_bot())
    house.actions.answers["validate_meter_reading_form"] = {"events": [], "responses": []}
    for text in HURRIED:
        house.write(text)
        house.converse()
        house.now += SECOND
    house.rest()
    assert house.written() == list(HURRIED)
    turns = [r for r in house.records() if any(m.author == "customer" for m in r.messages)]
    assert len(turns) == 1
    bot_said = [text for author, text in house.said() if author == "bot"]
    assert len(bot_said) == 1
    assert "Kundennummer" in bot_said[0]
    assert house.messenger.texts()[1:] == bot_said  # the disclosure, then the answer
    assert house.now - START <= 6 * SECOND


def test_a_greeting_alone_is_answered_after_a_moment(house: House) -> None:
    """Who only greets waits for two seconds, not longer."""
    house.write("Hello")
    house.rest()
    assert house.messenger.texts() == ["disclosure", "re: Hello"]
    assert house.now - START == 2 * SECOND


def test_a_burst_waits_at_most_five_seconds(house: House) -> None:
    """Who goes on and on without a finished sentence is answered after five seconds."""
    for n in range(10):
        house.write(f"and number {n}")
        house.converse()
        if house.table.all_conversations():
            break
        house.now += SECOND
    assert house.now - START == 5 * SECOND
    house.rest()
    assert house.written() == [f"and number {i}" for i in range(n + 1)]
    assert len([text for author, text in house.said() if author == "bot"]) == 1


def test_danger_does_not_wait(house: House) -> None:
    """One word is enough: the emergency number comes at once, not after the burst."""
    house.write("Fire")
    house.converse()
    house.deliver()
    assert house.messenger.texts()[0] == "112!"


def test_an_answer_to_options_does_not_wait(house: House) -> None:
    """While a question is open, three words are an answer, and answered at once."""
    house.ask("Let me choose one.")
    before = house.now
    assert house.ask("Red") == ["re: /red"]
    assert house.now == before


def test_while_a_person_has_it_nothing_waits(house: House) -> None:
    """An agent sees every message at once."""
    house.ask("I want a person please.")
    house.claim()
    house.rest()
    before = house.now
    house.write("ok then")
    house.converse()
    assert house.written()[-1] == "ok then"
    assert house.now == before


def test_one_customer_does_not_wait_for_anothers_burst(house: House) -> None:
    """An unfinished message is put back alone; others in the batch are answered."""
    house.write("Hello", user="6")
    house.write("When do you open?", user="5")
    assert len(house.converse()) == 2
    house.deliver()
    assert house.messenger.texts() == ["disclosure", "re: When do you open?"]
