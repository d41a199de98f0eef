"""Receipts move a message's state forward only; one that came too early is found later."""

import pytest

from conversation.bubble import bubble_id, message_ids
from conversation.incoming import RECEIPT_RANK
from tests.guarantees.house import DAY, MINUTE, SECOND, House
from tests.guarantees.messenger import (
    address,
    whatsapp_event,
    whatsapp_message,
    whatsapp_status,
)
from tests.guarantees.moments import once

USER = "49170"


def _asked(house: House) -> str:
    """Let somebody ask on WhatsApp; returns our reference of the answer."""
    message = whatsapp_message(USER, 1, house.now, type="text", text={"body": "When do you open?"})
    assert house.post(whatsapp_event({"messages": [message]})) == 200
    house.rest()
    return house.messenger.taken[-1].reference


def _rank(house: House, reference: str) -> int:
    """Return how far all have come that went as one."""
    records = house.records(USER, "whatsapp")
    ranks = [max(r.receipts.get(id_, 0) for r in records) for id_ in message_ids(reference)]
    return min(ranks)


@pytest.mark.parametrize("known_by", ["reference", "provider id"])
def test_a_receipt_finds_its_message(house: House, known_by: str) -> None:
    """By our own reference where the messenger carries it, else by its own id."""
    reference = _asked(house)
    [provider_id] = house.records(USER, "whatsapp")[0].provider_ids[message_ids(reference)[0]]
    status = (
        whatsapp_status(USER, "delivered", house.now, provider_id, reference)
        if known_by == "reference"
        else whatsapp_status(USER, "delivered", house.now, provider_id)
    )
    assert house.post(status) == 200
    assert _rank(house, reference) == RECEIPT_RANK["delivered"]


def test_receipts_move_forward_only(house: House) -> None:
    """By rank, not by time: "sent" after "read" changes nothing."""
    reference = _asked(house)
    ranks = []
    for state in ("delivered", "read", "sent", "delivered"):
        house.now += SECOND
        assert house.post(whatsapp_status(USER, state, house.now, "x", reference)) == 200
        ranks.append(_rank(house, reference))
    assert ranks == [2, 3, 3, 3]


def test_a_receipt_of_an_older_message_is_found_among_many(house: House) -> None:
    """The newest are looked at first, page by page, until the message is found."""
    reference = _asked(house)
    [provider_id] = house.records(USER, "whatsapp")[0].provider_ids[message_ids(reference)[0]]
    for n in range(2, 12):
        message = whatsapp_message(USER, n, house.now, type="text", text={"body": f"Why {n}?"})
        house.post(whatsapp_event({"messages": [message]}))
        house.rest()
    assert house.post(whatsapp_status(USER, "read", house.now, provider_id)) == 200
    assert _rank(house, reference) == RECEIPT_RANK["read"]


def test_a_receipt_that_overtook_our_record_comes_again(house: House) -> None:
    """The messenger's word came before we had noted its id: 503, and the repeat finds it."""
    answers: list[int] = []

    def too_early() -> None:
        provider_id = f"wamid.ours{900_000 + len(house.messenger.taken)}"
        status = whatsapp_status(USER, "delivered", house.now, provider_id)
        answers.append(house.post(status))
        statuses.append(status)

    statuses: list[dict[str, object]] = []
    house.moments.hook = once("before", "note_outcome", too_early)
    _asked(house)
    assert answers == [503]
    assert house.post(statuses[0]) == 200
    first = house.messenger.taken[0].reference
    assert _rank(house, first) == RECEIPT_RANK["delivered"]


def test_a_receipt_of_a_turn_whose_record_is_not_written_comes_again(house: House) -> None:
    """Our reference names a record that does not exist yet: 503, not lost."""
    reference = f"{house.conversation_of(USER, 'whatsapp')}.1.02"
    status = whatsapp_status(USER, "read", house.now, "x", reference)
    assert house.post(status) == 503
    _asked(house)
    assert house.post(status) == 200
    assert _rank(house, reference) == RECEIPT_RANK["read"]


def test_an_old_receipt_that_nobody_knows_is_not_ours(house: House) -> None:
    """After ten minutes the messenger is not made to repeat what will never be found."""
    moment = house.now
    house.now += 11 * MINUTE
    assert house.post(whatsapp_status(USER, "read", moment, "wamid.unknown")) == 200


def test_a_receipt_from_the_future_is_not_waited_for(house: House) -> None:
    """A time that is years ahead would be repeated for as long: it is not ours either."""
    ahead = house.now + 365 * DAY
    assert house.post(whatsapp_status(USER, "read", ahead, "wamid.unknown")) == 200
    soon = house.now + MINUTE  # two clocks differ
    assert house.post(whatsapp_status(USER, "read", soon, "wamid.unknown")) == 503


@pytest.mark.parametrize("reference", ["odd", "a.b.c", "a.1", "....", "x.9.00"])
def test_a_reference_that_is_not_ours_changes_nothing(house: House, reference: str) -> None:
    """Whatever comes as a reference, nothing breaks and nothing is written."""
    _asked(house)
    before = house.records(USER, "whatsapp")
    old = house.now
    house.now += 11 * MINUTE
    assert house.post(whatsapp_status(USER, "read", old, "wamid.unknown", reference)) == 200
    assert house.records(USER, "whatsapp") == before


def test_a_late_failure_is_told_once_and_shown(house: House) -> None:
    """An asynchronous "failed" is an event: a note in the thread, a person, no word to there."""
    reference = _asked(house)
    before = house.messenger.texts()
    failed = whatsapp_status(USER, "failed", house.now, "x", reference, code=131047)
    assert house.post(failed) == 200
    house.rest()
    house.now += 6 * MINUTE
    assert house.post(failed) == 200
    house.rest()
    notes = [m.content.text for m in house.thread(USER, "whatsapp") if m.address is None]
    assert notes == ["delivery_failed: window_closed (131047)"]
    state = house.state(USER, "whatsapp")
    assert state.escalation is not None
    assert state.escalation.reason == "delivery_failed"
    assert house.messenger.texts() == before
    assert _rank(house, reference) == RECEIPT_RANK["failed"]


def test_a_receipt_of_what_went_as_one_counts_for_each(house: House) -> None:
    """A reference that names several messages, or the id that they share, moves all of them."""
    _asked(house)
    record = house.records(USER, "whatsapp")[0]
    ids = [message.id for message in record.messages if message.author != "customer"]
    assert len(ids) > 1
    assert house.post(whatsapp_status(USER, "read", house.now, "x", bubble_id(ids))) == 200
    assert {_rank(house, id_) for id_ in ids} == {RECEIPT_RANK["read"]}


@pytest.mark.parametrize("reference", ["order.17.a", "order.1.00", "a" * 32 + ".1.00"])
def test_another_program_s_reference_makes_no_conversation(house: House, reference: str) -> None:
    """Who sends beside us on one number has references of their own: nobody waits because of it."""
    old = house.now - DAY
    for state in ("failed", "delivered"):
        assert house.post(whatsapp_status(USER, state, old, "wamid.theirs", reference)) == 200
    house.rest()
    assert house.table.all_conversations() == {}


def test_a_failure_counts_for_the_address_that_was_written_to(house: House) -> None:
    """WhatsApp may name one customer by number here and by a business-scoped id there."""
    reference = _asked(house)
    failed = whatsapp_status("DE.13491208655", "failed", house.now, "x", reference, code=131026)
    assert house.post(failed) == 200
    house.rest()
    assert house.state(USER, "whatsapp").blocked == (address(USER, "whatsapp"),)
