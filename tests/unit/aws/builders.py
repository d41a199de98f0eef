"""Build conversations, records and deliveries with one word each."""

from typing import Any

from conversation.conversation import Conversation
from conversation.escalation import Escalation
from conversation.message import Content, Message
from conversation.turn import Delivery, TurnRecord

ADDRESS = "whatsapp:106540352242922:491701234567"
NOW = 1_763_786_000_000


def conversation(id_: str = "c1", **fields: Any) -> Conversation:
    """Return a conversation as its first write would have it."""
    first = {"version": 1, "writer": "w1", "created": NOW, "addresses": (ADDRESS,)}
    return Conversation(id=id_, **{**first, **fields})


def escalation(due: int = NOW, **fields: Any) -> Escalation:
    """Return an escalation that waits."""
    return Escalation(reference="MS-1", opened=NOW, due=due, reason="intent", **fields)


def message(id_: str = "c1.1.1", text: str = "Guten Tag") -> Message:
    """Return an answer of the bot."""
    return Message(id=id_, author="bot", address=ADDRESS, content=Content(text=text), sent_at=NOW)


def record(sequence: int = 1, **fields: Any) -> TurnRecord:
    """Return a turn's record, nothing sent yet."""
    first = {
        "conversation": "c1",
        "at": NOW,
        "newest": NOW,
        "event_ids": ("e1",),
        "messages": (message(f"c1.{sequence}.1"),),
    }
    return TurnRecord(sequence=sequence, **{**first, **fields})


def delivery(sequence: int = 1, **fields: Any) -> Delivery:
    """Return the delivery of `record(sequence)`."""
    first = {
        "conversation": "c1",
        "address": ADDRESS,
        "epoch": 1,
        "messages": (message(f"c1.{sequence}.1"),),
        "at": NOW,
        "deadline": NOW + 3_600_000,
    }
    return Delivery(sequence=sequence, **{**first, **fields})
