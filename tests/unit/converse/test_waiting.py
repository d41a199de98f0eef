"""While somebody waits or a person has it, nobody is left without a word."""

import pytest

from conversation.understanding import Language
from tests.guarantees.house import HOUR, MINUTE, House
from tests.unit.converse.talk import (
    IDLE,
    buttons,
    claimed_house,
    disclosed,
    new_house,
    reference,
    resolved_house,
    sentence,
    waiting_house,
)


def test_the_bot_still_answers_what_it_is_sure_of() -> None:
    """Opening hours do not have to wait for a person, and the place in the queue stays."""
    house = waiting_house()
    before = house.state().escalation
    [answer] = house.ask("Wann haben Sie geöffnet?")
    assert "Marktplatz 1" in answer
    assert house.state().assignee == "queue"
    assert house.state().escalation == before


@pytest.mark.parametrize("text", ["Meine Kundennummer ist 4711.", "Ja", "Nein", "4711", "🙂"])
def test_an_addition_is_acknowledged(text: str) -> None:
    """What the agent will need is taken, and the customer is told so."""
    assert waiting_house().ask(text) == [sentence("added")]


def test_a_photo_for_the_agent_is_acknowledged_too() -> None:
    """While waiting, what the bot cannot read is passed on, not complained about."""
    house = waiting_house()
    assert house.ask("", photo=[{"file_id": "p", "file_size": 5}]) == [sentence("added")]


def test_additions_are_acknowledged_once_in_ten_minutes() -> None:
    """Five messages in a row don't get five times the same word; later they do again."""
    house = waiting_house()
    told = [house.ask(f"Noch etwas, das Sie wissen müssen: Nummer {n}.") for n in range(4)]
    assert told == [[sentence("added")], [], [], []]
    house.now += 10 * MINUTE
    assert house.ask("Und das hier auch noch: Nummer 9.") == [sentence("added")]


def test_what_would_hand_over_is_an_addition_now() -> None:
    """A second matter for people does not open a second escalation."""
    house = waiting_house()
    known = reference(house)
    assert house.ask("Ich möchte meinen Vertrag kündigen.") == [sentence("added")]
    assert reference(house) == known


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie lange dauert das noch?", "de"),
        ("Wie lange noch?", "de"),
        ("Hallo?", "de"),
        ("Hallo, ist da jemand?", "de"),
        ("hallo nochmal", "de"),
        ("Ich möchte mit einem Menschen sprechen!", "de"),
        ("How long will it take?", "en"),
        ("How much longer?", "en"),
        ("I want to talk to a human", "en"),
    ],
)
def test_who_asks_how_long_is_told_that_it_is_not_forgotten(text: str, language: Language) -> None:
    """The reference, the queue, and no time where none is known; asked for a person again too."""
    house = waiting_house()
    epoch = house.state().epoch
    told = sentence("still_waiting", language, reference=reference(house))
    assert house.ask(text) == [told]
    assert house.state().epoch == epoch


def test_a_question_about_a_contract_is_not_about_the_queue() -> None:
    """ "How long" about something else gets its own answer, also while waiting."""
    [answer] = waiting_house().ask("Wie lange läuft mein Vertrag noch?")
    assert "Kündigungsfrist" in answer


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hat sich erledigt.", "de"),
        ("Doch nicht, vergessen Sie es.", "de"),
        ("Never mind, I solved it myself.", "en"),
    ],
)
def test_a_customer_may_withdraw(text: str, language: Language) -> None:
    """The escalation is closed and kept as withdrawn; nobody calls back; the bot has it again."""
    house = waiting_house()
    known = reference(house)
    assert house.ask(text) == [sentence("withdrawn", language, reference=known)]
    assert house.state().assignee == "bot"
    assert house.state().timers == {}
    [(_, closed)] = house.table.items(house.conversation_of(), "X#")
    assert (closed["outcome"], closed["escalation"]["reference"]) == ("withdrawn", known)
    assert "Marktplatz 1" in house.ask("Wann haben Sie geöffnet?")[0]  # and nothing reopens


def test_the_customer_is_told_who_is_there() -> None:
    """At the claim, by name and in the customer's language."""
    house, _ = claimed_house()
    assert house.messenger.texts()[-1] == "Anna ist jetzt für Sie da."
    english = waiting_house("I want to talk to a human")
    english.claim()
    english.rest()
    assert english.messenger.texts()[-1] == "Anna is here for you now."


def test_a_claim_that_nobody_works_on_returns_to_its_old_place() -> None:
    """After fifteen minutes without a word: back in the queue, not at its end, customer told."""
    house = waiting_house()
    before = house.state().escalation
    assert before is not None
    house.now += 5 * MINUTE
    house.claim()
    house.rest(until=house.now + IDLE + 2 * MINUTE)
    after = house.state().escalation
    assert after is not None
    assert house.state().assignee == "queue"
    assert (after.due, after.reference, after.agent) == (before.due, before.reference, "")
    told = sentence("returned_to_queue", reference=before.reference)
    assert house.messenger.texts()[-1] == told
    assert house.claim().epoch == house.state().epoch


def test_an_agent_who_answered_keeps_it_until_the_customer_waits_again() -> None:
    """The clock runs only while the customer waits for an answer."""
    house, epoch = claimed_house()
    house.reply("Welche Nummer hat Ihr Zähler?", epoch)
    house.rest(until=house.now + 2 * HOUR)
    assert house.state().agent == "anna"
    house.write("Die 4711, bitte sehen Sie nach.")
    house.rest(until=house.now + IDLE + 2 * MINUTE)
    assert house.state().assignee == "queue"


def test_an_answer_in_time_keeps_the_conversation() -> None:
    """A reply stops the clock that the customer's message had started."""
    house, epoch = claimed_house()
    house.ask("Sind Sie noch da?")
    house.now += 10 * MINUTE
    house.reply("Ja, einen Moment.", epoch)
    house.rest(until=house.now + HOUR)
    assert house.state().agent == "anna"


def test_a_time_is_told_where_operators_set_one() -> None:
    """Thirty minutes are told; asked again, what is left of them."""
    house = new_house(first_reply_minutes=30)
    said = house.ask("Ich möchte mit einem Menschen sprechen.")
    known = reference(house)
    told = sentence("hand_over_with_time", reference=known, minutes="30")
    assert said == disclosed(told)
    assert "innerhalb von 30 Minuten" in told
    house.now += 12 * MINUTE
    [again] = house.ask("Wie lange dauert das noch?")
    assert "innerhalb von 18 Minuten" in again


def test_a_promise_that_was_missed_is_said() -> None:
    """Nobody finds out by themselves that it takes longer; it is said once, and stays due."""
    house = new_house(first_reply_minutes=30)
    house.ask("Ich möchte mit einem Menschen sprechen.")
    before = house.state().escalation
    house.rest(until=house.now + 3 * HOUR)
    missed = sentence("promise_missed", reference=reference(house))
    assert house.messenger.texts().count(missed) == 1
    assert house.state().escalation == before
    told = sentence("still_waiting", reference=reference(house))
    assert house.ask("Wie lange noch?") == [told]  # no time any more


def test_a_promise_that_was_kept_is_not_said_to_be_missed() -> None:
    """A claim in time ends the promise."""
    house = new_house(first_reply_minutes=30)
    house.ask("Ich möchte mit einem Menschen sprechen.")
    house.claim()
    house.rest(until=house.now + MINUTE)
    house.reply("Guten Tag.", house.state().epoch)
    house.rest(until=house.now + 3 * HOUR)
    assert not [text for text in house.messenger.texts() if "länger als" in text]


@pytest.mark.parametrize(
    ("thanks", "language"),
    [
        ("Vielen Dank!", "de"),
        ("danke schön", "de"),
        ("Danke Ihnen, das war sehr nett 😊", "de"),
        ("Vielen Dank für die schnelle Hilfe!", "de"),
        ("Ok, danke", "de"),
        ("Nein danke.", "de"),
        ("👍", "de"),
        ("👍🏽", "de"),
        ("🙏🙏❤️", "de"),
        ("Thanks a lot!", "en"),
        ("Thank you so much for your help :)", "en"),
    ],
)
def test_a_thank_you_closes(thanks: str, language: Language) -> None:
    """After "resolved" a thank-you is answered and opens nothing."""
    house = resolved_house()
    assert house.ask(thanks) == [sentence("closed_thanks", language)]
    assert house.state().assignee == "bot"


@pytest.mark.parametrize(
    "text",
    [
        "Das stimmt so aber nicht.",
        "Danke, aber es geht immer noch nicht.",
        "Danke für nichts!",
        "?",
        "😡",
        "4711",
    ],
)
def test_anything_else_opens_again_at_the_old_place(text: str) -> None:
    """The same reference and place in the queue, whose row shows what the customer says now."""
    house = waiting_house()
    before = house.state().escalation
    assert before is not None
    epoch = house.claim().epoch
    house.resolve(epoch)
    house.rest()
    house.now += 23 * HOUR
    assert house.ask(text) == [sentence("reopened", reference=before.reference)]
    after = house.state().escalation
    assert after is not None
    assert (after.reference, after.due, after.reason) == (before.reference, before.due, "reopened")
    assert after.question == text
    assert house.state().assignee == "queue"


def test_a_greeting_opens_again_what_it_was_about() -> None:
    """Its row in the queue still tells the matter."""
    house = waiting_house()
    before = house.state().escalation
    assert before is not None
    house.resolve(house.claim().epoch)
    house.rest()
    house.ask("Guten Tag!")
    after = house.state().escalation
    assert after is not None
    assert (after.reason, after.question) == ("reopened", before.question)


@pytest.mark.parametrize("said", ["Dankeschön!", "Ja.", "Nein, das war alles.", "Auf Wiedersehen."])
def test_a_word_that_wants_nothing_is_not_what_a_person_is_wanted_for(said: str) -> None:
    """The agent reads the last real request."""
    house = new_house()
    house.ask("Wann haben Sie geöffnet?")
    house.ask(said)
    house.ask("Ich möchte mit einem Menschen sprechen.")
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.question == "Wann haben Sie geöffnet?"


def test_after_the_reopening_time_the_bot_begins() -> None:
    """A day later it is a new matter."""
    house = resolved_house()
    house.now += 25 * HOUR
    [answer] = house.ask("Wann haben Sie geöffnet?")
    assert "Marktplatz 1" in answer
    assert house.state().assignee == "bot"


def test_resolved_is_said_with_the_reference() -> None:
    """The customer reads that it is closed, and that one may write at any time."""
    house = waiting_house()
    known = reference(house)
    house.resolve(house.claim().epoch)
    house.rest()
    assert house.messenger.texts()[-1] == sentence("resolved", reference=known)
    [(_, closed)] = house.table.items(house.conversation_of(), "X#")
    assert (closed["outcome"], closed["agent"]) == ("resolved", "anna")


def test_handed_back_the_bot_speaks_again() -> None:
    """The bot says that it is the bot, and answers; nothing reopens."""
    house, epoch = claimed_house()
    house.hand_back(epoch)
    house.rest()
    assert house.messenger.texts()[-1] == sentence("handed_back")
    assert "Marktplatz 1" in house.ask("Wann haben Sie geöffnet?")[0]


@pytest.mark.parametrize("what", ["resolve", "hand_back"])
def test_who_has_lost_a_conversation_cannot_end_it(what: str) -> None:
    """An old epoch ends nothing: somebody else may be working on it."""
    house, old = claimed_house()
    house.rest(until=house.now + IDLE + 2 * MINUTE)
    house.claim()
    getattr(house, what)(old)
    house.rest()
    assert house.state().agent == "anna"


def test_the_bots_options_are_over_when_a_person_comes() -> None:
    """A number that is meant for the agent is never taken for an old option."""
    house = new_house()
    house.ask("Hallo")
    assert buttons(house)
    house.ask("Ich möchte mit einem Menschen sprechen.")
    assert house.ask("2") == [sentence("added")]


def test_every_reference_can_be_searched() -> None:
    """An escalation's number leads to its conversation."""
    house: House = waiting_house()
    found = house.table.item(f"R#{reference(house)}", "R")
    assert found is not None
    assert found["conversation"] == house.conversation_of()
