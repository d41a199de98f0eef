"""Read marks and typing cost no delivery: they go along, and nobody waits for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from conversation.errors import Unavailable
from deliver.provider import NotSent
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import SECOND, House
from tests.guarantees.messenger import page_event, whatsapp_event, whatsapp_message
from tests.guarantees.moments import die, fail, once

USER, PSID = "49170", "5200000000000001"
QUESTION = "When do you open?"


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _post(house: House, text: str = QUESTION, number: int = 1) -> None:
    message = whatsapp_message(USER, number, house.now, type="text", text={"body": text})
    assert house.post(whatsapp_event({"messages": [message]})) == 200


def _read(house: House) -> list[str]:
    return [body["message_id"] for _, body in house.messenger.signals if "message_id" in body]


def test_an_answer_marks_as_read_what_it_answers(house: House) -> None:
    """One mark per reply, for the last message: WhatsApp takes those before it along."""
    _post(house, "hallo")
    _post(house, QUESTION, 2)
    house.rest()
    assert _read(house) == ["wamid.2"]
    assert house.messenger.calls == 1


def test_messengers_mark_names_the_customer(house: House) -> None:
    """Messenger knows a conversation that is seen, not a message."""
    message = {"mid": "m_1", "text": QUESTION}
    assert house.post(page_event(PSID, house.now, message=message)) == 200
    house.rest()
    mark = {"recipient": {"id": PSID}, "sender_action": "mark_seen"}
    assert house.messenger.signals == [("messenger", mark)]


def test_telegram_has_no_read_marks(house: House) -> None:
    """Bots cannot mark anything as read: nothing is tried, nothing kept for it."""
    house.ask(QUESTION)
    assert house.messenger.signals == []
    assert house.state().unread == {}


def test_what_an_agent_only_reads_is_not_marked(house: House) -> None:
    """While a person has it, the mark comes with the reply, for all that was written meanwhile."""
    _post(house, "I want a person please.")
    house.rest()
    epoch = house.claim(USER, channel="whatsapp").epoch
    house.rest()
    _post(house, "My meter is broken.", 2)
    _post(house, "And it hisses.", 3)
    house.rest()
    assert _read(house) == ["wamid.1"]
    house.reply("I see.", epoch, USER, channel="whatsapp")
    house.rest()
    assert _read(house) == ["wamid.1", "wamid.3"]
    assert house.state(USER, "whatsapp").unread == {}


@pytest.mark.parametrize("failure", [Unavailable("time-out"), NotSent("no route")])
def test_a_mark_that_fails_changes_nothing(house: House, failure: Exception) -> None:
    """The reply is sent, once, and is no doubt: nobody waits for a mark."""
    house.messenger.sign_fails = failure
    _post(house)
    house.converse()
    house.deliver()
    assert not house.outbound_queue.groups  # nothing comes again for it
    house.rest()
    [record] = house.records(USER, "whatsapp")
    assert set(record.states.values()) == {"sent"}
    assert record.unknown == ()
    assert len(house.messenger.texts()) == len(house.messenger.signals) == 1


def test_a_death_at_the_mark_doubles_nothing(house: House) -> None:
    """The message has its outcome before the mark is made; a resend makes none."""
    _post(house)
    house.converse()
    house.moments.hook = once("after", "note_outcome", die)
    house.rest()
    assert len(house.messenger.texts()) == 1
    assert house.messenger.signals == []


def test_what_was_withdrawn_marks_nothing(house: House) -> None:
    """No reply, no mark: who took over has not read it yet."""
    _post(house)
    house.rest()
    _post(house, "And I want a person please.", 2)
    house.rest()
    house.messenger.signals.clear()
    _post(house, "And where?", 3)
    house.converse()
    house.claim(USER, channel="whatsapp")
    house.rest()
    assert house.messenger.signals == []


# Typing


@contextmanager
def _slow(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Let everything take long."""
    act()
    yield


@pytest.fixture
def slow(house: House) -> House:
    """A house in which every action takes long."""
    house.meanwhile = _slow
    return house


def test_who_waits_for_a_back_end_sees_that_somebody_types(slow: House) -> None:
    """Once per turn, before the answer, with the read mark in the same call."""
    _post(slow, "Please act twice.")
    slow.converse()
    slow.rest()
    typing, mark = [body for _, body in slow.messenger.signals]
    assert typing["typing_indicator"] == {"type": "text"}
    assert typing["message_id"] == mark["message_id"] == "wamid.1"
    assert "typing_indicator" not in mark
    assert slow.messenger.texts() == ["disclosure\n\nfound: 7\n\nand: 7"]


def test_telegrams_customer_sees_it_too(slow: House) -> None:
    """A chat action, nothing else."""
    slow.write("Please act now.")
    slow.converse()
    slow.rest()
    assert slow.messenger.signals == [("telegram", {"chat_id": 5, "action": "typing"})]


def test_who_is_answered_at_once_sees_no_typing(house: House) -> None:
    """A fast action costs no word."""
    house.ask("Please act now.")
    assert house.messenger.signals == []


@pytest.mark.parametrize("late", [0, 11 * SECOND])
def test_a_word_that_comes_late_or_again_is_dropped(slow: House, late: int) -> None:
    """Nobody types behind an answer that is there; a repeat shows nothing."""
    slow.write("Please act now.")
    slow.converse()
    if late:
        slow.now += late
    else:
        slow.outbound_queue.receive()  # by a handler that died
        slow.now += 30 * SECOND
    slow.rest()
    assert slow.messenger.signals == []
    assert slow.messenger.texts() == ["disclosure", "found: 7"]


def test_a_queue_that_takes_no_word_delays_no_answer(slow: House) -> None:
    """The sign is lost, the turn goes on."""
    slow.write("Please act now.")
    slow.moments.hook = once("before", "outbound.type", fail)
    slow.converse()
    slow.rest()
    assert slow.messenger.signals == []
    assert slow.messenger.texts() == ["disclosure", "found: 7"]


def test_a_dead_word_is_not_sent_again(slow: House) -> None:
    """What shows that we type helps nobody an hour later."""
    slow.write("Please act now.")
    slow.converse()
    [typing, *_] = slow.outbound_queue.all_messages()
    slow.rest()
    slow.outbound_dead.send("g", typing, "d")
    before = slow.messenger.calls
    slow.rest()
    assert not slow.outbound_dead.groups
    assert slow.messenger.calls == before
