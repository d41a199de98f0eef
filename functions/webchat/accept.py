"""Take a visitor's message: a text, or a tap on an option that we really offered."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from conversation.conversation import Conversation
from conversation.errors import Malformed
from conversation.event import CustomerEvent
from conversation.identity import Identity
from conversation.incoming import Incoming
from conversation.masking import masked
from conversation.message import Content, Message
from conversation.model import Model
from conversation.ports import Table
from webchat.thread import is_shown, shown_id
from webchat.visitor import ACCOUNT, CHANNEL, Visitor

TEXT_LIMIT = 8_000
"""The longest text (characters) that a visitor may send in one message."""

_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class Choice(Model):
    """A tap: which message offered the option (`<turn>.<message>`), and which one it was."""

    message_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}\.[0-9]{1,4}$")]
    index: Annotated[int, Field(ge=0, le=99)]


class VisitorMessage(Model):
    """What the page sends: its own id (a UUID, the same in every repeat), and a text or a tap.

    `sent_at` (ms) is when the visitor wrote it; the same in every repeat, so that one which comes
    days later is still known.
    """

    id: Annotated[str, StringConstraints(pattern=_ID)]
    text: (
        Annotated[
            str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT)
        ]
        | None
    ) = None
    choice: Choice | None = None
    sent_at: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either a text or a choice")
        return self


def event_of(
    message: VisitorMessage, visitor: Visitor, identity: Identity, table: Table, now: int
) -> CustomerEvent:
    """Return the event that a visitor's message is. Raises Malformed for an unknown choice.

    Card numbers and secrets are masked. A payload never comes from the page: customers cannot
    type themselves into an intent.
    """
    if message.choice is None:
        content = masked(Content(text=message.text or ""))
    else:
        content = _chosen(message.choice, visitor, table)
    at = now if message.sent_at is None else min(message.sent_at, now)
    incoming = Incoming(
        kind="message",
        channel=CHANNEL,
        account=ACCOUNT,
        user=visitor.user,
        chat=visitor.user,  # ids are made by pages: unique within one visitor's conversation only
        provider_id=message.id,
        sent_at=at,
        content=content,
        name=visitor.name,
        signed_in=visitor.signed_in,
    )
    return CustomerEvent(id=identity.event(incoming), at=at, incoming=incoming)


def _chosen(choice: Choice, visitor: Visitor, table: Table) -> Content:
    sequence = int(choice.message_id.split(".")[0])
    conversation = table.conversation(visitor.conversation)
    messages = () if conversation is None else _messages(conversation, sequence, table)
    for message in messages:
        offered = message.content.buttons
        if (
            is_shown(message, visitor.address)
            and shown_id(message) == choice.message_id
            and choice.index < len(offered)
        ):
            button = offered[choice.index]
            return Content(text=button.title, payload=button.payload)
    raise Malformed("There is no such option in this conversation.")


def _messages(conversation: Conversation, sequence: int, table: Table) -> tuple[Message, ...]:
    pending = conversation.pending
    if pending is not None and pending.sequence == sequence:
        return pending.messages
    record = table.record(conversation.id, sequence)
    return record.messages if record else ()
