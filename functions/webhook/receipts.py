"""Move the state of our messages forward as messengers tell it, straight in the table."""

from collections.abc import Callable, Sequence
from itertools import islice

from aws.links import recent, related
from conversation.bubble import message_ids
from conversation.errors import Missing, Unavailable
from conversation.event import DeliveryFailed
from conversation.identity import Identity
from conversation.incoming import RECEIPT_RANK, Incoming, Receipt
from conversation.message import Message
from conversation.ports import Inbound, Table
from conversation.turn import TurnRecord

TOO_EARLY = 600_000
"""A receipt younger than this (ms) may have overtaken our own record; an older one is not ours."""

SEARCHED_RECORDS = 200
"""How many of the newest records are searched for a provider's id."""


def take_receipt(
    table: Table,
    inbound: Inbound,
    identity: Identity,
    clock: Callable[[], int],
    incoming: Incoming,
) -> None:
    """Record a receipt; one that comes too early is to come again. Raises Unavailable.

    None comes again that tells a moment: the next one tells of all that this one missed.
    """
    receipt = incoming.receipt
    if receipt is None:
        return
    rank = RECEIPT_RANK[receipt.state]
    if receipt.up_to is not None and (not incoming.target or receipt.state == "read"):
        _take_all(table, identity, incoming, receipt.up_to, rank)
    if receipt.up_to is not None and not incoming.target:
        return
    found = message_ids(receipt.reference) or _taken_as(table, identity, incoming)
    if not found:
        if receipt.up_to is None:
            wait_if_early(clock, incoming)
        return
    conversation, sequence = found[0].split(".")[0], int(found[0].split(".")[1])
    if receipt.state == "failed":
        record = table.record(conversation, sequence)
        said = [message for message in record.messages if message.id in found] if record else []
        if not said:  # what went out has its record
            wait_if_early(clock, incoming)
            return
        inbound.send(conversation, _failure(incoming, receipt, said))
    try:
        for message_id in found:
            table.note_receipt(conversation, sequence, message_id, rank)
    except Missing:
        wait_if_early(clock, incoming)


def _take_all(table: Table, identity: Identity, incoming: Incoming, up_to: int, rank: int) -> None:
    """Record a receipt of all that the messenger took up to a moment, back to what is known."""
    for conversation in related(table, identity.conversation(incoming.address)):
        for record in islice(table.records(conversation.id, newest_first=True), SEARCHED_RECORDS):
            taken = _sent_to(record, incoming.address) if record.at <= up_to else []
            if any(record.receipts.get(message_id, 0) >= rank for message_id in taken):
                break
            for message_id in taken:
                table.note_receipt(conversation.id, record.sequence, message_id, rank)


def _sent_to(record: TurnRecord, address: str) -> list[str]:
    """Return what went out to an address: a conversation may have several."""
    here = {message.id for message in record.messages if message.address == address}
    return [message_id for message_id in provider_ids(record) if message_id in here]


def provider_ids(record: TurnRecord) -> dict[str, tuple[str, ...]]:
    """Return under which ids the messenger has our messages, words from other apps included."""
    elsewhere = {
        message.id: (message.provider_id,)
        for message in record.messages
        if message.elsewhere and message.change is None
    }
    return {**elsewhere, **record.provider_ids}


def _taken_as(table: Table, identity: Identity, incoming: Incoming) -> tuple[str, ...]:
    """Return what the messenger took under an id: several messages where they went as one."""
    for record in recent(table, identity.conversation(incoming.address), SEARCHED_RECORDS):
        known = provider_ids(record).items()
        found = tuple(message_id for message_id, ids in known if incoming.target in ids)
        if found:
            return found
    return ()


def _failure(incoming: Incoming, receipt: Receipt, said: Sequence[Message]) -> DeliveryFailed:
    """Return that these messages failed, at the address that we know: a receipt may name another.

    WhatsApp knows one customer by a number and by a business-scoped id.
    """
    reason = f"{receipt.reason} ({receipt.code})" if receipt.code else receipt.reason
    return DeliveryFailed(
        id=f"failed:{said[0].id}:async",
        at=incoming.sent_at or 0,
        message_id=said[0].id,
        address=said[0].address or incoming.address,
        reason=reason,
        only_system=all(message.author == "system" for message in said),
        unsent=1,
    )


def wait_if_early(clock: Callable[[], int], incoming: Incoming) -> None:
    """Let come again what may have overtaken our own record. Raises Unavailable."""
    if incoming.sent_at is not None and abs(clock() - incoming.sent_at) < TOO_EARLY:
        raise Unavailable("The message that this is about is not recorded yet.")
