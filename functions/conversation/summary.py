"""Write what a row of the queue says about a conversation; the assignee index carries it."""

from typing import Any

from conversation.address import Address
from conversation.conversation import Conversation

LAST_MESSAGE_LENGTH = 120
QUESTION_LENGTH = 200


def summary(conversation: Conversation) -> dict[str, Any]:
    """Return what a list of conversations shows: JSON values, short, no address in full.

    `opened`, `promised` and `last_message_at` in ms; `promised` None where no time was told.
    """
    address = _address(conversation)
    escalation = conversation.escalation
    return {
        "name": conversation.name or (address.shown if address else ""),
        "channel": address.channel if address else "",
        "reference": escalation.reference if escalation else "",
        "reason": escalation.reason if escalation else "",
        "titles": escalation.titles if escalation else {},
        "question": _shortened(escalation.question if escalation else "", QUESTION_LENGTH),
        "last_message": _shortened(conversation.last_message, LAST_MESSAGE_LENGTH),
        "last_message_at": conversation.last_message_at,
        "opened": escalation.opened if escalation else 0,
        "promised": escalation.promised if escalation else None,
        "language": conversation.language or "",
        "epoch": conversation.epoch,
    }


def _address(conversation: Conversation) -> Address | None:
    known = conversation.answer_to or next(iter(conversation.addresses), "")
    return Address.parse(known) if known else None


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
