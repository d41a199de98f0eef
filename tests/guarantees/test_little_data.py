"""Little data: a card's number is in no queue, no table, no archive and no log."""

import logging
from typing import Any

import pytest

from tests.guarantees.house import House
from tests.guarantees.messenger import telegram_message, whatsapp_event, whatsapp_message

CARD = "4111 1111 1111 1111"

CASES = {
    "a text": telegram_message("5", 1, 0, text=f"My card is {CARD}"),
    "a caption": telegram_message(
        "5", 1, 0, caption=f"My card: {CARD}", photo=[{"file_id": "f", "file_unique_id": "u"}]
    ),
    "beside something unknown": telegram_message("5", 1, 0, text=f"card {CARD}", gift={"id": 1}),
    "an unknown update": whatsapp_event({"note": f"card {CARD}"}, field="news"),
    "a long text": telegram_message("5", 1, 0, text=f"{CARD} {'x ' * 9_000}"),
    "WhatsApp": whatsapp_event(
        {"messages": [whatsapp_message("49170", 1, 0, type="text", text={"body": CARD})]}
    ),
}


def _kept(house: House) -> str:
    """Return everything that is queued, stored, archived or sent, as one text."""
    everything: list[Any] = [
        [str(message) for message in house.inbound_queue.all_messages()],
        [str(message) for message in house.outbound_queue.all_messages()],
        [str(conversation) for conversation in house.table.all_conversations()],
        [body.decode() for body in house.archive.objects.values()],
        [str(message) for user in ("5", "49170") for message in _thread(house, user)],
        house.messenger.taken,
    ]
    return str(everything)


def _thread(house: House, user: str) -> list[Any]:
    return list(house.thread(user, "telegram" if user == "5" else "whatsapp"))


@pytest.mark.parametrize("case", CASES)
def test_a_card_number_is_kept_nowhere(
    house: House, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """It is masked before the queue: from there on nobody can lose it."""
    caplog.set_level(logging.DEBUG)

    assert house.post(CASES[case]) == 200
    before = _kept(house)
    house.rest()

    for kept in (before, _kept(house), caplog.text):
        assert "4111" not in kept
    assert " 1111" in before
