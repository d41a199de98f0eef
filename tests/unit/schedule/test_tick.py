"""What is due is done; a step that fails is done the next minute, and nothing is done twice."""

import logging
from json import dumps

import pytest

from channels.base import ProviderResponse
from conversation.errors import Unavailable
from conversation.event import Reply, Wake, event_from_json
from conversation.outgoing import outgoing_from_json, outgoing_to_json
from conversation.turn import Drain
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import MINUTE, SECOND, House
from tests.guarantees.messenger import address
from tests.guarantees.moments import Moment, fail


@pytest.fixture
def house() -> House:
    """Return a house in which somebody was promised an answer in ten minutes."""
    house = House(EchoBot(), first_reply_minutes=10)
    house.ask("I want a person please.")
    return house


def test_nothing_due_means_nothing_done(house: House) -> None:
    """A minute before its moment no wake is sent."""
    house.now += 9 * MINUTE
    house.tick()
    assert house.inbound_queue.all_messages() == []


def test_a_wake_carries_its_moment(house: House) -> None:
    """The event says which moment it is about, so that a late one can be ignored."""
    moment = house.state().next_wake
    house.now += 10 * MINUTE
    house.tick()
    [body] = house.inbound_queue.all_messages()
    assert moment is not None
    assert event_from_json(body) == Wake(
        id=f"wake:{house.conversation_of()}:{moment}", at=moment, moment=moment
    )


def test_a_wake_whose_moment_has_changed_does_nothing(house: House) -> None:
    """A claim came between: the promise is not said to be missed, and there is no turn for it."""
    house.now += 10 * MINUTE + SECOND
    moment = house.state().next_wake
    house.tick()
    house.claim()
    house.rest()
    assert "promise_missed" not in house.messenger.texts()
    late = f"wake:{house.conversation_of()}:{moment}"
    assert late not in [id_ for record in house.records() for id_ in record.event_ids]


def test_two_ticks_are_one_wake(house: House) -> None:
    """Repeated every minute until it is done, it is done once."""
    house.now += 10 * MINUTE
    house.tick()
    house.tick()
    house.forget_deduplication()
    house.tick()
    assert len(house.inbound_queue.all_messages()) == 2
    house.rest()
    assert house.messenger.texts().count("promise_missed") == 1


def test_one_word_is_sent_for_all_that_is_parked_at_an_address(house: House) -> None:
    """Two parked deliveries of one address are asked for once."""
    busy = dumps({"ok": False, "error_code": 429, "parameters": {"retry_after": 90}}).encode()
    house.messenger.answers = [lambda: ProviderResponse(429, busy)]
    for text in ("What about number 1?", "What about number 2?"):
        house.write(text, user="6")
        house.converse()
        house.deliver()
    assert len(house.table.all_parked()) == 2
    house.now += 95 * SECOND
    house.tick()
    [body] = house.outbound_queue.all_messages()
    assert outgoing_from_json(body) == Drain(address=address("6"))


def test_a_failure_is_told_to_lambda_and_repeated(house: House) -> None:
    """The queue is out of reach: the tick fails loudly, the next one does the work."""
    house.now += 10 * MINUTE

    def down(moment: Moment) -> None:
        if moment.name == "inbound.send":
            fail()

    house.moments.hook = down
    with pytest.raises(Unavailable):
        house.tick()
    house.moments.hook = lambda moment: None
    house.rest(until=house.now + 2 * MINUTE)
    assert house.messenger.texts()[-1] == "promise_missed"


def test_a_dead_word_of_an_agent_is_sent_again_as_it_is(house: House) -> None:
    """Only a customer's event becomes a person's; a reply is said after all."""
    epoch = house.claim().epoch
    house.rest()
    reply = Reply(id="desk:r", at=house.now, agent="anna", epoch=epoch, text="Good morning.")
    house.inbound_dead.send(house.conversation_of(), reply.to_json(), "dead")
    house.rest()
    assert house.messenger.texts()[-1] == "Good morning."


def test_a_dead_drain_is_dropped(house: House) -> None:
    """The word to drain is said again by the next tick; its dead copy is not needed."""
    house.outbound_dead.send("g", outgoing_to_json(Drain(address=address("5"))), "dead")
    house.tick()
    assert not house.outbound_dead.groups
    assert house.outbound_queue.all_messages() == []


def test_what_cannot_be_read_is_logged_without_its_content(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Operators read that something was set aside and where, not what somebody wrote."""
    house.inbound_dead.send("g", "secret words", "1")
    with caplog.at_level(logging.ERROR):
        house.tick()
    assert [record.getMessage() for record in caplog.records] == ["dead letter cannot be read"]
    assert "secret words" not in str(vars(caplog.records[0]))
    assert list(house.archive.objects.values()) == [b"secret words"]
