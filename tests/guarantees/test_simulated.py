"""Simulated messengers that are told to fail: nothing lost, doubled or marked wrongly."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.incoming import RECEIPT_RANK
from pforte.messengers.faults import ChannelName, Fault
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import HOUR, MINUTE
from tests.guarantees.simulated import CHANNELS, SimulatedHouse

ASKED = "When do you open?"
ANSWER = f"re: {ASKED}"
ALL = pytest.mark.parametrize("channel", CHANNELS)
META = pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SimulatedHouse]:
    """A house whose customer writes on every simulated messenger."""
    house = SimulatedHouse(EchoBot(), tmp_path)
    yield house
    house.store.close()


def _shown(house: SimulatedHouse, channel: ChannelName) -> Counter[str]:
    """Return how often the phone shows each text; several may stand in one bubble."""
    return Counter(entry.text for entry in house.phone(channel))


def _marked(house: SimulatedHouse, channel: str) -> list[str]:
    return [id_ for record in house.records(channel=channel) for id_ in record.unknown]


def _states(house: SimulatedHouse, channel: str) -> set[str]:
    return {record.states.get(m.id, "none") for m, record in house.outcomes(channel)}


def _reasons(house: SimulatedHouse, channel: str) -> str:
    return " ".join(m.content.text for m in house.thread(channel=channel) if m.address is None)


@ALL
def test_without_a_fault_all_is_sent_and_shown_once(
    house: SimulatedHouse, channel: ChannelName
) -> None:
    """What the rest of this file is measured by."""
    house.says(channel, ASKED)
    house.settle()
    shown = _shown(house, channel)
    assert any(ANSWER in text for text in shown)
    assert set(shown.values()) == {1}
    assert _states(house, channel) == {"sent"}
    assert _marked(house, channel) == []


@ALL
@pytest.mark.parametrize("seconds", [7, 900])
def test_asked_to_wait_it_waits_and_sends_once(
    house: SimulatedHouse, channel: ChannelName, seconds: int
) -> None:
    """429 with Retry-After: nothing before its end, then once, without a mark of doubt."""
    house.fail(channel, Fault(status=429, retry_after=seconds))
    begin = house.now
    house.says(channel, ASKED)
    house.settle()
    assert set(_shown(house, channel).values()) == {1}
    assert any(ANSWER in text for text in _shown(house, channel))
    assert min(entry.at for entry in house.phone(channel)) >= begin + seconds * 1000
    assert _states(house, channel) == {"sent"}
    assert _marked(house, channel) == []


@ALL
def test_one_accounts_pause_leaves_the_others_alone(
    house: SimulatedHouse, channel: ChannelName
) -> None:
    """While one account waits for a quarter of an hour, all the others answer at once."""
    begin = house.now
    house.fail(channel, Fault(status=429, retry_after=900))
    house.says(channel, ASKED)
    house.rest(until=house.now + MINUTE)
    assert house.phone(channel) == []
    others = [other for other in CHANNELS if other != channel]
    for other in others:
        house.says(other, ASKED)
    house.rest(until=begin + 5 * MINUTE)
    assert house.phone(channel) == []
    for other in others:
        assert set(_shown(house, other).values()) == {1}
    house.settle()
    assert set(_shown(house, channel).values()) == {1}


@ALL
@pytest.mark.parametrize("status", [500, 502, 503])
def test_trouble_at_the_messenger_loses_nothing(
    house: SimulatedHouse, channel: ChannelName, status: int
) -> None:
    """5xx: sent again until it is taken; it may have been taken before, so it is marked."""
    house.fail(channel, Fault(status=status), Fault(status=status))
    house.says(channel, ASKED)
    house.settle()
    assert set(_shown(house, channel).values()) == {1}
    assert any(ANSWER in text for text in _shown(house, channel))
    assert _states(house, channel) == {"sent"}
    assert _marked(house, channel)


@ALL
def test_a_page_of_html_is_trouble_too(house: SimulatedHouse, channel: ChannelName) -> None:
    """A proxy's answer in the messenger's place is no refusal."""
    house.fail(channel, Fault(status=502, body="<html>Bad Gateway</html>"))
    house.says(channel, ASKED)
    house.settle()
    assert set(_shown(house, channel).values()) == {1}
    assert _states(house, channel) == {"sent"}


@ALL
def test_what_was_taken_without_an_answer_is_never_doubled_unmarked(
    house: SimulatedHouse, channel: ChannelName
) -> None:
    """A time-out after accepting: sent again, and what the phone shows twice bears the mark."""
    house.fail(channel, Fault(timeout_after_accept=True, hold=0))
    house.says(channel, ASKED)
    house.settle()
    shown = _shown(house, channel)
    assert any(ANSWER in text for text in shown)
    assert max(shown.values()) <= 2
    assert len(_marked(house, channel)) >= sum(times - 1 for times in shown.values())
    assert _marked(house, channel)
    assert _states(house, channel) == {"sent"}


@ALL
def test_a_customer_who_blocked_us_is_no_sent(house: SimulatedHouse, channel: ChannelName) -> None:
    """At once or by a later status: nothing on the phone, and failed with a reason."""
    house.fail(channel, *[Fault(blocked=True)] * 4)
    house.says(channel, ASKED)
    house.settle()
    assert house.phone(channel) == []
    for message, record in house.outcomes(channel):
        by_status = record.receipts.get(message.id) == RECEIPT_RANK["failed"]
        assert record.states.get(message.id) == "failed" or by_status
    assert "blocked" in _reasons(house, channel) or "not_reachable" in _reasons(house, channel)


@ALL
def test_a_revoked_token_is_told_and_not_tried_for_ever(
    house: SimulatedHouse, channel: ChannelName
) -> None:
    """401: nothing goes out, an operator has to connect again, and people are told."""
    house.fail(channel, *[Fault(status=401)] * 6)
    house.says(channel, ASKED)
    house.settle()
    assert house.phone(channel) == []
    assert "token_invalid" in _reasons(house, channel)
    assert "sent" not in _states(house, channel)


def test_a_refusal_that_whatsapp_tells_later_is_no_sent(house: SimulatedHouse) -> None:
    """Accepted first, failed by a status: the last word counts, and it is told once."""
    house.fail("whatsapp", *[Fault(error=131047, later=True)] * 4)
    house.says("whatsapp", ASKED)
    house.settle()
    assert house.phone("whatsapp") == []
    ranks = [record.receipts.get(m.id) for m, record in house.outcomes("whatsapp")]
    assert set(ranks) == {RECEIPT_RANK["failed"]}
    assert _reasons(house, "whatsapp").count("window_closed (131047)") == 1  # they were one bubble


@META
def test_receipts_in_the_wrong_order_take_nothing_back(
    house: SimulatedHouse, channel: ChannelName
) -> None:
    """Read before delivered before sent: it stays read."""
    house.says(channel, ASKED)
    house.rest()
    house.settle(newest_first=True)
    ranks = {record.receipts.get(m.id) for m, record in house.outcomes(channel)}
    assert ranks == {RECEIPT_RANK["read"]}
    assert _states(house, channel) == {"sent"}


@ALL
def test_after_the_window_nothing_is_wrongly_sent(
    house: SimulatedHouse, channel: ChannelName
) -> None:
    """A person's reply a day later: WhatsApp has none, Meta's others a week, Telegram no end."""
    house.says(channel, ASKED)
    house.settle()
    house.says(channel, "A person, please!")
    house.settle()
    epoch = house.claim(channel=channel).epoch
    house.settle()
    house.now += 25 * HOUR
    house.reply("About yesterday.", epoch, channel=channel)
    house.settle()
    on_the_phone = sum("About yesterday." in text for text in _shown(house, channel))
    states = [
        record.states.get(message.id, "none")
        for message, record in house.outcomes(channel)
        if message.content.text == "About yesterday."
    ]
    if channel == "whatsapp":
        assert on_the_phone == 0
        assert "sent" not in states
    else:
        assert on_the_phone == 1
        assert states == ["sent"]
