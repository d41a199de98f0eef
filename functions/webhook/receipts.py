"""Move the state of our messages forward as messengers tell it, straight in the table."""

from collections.abc import Callable

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
    """Record a receipt; one that comes too early is to come again. Raises Unavailable."""
    receipt = incoming.receipt
    if receipt is None:
        return
    message_id = _message_id(table, identity, incoming, receipt)
    if message_id is None:
        _too_early(clock, incoming)
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
        _too_early(clock, incoming)


def _message_id(
    table: Table, identity: Identity, incoming: Incoming, receipt: Receipt
) -> str | None:
    """Return which message of ours is meant: by our own reference, else by the provider's id."""
    parts = receipt.reference.split(".")
    if len(parts) == 3 and parts[1].isdecimal():
        return receipt.reference
    conversation = identity.conversation(incoming.address)
    for count, record in enumerate(table.records(conversation, newest_first=True)):
        if count >= SEARCHED_RECORDS:
            break
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


def _too_early(clock: Callable[[], int], incoming: Incoming) -> None:
    if incoming.sent_at is not None and clock() - incoming.sent_at < TOO_EARLY:
        raise Unavailable("The message that this receipt is about is not recorded yet.")
