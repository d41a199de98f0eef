"""Nothing is tried in vain that a closed messaging window refuses, and nobody is left without."""

from typing import Any

import pytest

from conversation.conversation import QUEUE
from conversation.event import HandBack, Reply, Resolve
from conversation.message import Message
from conversation.template import FilledTemplate
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import ANNA, DAY, HOUR, MINUTE, House
from tests.guarantees.messenger import (
    address,
    page_event,
    whatsapp_event,
    whatsapp_message,
    whatsapp_status,
)

USER = "491701234567"
PSID = "5200000000000001"
WHATSAPP = address(USER, "whatsapp")


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _write(house: House, text: str, ago: int = 0, **more: Any) -> None:
    """Let the customer have written on WhatsApp so long ago (ms), the message coming now."""
    content = more or {"type": "text", "text": {"body": text}}
    at = house.now - ago
    message = whatsapp_message(USER, at // 1000, at, **content)
    assert house.post(whatsapp_event({"messages": [message]})) == 200
    house.rest()


def _with_anna(house: House) -> int:
    """Let Anna have the conversation; return the epoch."""
    _write(house, "I want a person please.")
    epoch = house.claim(USER, channel="whatsapp").epoch
    house.rest()
    return epoch


def _send(house: House, event: Any) -> None:
    house.inbound.send(house.conversation_of(USER, "whatsapp"), event)
    house.rest()


def _reply(house: House, epoch: int, text: str = "It is done.", **more: Any) -> None:
    event = Reply(id=f"r {text}", at=house.now, agent=ANNA.id, epoch=epoch, text=text, **more)
    _send(house, event)


def _ours(house: House, channel: str = "whatsapp", user: str = USER) -> list[Message]:
    return [m for m in house.thread(user, channel) if m.author != "customer" and m.address]


def test_an_answer_that_comes_too_late_to_be_sent_fetches_a_person(house: House) -> None:
    """A message that reached us after a day is kept; its answer is not tried; a person has it."""
    _write(house, "When do you open?", ago=DAY)
    assert house.messenger.calls == 0
    answer = next(m for m in _ours(house) if m.author == "bot")
    assert answer.unsent == "window_closed"
    state = house.state(USER, "whatsapp")
    assert state.assignee == QUEUE
    assert state.escalation is not None
    assert (state.escalation.reason, state.escalation.reason_detail) == (
        "delivery_failed",
        "window_closed",
    )
    _write(house, "Hello?")
    assert house.messenger.calls > 0


def test_the_disclosure_waits_for_words_that_get_through(house: House) -> None:
    """Who answers is told with the first words that are sent, not with those that cannot be."""
    _write(house, "When do you open?", ago=DAY)
    assert not any("disclosure" in text for text in house.messenger.texts())
    house.now += MINUTE
    _write(house, "Hello?")
    assert sum("disclosure" in text for text in house.messenger.texts()) == 1


def test_no_assistant_is_announced_beside_a_persons_words(house: House) -> None:
    """The first words that get through are an agent's: they stand alone."""
    _write(house, "I want a person please.", ago=DAY)
    epoch = house.claim(USER, channel="whatsapp").epoch
    house.rest()
    _write(house, "Are you there?")
    _reply(house, epoch)
    assert house.messenger.texts() == ["It is done."]
    _send(house, Resolve(id="end", at=house.now, agent=ANNA.id, epoch=epoch))
    assert "disclosure" in "".join(house.messenger.texts()[1:])


@pytest.mark.parametrize("end", [Resolve, HandBack])
def test_the_end_of_a_conversation_is_not_told_in_vain(house: House, end: Any) -> None:
    """A day later nobody can tell the customer that it is resolved: the thread says so."""
    epoch = _with_anna(house)
    house.now += DAY
    calls = house.messenger.calls
    _send(house, end(id="end", at=house.now, agent=ANNA.id, epoch=epoch))
    assert house.messenger.calls == calls
    assert house.state(USER, "whatsapp").assignee == "bot"
    assert _ours(house)[-1].unsent == "window_closed"


def test_who_comes_back_to_the_queue_late_is_not_told_in_vain(house: House) -> None:
    """A claim that nobody worked on for a day returns; the word about it is kept back."""
    _with_anna(house)
    claimed = house.state(USER, "whatsapp").timers["claim"]
    house.now = house.state(USER, "whatsapp").heard[WHATSAPP] + DAY
    calls = house.messenger.calls
    house.rest(until=house.now + HOUR)
    assert claimed < house.now
    assert house.state(USER, "whatsapp").assignee == QUEUE
    assert house.messenger.calls == calls
    assert _ours(house)[-1].unsent == "window_closed"


def test_a_reply_that_meets_a_closed_window_on_its_way_stands_as_not_sent(house: House) -> None:
    """It was taken before the end and decided after it: never a wrong "sent", the text is there."""
    epoch = _with_anna(house)
    house.now += DAY
    calls = house.messenger.calls
    _reply(house, epoch)
    last = _ours(house)[-1]
    assert (last.content.text, last.unsent) == ("It is done.", "window_closed")
    assert house.messenger.calls == calls


def test_a_template_goes_when_nothing_else_does(house: House) -> None:
    """The messenger gets name and values; the thread has the words that the customer reads."""
    epoch = _with_anna(house)
    house.now += 3 * DAY
    filled = FilledTemplate(name="answer_ready", language="de", parameters=("Erika", "SM-1"))
    _reply(house, epoch, "Guten Tag Erika, zu SM-1 gibt es Neues.", template=filled)
    assert house.messenger.texts()[-1] == "answer_ready/de: Erika SM-1"
    last = _ours(house)[-1]
    assert last.content.text == "Guten Tag Erika, zu SM-1 gibt es Neues."
    assert (last.content.template, last.unsent) == (filled, "")
    [record] = [r for r in house.records(USER, "whatsapp") if last in r.messages]
    assert record.states == {last.id: "sent"}
    _write(house, "", type="button", button={"text": "Antwort lesen", "payload": "Antwort lesen"})
    _reply(house, epoch, "Your contract ends in May.")
    assert house.messenger.texts()[-1] == "Your contract ends in May."


def test_a_linked_address_is_answered_there(house: House) -> None:
    """What the agent says at another address goes there, and so do the house's words after it."""
    epoch = _with_anna(house)
    known = house.state(USER, "whatsapp")
    other = address("77")
    linked = known.model_copy(
        update={"addresses": (WHATSAPP, other), "version": known.version + 1, "writer": "link"}
    )
    house.table.put_conversation(linked, known.version)
    house.now += DAY
    _reply(house, epoch, address=other)
    _send(house, Resolve(id="end", at=house.now, agent=ANNA.id, epoch=epoch))
    assert "It is done." in house.messenger.texts("77")
    assert _ours(house)[-1].address == other
    assert not any(m.unsent for m in _ours(house) if m.address == other)


@pytest.mark.parametrize("wrong", [address("78"), address(PSID, "messenger")])
def test_a_reply_to_nobodys_address_comes_back(house: House, wrong: str) -> None:
    """An address that is not, or no longer, the customer's is not written to: a draft remains."""
    epoch = _with_anna(house)
    calls = house.messenger.calls
    _reply(house, epoch, address=wrong)
    assert house.messenger.calls == calls
    [(_, draft)] = house.table.items(house.conversation_of(USER, "whatsapp"), f"D#{ANNA.id}#")
    assert draft["text"] == "It is done."


def test_what_the_messenger_says_counts_where_we_know_nothing(house: House) -> None:
    """Old conversations don't know when the customer wrote: one refusal tells."""
    epoch = _with_anna(house)
    known = house.state(USER, "whatsapp")
    old = known.model_copy(update={"heard": {}, "version": known.version + 1, "writer": "old"})
    house.table.put_conversation(old, known.version)
    house.now += 3 * DAY
    _reply(house, epoch)
    reference = house.messenger.taken[-1].reference
    failed = whatsapp_status(USER, "failed", house.now, "x", reference, code=131047)
    assert house.post(failed) == 200
    house.rest()
    calls = house.messenger.calls
    house.now += MINUTE
    _reply(house, epoch, "Once more.")
    assert house.messenger.calls == calls
    assert _ours(house)[-1].unsent == "window_closed"


def test_a_reaction_opens_messengers_window_and_not_whatsapps(house: House) -> None:
    """What opens it is the messenger's rule: Messenger counts reactions, WhatsApp does not."""
    _write(house, "I want a person please.")
    page = {"mid": "m_1", "text": "I want a person please."}
    assert house.post(page_event(PSID, house.now, message=page)) == 200
    house.rest()
    began, house.now = house.now, house.now + 2 * HOUR
    reaction = {"message_id": "wamid.ours900001", "emoji": "👍"}
    _write(house, "", type="reaction", reaction=reaction)
    liked = {"mid": "m_ours900001", "action": "react", "emoji": "👍"}
    assert house.post(page_event(PSID, house.now, reaction=liked)) == 200
    house.rest()
    assert house.state(USER, "whatsapp").heard[WHATSAPP] // MINUTE == began // MINUTE
    heard = house.state(PSID, "messenger").heard[address(PSID, "messenger")]
    assert heard - began == 2 * HOUR


def test_past_a_day_on_messenger_only_people_are_heard(house: House) -> None:
    """A person's words are tried for seven days, the house's for one."""
    page = {"mid": "m_1", "text": "I want a person please."}
    assert house.post(page_event(PSID, house.now, message=page)) == 200
    house.rest()
    epoch = house.claim(PSID, channel="messenger").epoch
    house.rest()
    house.now += 2 * DAY
    id_ = house.conversation_of(PSID, "messenger")
    event = Reply(id="r1", at=house.now, agent=ANNA.id, epoch=epoch, text="It is done.")
    house.inbound.send(id_, event)
    house.inbound.send(id_, Resolve(id="e1", at=house.now, agent=ANNA.id, epoch=epoch))
    house.rest()
    assert house.messenger.texts(PSID)[-1] == "It is done."
    spoken = [(m.author, m.unsent) for m in _ours(house, "messenger", PSID)[-2:]]
    assert spoken == [("agent", ""), ("system", "window_closed")]
