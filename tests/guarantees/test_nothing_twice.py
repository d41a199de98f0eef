"""A messenger repeats what it likes, whenever it likes: one message is kept, one answer is sent."""

from conversation.event import Reply
from tests.guarantees.house import DAY, MINUTE, SECOND, House
from tests.guarantees.messenger import (
    telegram_message,
    telegram_tap,
    whatsapp_event,
    whatsapp_message,
)
from tests.guarantees.moments import Moment, fail, once

QUESTION = "When do you open?"
ONCE = ["disclosure", f"re: {QUESTION}"]


def _write_others(house: House, number: int) -> None:
    for n in range(number):
        house.write(f"And what about number {n}?")
        house.rest()
        house.now += MINUTE


def test_fifty_at_once_are_one(house: House) -> None:
    """The queue recognises repeats within five minutes."""
    event = telegram_message("5", 1, house.now, text=QUESTION)
    assert [house.post(event) for _ in range(50)] == [200] * 50
    house.rest()
    assert house.written() == [QUESTION]
    assert house.messenger.texts() == ONCE


def test_fifty_in_batches_are_one(house: House) -> None:
    """Repeats that the queue lets through stand ten in a batch, and in five batches: one is kept.

    The queue's deduplication is an optimisation; a twin inside one batch is dropped like one that
    is known.
    """
    event = telegram_message("5", 1, house.now, text=QUESTION)
    for _ in range(50):
        house.forget_deduplication()
        assert house.post(event) == 200
    batches = [len(house.converse()) for _ in range(6)]
    assert batches == [10, 10, 10, 10, 10, 0]
    house.rest()
    assert house.written() == [QUESTION]
    assert house.messenger.texts() == ONCE


def test_a_twin_behind_others_in_its_batch_is_dropped(house: House) -> None:
    """In one batch, another message between the twins changes nothing."""
    event = house.write(QUESTION)
    house.write("And tomorrow?")
    house.forget_deduplication()
    house.post(event)
    assert len(house.converse()) == 3
    house.rest()
    assert house.written() == [QUESTION, "And tomorrow?"]
    assert house.messenger.texts() == [*ONCE, "re: And tomorrow?"]


def test_two_that_run_at_the_same_time_commit_once(house: House) -> None:
    """A slow invocation whose visibility has ended meets the next one: only one turn is written.

    The conditional write on the version ends this race.
    """

    def meanwhile() -> None:
        house.now += 26 * SECOND
        assert len(house.converse()) == 1

    house.moments.hook = once("before", "put_conversation", meanwhile)
    house.write(QUESTION)
    house.converse()
    house.rest()
    assert house.written() == [QUESTION]
    assert house.messenger.texts() == ONCE
    assert house.state().sequence == 1


def test_after_the_deduplication_window_it_is_known(house: House) -> None:
    """Six minutes later the queue takes the repeat, and the ring of known ids drops it."""
    event = house.write(QUESTION)
    house.rest()
    house.now += 6 * MINUTE
    assert house.post(event) == 200
    assert len(house.converse()) == 1
    house.rest()
    assert house.written() == [QUESTION]
    assert house.messenger.texts() == ONCE


def test_two_days_later_it_is_known(house: House) -> None:
    """A messenger that comes back after two days finds its event known."""
    event = house.write(QUESTION)
    house.rest()
    house.now += 2 * DAY
    house.post(event)
    assert len(house.converse()) == 1
    house.rest()
    assert house.written() == [QUESTION]
    assert house.messenger.texts() == ONCE


def test_two_days_later_it_is_known_when_the_ring_has_overflowed(house: House) -> None:
    """What the ring of 64 has forgotten is found among the turns of its time."""
    event = house.write(QUESTION)
    house.rest()
    house.now += MINUTE
    _write_others(house, 70)
    house.now += 2 * DAY
    before = house.written(), house.messenger.texts()
    assert house.post(event) == 200
    assert len(house.converse()) == 1
    house.rest()
    assert (house.written(), house.messenger.texts()) == before


def test_a_tap_has_no_time_and_is_known_two_days_later(house: House) -> None:
    """An event without a time of its own is searched for as far back as messengers repeat."""
    tap = telegram_tap("5", 999, "/red")
    house.post(tap)
    house.rest()
    house.now += MINUTE
    _write_others(house, 70)
    house.now += 2 * DAY
    before = house.written()
    house.post(tap)
    house.rest()
    assert house.written() == before


def test_what_comes_late_for_the_first_time_is_taken(house: House) -> None:
    """A message older than the ring that was never here is new, however late it comes."""
    late = telegram_message("5", 555, house.now, text="I was in a tunnel.")
    house.now += MINUTE
    _write_others(house, 70)
    house.now += 2 * DAY
    house.post(late)
    house.rest()
    assert house.written()[-1] == "I was in a tunnel."
    assert house.messenger.texts()[-1] == "re: I was in a tunnel."


def test_another_order_changes_nothing(house: House) -> None:
    """Two days later, newest first: nothing new."""
    events = [house.write(f"What about number {n}?") for n in range(5)]
    house.rest()
    before = house.written(), house.messenger.texts()
    house.now += 2 * DAY
    for event in reversed(events):
        house.post(event)
    house.rest()
    assert (house.written(), house.messenger.texts()) == before


def test_a_body_that_half_failed_comes_again_whole(house: House) -> None:
    """The queue refused the second of three: the messenger repeats all, each is kept once."""
    body = whatsapp_event(
        {
            "messages": [
                whatsapp_message("49170", n, house.now, type="text", text={"body": f"Number {n}?"})
                for n in (1, 2, 3)
            ]
        }
    )
    sends: list[Moment] = []

    def refuse_the_second(moment: Moment) -> None:
        if (moment.when, moment.name) == ("before", "inbound.send"):
            sends.append(moment)
            if len(sends) == 2:
                fail()

    house.moments.hook = refuse_the_second
    assert house.post(body) == 503
    assert len(house.inbound_queue.all_messages()) == 1  # the third did not overtake the second
    assert house.post(body) == 200
    house.rest()
    kept = [m.content.text for m in house.thread("49170", "whatsapp") if m.author == "customer"]
    assert kept == ["Number 1?", "Number 2?", "Number 3?"]
    answers = ["disclosure", "re: Number 1?", "re: Number 2?", "re: Number 3?"]
    assert "\n\n".join(house.messenger.texts()).split("\n\n") == answers


def test_the_sdk_repeats_a_write_that_had_arrived(house: House) -> None:
    """A conditional write whose answer was lost fails on itself, and is known by its writer."""
    house.moments.twice = lambda op, name: op == "cput"  # type: ignore[method-assign]
    house.write(QUESTION)
    house.rest()
    assert house.written() == [QUESTION]
    assert house.messenger.texts() == ONCE


def test_an_agents_reply_is_said_once(house: House) -> None:
    """The desk repeats a reply with the same id, also after the queue has forgotten it."""
    house.ask("I want a person please.")
    epoch = house.claim().epoch
    reply = Reply(id="desk:r1", at=house.now, agent="anna", epoch=epoch, text="Good morning.")
    for _ in range(3):
        house.inbound.send(house.conversation_of(), reply)
        house.rest()
        house.now += 6 * MINUTE
    assert house.said().count(("agent", "Good morning.")) == 1
    assert house.messenger.texts().count("Good morning.") == 1
