"""Either the bot speaks or a person does, whatever comes between whose read and write."""

import pytest

from desk.agent import Agent
from tests.guarantees.house import ANNA, MINUTE, SECOND, House
from tests.guarantees.moments import die, once

JONAS = Agent(id="jonas", name="Jonas", groups=frozenset({"agents"}))
JOINED = "agent_joined"


def _waiting(house: House) -> None:
    house.ask("I want a person please.")


def test_a_claim_between_read_and_write_silences_the_bot(house: House) -> None:
    """What was decided before a claim is not committed after it: it is decided anew.

    The version in the conditional write ends this race.
    """
    _waiting(house)
    house.write("When do you open?")
    house.moments.hook = once("before", "put_conversation", house.claim)
    house.converse()
    house.rest()
    assert house.state().assignee == "agent:anna"
    assert house.said()[-2:] == [("system", JOINED), ("customer", "When do you open?")]
    assert house.messenger.texts()[-1] == JOINED


def test_a_commit_between_a_claims_read_and_its_write_is_kept(house: House) -> None:
    """A turn that came first stays, the claim reads again and stands behind it."""
    _waiting(house)
    house.write("When do you open?")
    reads: list[int] = []

    def converse_first(moment: object) -> None:
        name = (getattr(moment, "handler", ""), getattr(moment, "when", ""))
        if name == ("desk", "before") and getattr(moment, "name", "") == "put_conversation":
            reads.append(1)
            if len(reads) == 1:
                house.converse()

    house.moments.hook = converse_first
    house._run("desk", house.claim)
    house.rest()
    assert len(reads) == 2
    assert house.said()[-3:] == [
        ("customer", "When do you open?"),
        ("bot", "re: When do you open?"),
        ("system", JOINED),
    ]
    assert house.state().assignee == "agent:anna"


def test_a_claim_between_commit_and_delivery_withdraws_the_answer(house: House) -> None:
    """The bot's answer, committed but not sent, is not sent any more; the thread says so."""
    _waiting(house)
    house.write("When do you open?")
    house.converse()
    house.claim()
    house.rest()
    assert "re: When do you open?" not in house.messenger.texts()
    record = next(r for r in house.records() if any(m.author == "bot" for m in r.messages))
    answer = next(m for m in record.messages if m.author == "bot")
    assert record.states[answer.id] == "withdrawn"
    assert house.messenger.texts()[-1] == JOINED


def test_a_claim_withdraws_no_word_of_the_house(house: House) -> None:
    """Hand-over and emergency number are delivered, whoever claimed meanwhile."""
    house.write("There is fire here, and I want a person please.")
    house.write("I want a person please.")
    house.converse()
    house.claim()
    house.rest()
    assert house.messenger.texts() == ["112!", "disclosure", "hand_over", JOINED]
    assert {state for record in house.records() for state in record.states.values()} == {"sent"}


def test_a_send_that_had_begun_counts_as_before_the_claim(house: House) -> None:
    """A claim during the call to the messenger: the bubble is out, and the record says so."""
    _waiting(house)
    house.write("When do you open?")
    house.converse()
    house.moments.hook = once("before", "provider.call", house.claim)
    house.rest()
    assert house.messenger.texts()[-2:] == ["re: When do you open?", JOINED]
    states = [state for record in house.records() for state in record.states.values()]
    assert set(states) == {"sent"}


def test_another_new_epoch_withdraws_nothing(house: House) -> None:
    """Only a claim silences the bot: an answer in front of a hand-over is delivered."""
    house.write("When do you open?")
    house.converse()
    house.write("I want a person please.")
    house.converse()
    house.rest()
    assert house.messenger.texts() == ["disclosure", "re: When do you open?", "hand_over"]


def test_while_a_person_has_it_the_bot_is_silent(house: House) -> None:
    """Every kind of message from the customer goes to the agent without a word of the bot."""
    _waiting(house)
    house.claim()
    house.rest()
    before = house.messenger.texts()
    for text in ("When do you open?", "I want a person please.", "hm", "Hello", "2"):
        house.ask(text)
    house.ask("", sticker={"file_id": "f", "emoji": "🙂"})
    assert house.messenger.texts() == before
    assert house.written()[-6:-1] == [
        "When do you open?",
        "I want a person please.",
        "hm",
        "Hello",
        "2",
    ]


@pytest.mark.parametrize("end", ["resolve", "returned"])
def test_a_reply_with_an_old_epoch_comes_back_as_a_draft(house: House, end: str) -> None:
    """What an agent writes too late is not said, and not lost: each reply is a draft of its own."""
    _waiting(house)
    epoch = house.claim().epoch
    if end == "resolve":
        house.resolve(epoch)
    house.rest(until=house.now + 20 * MINUTE)
    assert house.state().agent is None
    before = house.messenger.texts()
    house.reply("Too late, first.", epoch)
    house.reply("Too late, second.", epoch)
    house.rest()
    assert house.messenger.texts() == before
    drafts = house.table.items(house.conversation_of(), f"D#{ANNA.id}#")
    assert [body["text"] for _, body in drafts] == ["Too late, first.", "Too late, second."]


def test_a_reply_of_an_older_claim_of_the_same_agent_is_a_draft(house: House) -> None:
    """The epoch decides, not the name: between both claims somebody else may have spoken."""
    _waiting(house)
    old = house.claim().epoch
    house.rest(until=house.now + 20 * MINUTE)
    new = house.claim().epoch
    house.reply("From the first time.", old)
    house.reply("From now.", new)
    house.rest()
    said = [text for author, text in house.said() if author == "agent"]
    assert said == ["From now."]


def test_a_reply_of_another_agent_is_a_draft(house: House) -> None:
    """Only who has the conversation speaks in it, whatever epoch is given."""
    _waiting(house)
    epoch = house.claim().epoch
    house.rest()
    before = house.messenger.texts()
    house.reply("I am Jonas.", epoch, agent=JONAS)
    house.rest()
    assert house.messenger.texts() == before
    [(_, draft)] = house.table.items(house.conversation_of(), "D#jonas#")
    assert draft["text"] == "I am Jonas."


def test_a_claim_between_commit_and_flush_loses_nothing(house: House) -> None:
    """Committed, and the process died: who claims finishes the turn before its own."""
    _waiting(house)
    house.write("When do you open?")
    house.moments.hook = once("after", "put_conversation", die)
    house.converse()
    house.moments.hook = lambda moment: None
    house.claim()
    house.rest()
    assert house.said()[-3:] == [
        ("customer", "When do you open?"),
        ("bot", "re: When do you open?"),
        ("system", JOINED),
    ]
    assert [record.sequence for record in house.records()][:3] == [1, 2, 3]
    assert house.messenger.texts()[-1] == JOINED


def test_a_claim_whose_claimer_died_is_told_by_the_wake(house: House) -> None:
    """The claim's own write carries the wake that finishes its turn."""
    _waiting(house)
    house.moments.hook = once("after", "put_conversation", die)
    house._run("desk", house.claim)
    assert house.state().assignee == "agent:anna"
    assert house.messenger.texts()[-1] == "hand_over"
    house.rest(until=house.now + 90 * SECOND)
    assert house.messenger.texts()[-1] == JOINED
