"""WhatsApp bills each message: what a turn says goes out as one, and each keeps its own fate."""

import json

import pytest

from channels.base import ProviderResponse
from conversation.bubble import message_ids
from conversation.errors import Unavailable
from conversation.message import Message
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House
from tests.guarantees.messenger import whatsapp_event, whatsapp_message, whatsapp_status
from tests.guarantees.moments import When, die, fail, once

USER = "49170"
QUESTION = "When do you open?"
WHOLE = f"disclosure\n\nre: {QUESTION}"


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _post(house: House, text: str, number: int = 1) -> None:
    message = whatsapp_message(USER, number, house.now, type="text", text={"body": text})
    assert house.post(whatsapp_event({"messages": [message]})) == 200


def _ours(house: House) -> list[Message]:
    return [m for m in house.thread(USER, "whatsapp") if m.author != "customer" and m.address]


def _states(house: House) -> dict[str, str]:
    """Return what became of each of our messages, by its text."""
    states = {k: v for r in house.records(USER, "whatsapp") for k, v in r.states.items()}
    return {m.content.text: states.get(m.id, "none") for m in _ours(house)}


def _marked(house: House) -> list[str]:
    unknown = {id_ for record in house.records(USER, "whatsapp") for id_ in record.unknown}
    return [m.content.text for m in _ours(house) if m.id in unknown]


def test_a_turn_is_one_message(house: House) -> None:
    """One call, in order, an empty line between; the thread keeps what was said one by one."""
    _post(house, QUESTION)
    house.rest()
    assert house.messenger.texts() == [WHOLE]
    assert [m.content.text for m in _ours(house)] == ["disclosure", f"re: {QUESTION}"]
    assert set(_states(house).values()) == {"sent"}
    [record] = house.records(USER, "whatsapp")
    assert set(record.provider_ids.values()) == {("wamid.ours900001",)}
    assert list(record.cursor.values()) == [1]


def test_options_stay_with_the_last(house: House) -> None:
    """The question's buttons hang on the one message."""
    _post(house, "Let me choose please.")
    house.rest()
    [taken] = house.messenger.taken
    assert taken.text == "disclosure\n\nWhich one?"
    assert [title for title, _ in taken.buttons] == ["Red", "Blue"]


def test_what_does_not_fit_goes_apart(house: House) -> None:
    """Beyond the limit it is several messages, and none is cut for being joined."""
    _post(house, "x" * 4_080 + " long?")
    house.rest()
    texts = house.messenger.texts()
    assert texts[0] == "disclosure"
    assert "".join(texts).count("x") == 2 * 4_080
    assert all(len(text) <= 4_096 for text in texts)
    assert set(_states(house).values()) == {"sent"}


@pytest.mark.parametrize("seen", ["before", "after"])
def test_a_claim_leaves_the_words_of_the_house(house: House, seen: str) -> None:
    """The bot's part is withdrawn, the disclosure goes out alone; begun before, all goes."""
    _post(house, "I want a person please.")
    house.rest()
    house.messenger.taken.clear()
    _post(house, "There is a fire! Is it act or not?", 2)
    _post(house, QUESTION, 3)
    house.converse()
    if seen == "after":
        house.deliver()
    house.claim(USER, channel="whatsapp")
    house.rest()
    texts = house.messenger.texts()
    assert texts[0] == ("112!" if seen == "before" else f"112!\n\nre: {QUESTION}")
    assert _states(house)["112!"] == "sent"
    assert _states(house)[f"re: {QUESTION}"] == ("withdrawn" if seen == "before" else "sent")


def test_a_claim_in_the_middle_withdraws_no_word_of_the_house(house: House) -> None:
    """Sent, its outcome lost, then claimed: the house's words come again alone, and are marked."""
    _post(house, "I want a person please.")
    house.rest()
    house.messenger.taken.clear()
    _post(house, "There is a fire!", 2)
    _post(house, QUESTION, 3)
    house.converse()
    house.moments.hook = once("before", "note_outcome", die)
    house.deliver()
    house.claim(USER, channel="whatsapp")
    house.rest()
    assert house.messenger.texts()[:2] == [f"112!\n\nre: {QUESTION}", "112!"]
    assert _states(house)["112!"] == "sent"
    assert _states(house)[f"re: {QUESTION}"] == "withdrawn"
    assert _marked(house) == ["112!"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_around_the_outcome_loses_and_doubles_nothing_unseen(
    house: House, when: When
) -> None:
    """All of a bubble has its outcome or none: what is sent again is marked, each part of it."""
    _post(house, QUESTION)
    house.converse()
    house.moments.hook = once(when, "note_outcome", die)
    house.rest()
    assert house.messenger.texts() == [WHOLE] * (2 if when == "before" else 1)
    assert _marked(house) == (["disclosure", f"re: {QUESTION}"] if when == "before" else [])
    assert set(_states(house).values()) == {"sent"}


def test_an_unknown_outcome_marks_each(house: House) -> None:
    """The messenger took it and its answer was lost: both messages may be there twice."""
    house.messenger.lost = [Unavailable("time-out")]
    _post(house, QUESTION)
    house.rest()
    assert house.messenger.texts() == [WHOLE, WHOLE]
    assert _marked(house) == ["disclosure", f"re: {QUESTION}"]


@pytest.mark.parametrize("name", ["note_refusal", "inbound.send", "note_failure"])
def test_a_refusal_is_each_ones(house: House, name: str) -> None:
    """Refused is all of it, told once, whatever fails meanwhile."""
    refusal = {"error": {"code": 131026, "message": "undeliverable"}}
    answer = ProviderResponse(400, json.dumps(refusal).encode())
    house.messenger.answers = [lambda: answer] * 2
    _post(house, QUESTION)
    house.converse()
    house.moments.hook = once("after", name, fail)
    house.rest()
    assert set(_states(house).values()) == {"failed"}
    notes = [m.content.text for m in house.thread(USER, "whatsapp") if m.address is None]
    assert notes == ["delivery_failed: not_reachable (131026)"]


def test_a_late_failure_is_each_ones(house: House) -> None:
    """WhatsApp takes it and says "failed" afterwards: no part is called sent any more."""
    _post(house, QUESTION)
    house.rest()
    reference = house.messenger.taken[0].reference
    assert [m.id for m in _ours(house)] == list(message_ids(reference))
    status = whatsapp_status(USER, "failed", house.now, "x", reference, code=131026)
    assert house.post(status) == 200
    house.rest()
    [record, *_] = house.records(USER, "whatsapp")
    assert set(record.receipts) == {m.id for m in _ours(house) if m.id in record.states}


def test_other_messengers_say_one_thing_after_the_other(house: House) -> None:
    """Where nobody pays by the message, each answer stands for itself."""
    assert house.ask(QUESTION) == ["disclosure", f"re: {QUESTION}"]


def test_messages_are_counted_as_they_are_billed(house: House) -> None:
    """One for the whole turn, in the conversation and for operators; what failed is none."""
    _post(house, QUESTION)
    house.rest()
    assert house.state(USER, "whatsapp").sent == {"whatsapp": 1} == dict(house.sent)
    refusal = {"error": {"code": 131026, "message": "undeliverable"}}
    answer = ProviderResponse(400, json.dumps(refusal).encode())
    house.messenger.answers = [lambda: answer]
    _post(house, "And where?", 2)
    house.rest()
    assert house.state(USER, "whatsapp").sent == {"whatsapp": 1} == dict(house.sent)


def test_each_answer_counts_where_each_is_sent(house: House) -> None:
    """Elsewhere every message is one, a long text as many as its parts, who takes over included."""
    house.ask(QUESTION)
    assert house.state().sent == {"telegram": 2} == dict(house.sent)
    parts = len(house.ask("x" * 5_000 + "?"))
    assert parts > 1
    assert house.state().sent == {"telegram": 2 + parts} == dict(house.sent)
    house.ask("I want a person please.")
    house.claim()
    house.rest()
    assert house.state().sent == {"telegram": 4 + parts} == dict(house.sent)
