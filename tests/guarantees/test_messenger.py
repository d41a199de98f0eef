"""What only Messenger and Instagram have: watermarks, and a window that a person may pass."""

import json

import pytest

from channels.base import ProviderResponse
from conversation.incoming import RECEIPT_RANK
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import DAY, MINUTE, SECOND, House
from tests.guarantees.messenger import page_event

USER = "5200000000000001"
QUESTION = "When do you open?"


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _write(house: House, text: str) -> None:
    message = {"mid": f"m_{house.now}", "text": text}
    assert house.post(page_event(USER, house.now, message=message)) == 200
    house.rest()


def _ranks(house: House) -> list[int]:
    """Return how far each of our messages has come, in order."""
    records = house.records(USER, "messenger")
    ours = [(r, m.id) for r in records for m in r.messages if m.author != "customer"]
    return [record.receipts.get(message_id, 0) for record, message_id in ours]


def test_a_watermark_covers_all_up_to_its_moment(house: House) -> None:
    """What was sent up to then was read; what was sent later was not; nothing goes back."""
    _write(house, QUESTION)
    read = house.now + SECOND
    house.now += MINUTE
    _write(house, "And where are you?")
    delivered, seen = RECEIPT_RANK["delivered"], RECEIPT_RANK["read"]
    assert house.post(page_event(USER, house.now, read={"watermark": read})) == 200
    assert _ranks(house) == [seen, seen, 0]
    assert house.post(page_event(USER, house.now, delivery={"watermark": house.now + 1})) == 200
    assert _ranks(house) == [seen, seen, delivered]


def test_receipts_of_what_others_wrote_are_not_waited_for(house: House) -> None:
    """People write in the page's inbox too: an id that is not ours is no reason to come again."""
    _write(house, QUESTION)
    receipt = {"mids": ["m_of_the_inbox"], "watermark": house.now - DAY}
    assert house.post(page_event(USER, house.now, delivery=receipt)) == 200
    assert set(_ranks(house)) == {0}


def test_a_receipt_by_id_finds_its_message(house: House) -> None:
    """An id that is told counts for that message alone."""
    _write(house, QUESTION)
    [record] = house.records(USER, "messenger")
    [*_, (message_id, [provider_id])] = record.provider_ids.items()
    receipt = {"mids": [provider_id], "watermark": house.now}
    assert house.post(page_event(USER, house.now, delivery=receipt)) == 200
    [record] = house.records(USER, "messenger")
    assert record.receipts == {message_id: RECEIPT_RANK["delivered"]}


def _closed() -> ProviderResponse:
    error = {"code": 10, "error_subcode": 2018278, "message": "outside of allowed window"}
    return ProviderResponse(400, json.dumps({"error": error}).encode())


def test_past_the_window_a_person_still_gets_through(house: House) -> None:
    """An agent's reply that the window refuses is sent as a person's, once."""
    _write(house, "I want a person please.")
    claimed = house.claim(USER, channel="messenger")
    house.rest()
    house.now += 2 * DAY
    house.messenger.answers = [_closed]
    house.reply("Your meter is replaced.", claimed.epoch, USER, channel="messenger")
    house.rest()
    last = house.messenger.taken[-1]
    assert (last.text, last.reference) == ("Your meter is replaced.", "HUMAN_AGENT")
    assert house.messenger.texts().count(last.text) == 1
    reply = house.thread(USER, "messenger")[-1]
    [record] = [r for r in house.records(USER, "messenger") if reply in r.messages]
    assert record.states == {reply.id: "sent"}


def test_past_seven_days_the_reply_is_refused(house: House) -> None:
    """What not even a person may send any more is shown as not delivered, with the reason."""
    _write(house, "I want a person please.")
    claimed = house.claim(USER, channel="messenger")
    house.rest()
    house.messenger.answers = [_closed, _closed]
    house.reply("Your meter is replaced.", claimed.epoch, USER, channel="messenger")
    house.rest()
    reasons = [r for record in house.records(USER, "messenger") for r in record.reasons.values()]
    assert reasons == ["window_closed (10/2018278)"]


def test_past_the_window_the_bot_stays_silent(house: House) -> None:
    """The bot never passes for a person: what the window refuses it does not send again."""
    house.messenger.answers = [_closed]
    _write(house, QUESTION)
    assert house.messenger.calls == 1
    assert house.messenger.texts() == []
