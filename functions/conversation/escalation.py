"""Say what an escalation is: from the hand-over to a person until it was resolved."""

from typing import Literal

from pydantic import Field

from conversation.model import Model
from conversation.understanding import Language

Reason = Literal[
    "asked_for_person",
    "not_understood",
    "intent",
    "danger",
    "cannot_read",
    "fault",
    "delivery_failed",
    "reopened",
    "unanswered_elsewhere",
]


class Escalation(Model):
    """A request that waits for, or is with, a person.

    `reference` is what the customer is told. `reason_detail` names the intent or failure.
    `due` (ms) orders the queue; it never changes while the escalation is open, so whoever comes
    back to the queue comes back to the old place. `titles` name the request by language, where
    the bot knows it. `promised` (ms) is what the customer was told,
    None where no time was told. `question` is what the customer asked, `facts` what the bot had
    collected by then, for the summary.
    """

    reference: str
    opened: int
    due: int
    reason: Reason
    reason_detail: str = ""
    titles: dict[Language, str] = Field(default_factory=dict)
    team: str = "default"
    promised: int | None = None
    question: str = ""
    facts: dict[str, str] = Field(default_factory=dict)
    claimed_at: int | None = None
    agent: str = ""


class ClosedEscalation(Model):
    """What stays of an escalation: what reports are made of, and what may be reopened."""

    escalation: Escalation
    closed: int
    outcome: Literal["resolved", "handed_back", "withdrawn", "linked"]
    agent: str = ""
