"""Move the state of our messages forward as messengers tell it, straight in the table."""

from collections.abc import Callable
from itertools import islice

from conversation.errors import Missing, Unavailable
from conversation.event import DeliveryFailed
from conversation.identity import Identity
from conversation.incoming import RECEIPT_RANK, Incoming, Receipt
from conversation.ports import Inbound, Table

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
    if receipt.up_to is not None and not incoming.target:
        _take_all(table, identity, incoming, receipt.up_to, RECEIPT_RANK[receipt.state])
        return
    message_id = _message_id(table, identity, incoming, receipt)
    if message_id is None:
        if receipt.up_to is None:
            wait_if_early(clock, incoming)
        return
    conversation, sequence, _ = message_id.split(".")
    if receipt.state == "failed":
        record = table.record(conversation, int(sequence))
        system = record is not None and message_id in {
            message.id for message in record.messages if message.author == "system"
        }
        inbound.send(conversation, _failure(incoming, receipt, message_id, only_system=system))
    try:
        table.note_receipt(conversation, int(sequence), message_id, RECEIPT_RANK[receipt.state])
    except Missing:
        wait_if_early(clock, incoming)


def _take_all(table: Table, identity: Identity, incoming: Incoming, up_to: int, rank: int) -> None:
    """Record a receipt of all that the messenger took up to a moment, back to what is known."""
    conversation = identity.conversation(incoming.address)
    records = table.records(conversation, newest_first=True)
    for record in islice(records, SEARCHED_RECORDS):
        taken = [message_id for message_id in record.provider_ids if record.at <= up_to]
        if any(record.receipts.get(message_id, 0) >= rank for message_id in taken):
            return
        for message_id in taken:
            table.note_receipt(conversation, record.sequence, message_id, rank)


def _message_id(
    table: Table, identity: Identity, incoming: Incoming, receipt: Receipt
) -> str | None:
    """Return which message of ours is meant: by our own reference, else by the provider's id."""
    parts = receipt.reference.split(".")
    if len(parts) == 3 and parts[1].isdecimal():
        return receipt.reference
    conversation = identity.conversation(incoming.address)
    for record in islice(table.records(conversation, newest_first=True), SEARCHED_RECORDS):
        for message_id, provider_ids in record.provider_ids.items():
            if incoming.target in provider_ids:
                return message_id
    return None


def _failure(
    incoming: Incoming, receipt: Receipt, message_id: str, *, only_system: bool
) -> DeliveryFailed:
    reason = f"{receipt.reason} ({receipt.code})" if receipt.code else receipt.reason
    return DeliveryFailed(
        id=f"failed:{message_id}:async",
        at=incoming.sent_at or 0,
        message_id=message_id,
        address=incoming.address,
        reason=reason,
        only_system=only_system,
    )


def wait_if_early(clock: Callable[[], int], incoming: Incoming) -> None:
    """Let come again what may have overtaken our own record. Raises Unavailable."""
    if incoming.sent_at is not None and clock() - incoming.sent_at < TOO_EARLY:
        raise Unavailable("The message that this is about is not recorded yet.")
