"""Take a visitor's message: a text, a file, or a tap on an option that we really offered."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from aws.links import chain
from conversation.errors import Malformed
from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.masking import masked
from conversation.message import Content, Message
from conversation.model import Model
from conversation.ports import Table
from webchat.files import SentFile
from webchat.linking import Reading
from webchat.outside import Outside
from webchat.thread import is_shown, shown_id
from webchat.visitor import ACCOUNT, CHANNEL, Visitor

TEXT_LIMIT = 8_000
"""The longest text (characters) that a visitor may send in one message."""

_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class Choice(Model):
    """A tap: which message offered the option (`<turn>.<message>`), and which one it was."""

    message_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}\.[0-9]{1,4}$")]
    index: Annotated[int, Field(ge=0, le=99)]


class VisitorMessage(Model):
    """What the page sends: its own id (a UUID, the same in every repeat), and what is said.

    That is a text, a file that was uploaded before, or both; or a tap.

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
    file: SentFile | None = None
    sent_at: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        says_something = self.text is not None or self.file is not None
        if says_something == (self.choice is not None):
            raise ValueError("send either a text, a file, or both, or a choice")
        return self


def event_of(
    message: VisitorMessage, visitor: Visitor, outside: Outside, now: int
) -> CustomerEvent:
    """Return the event that a visitor's message is; its file is queued to be looked at.

    Raises Malformed for an unknown choice and a file of no kind that is kept, Unavailable.

    Card numbers and secrets are masked. A payload never comes from the page: customers cannot
    type themselves into an intent.
    """
    if message.choice is not None:
        content = _chosen(message.choice, visitor, outside.table)
    else:
        content = masked(Content(text=message.text or ""))
        if message.file is not None:
            attachment = outside.cabinet.attached(visitor, message.file)
            content = content.model_copy(update={"attachments": (attachment,)})
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
    return CustomerEvent(id=outside.identity().event(incoming), at=at, incoming=incoming)


def message_shown(message_id: str, visitor: Visitor, table: Table) -> tuple[Message, ...]:
    """Return the message that a visitor was shown under an id, if there is one."""
    turn = int(message_id.split(".")[0])
    conversations = list(chain(table, visitor.conversation))
    record = Reading(conversations).find(table, turn) if conversations else None
    return tuple(
        message
        for message in (record.messages if record else ())
        if is_shown(message, visitor.address) and shown_id(turn, message) == message_id
    )


def _chosen(choice: Choice, visitor: Visitor, table: Table) -> Content:
    for message in message_shown(choice.message_id, visitor, table):
        offered = message.content.buttons
        if choice.index < len(offered):
            button = offered[choice.index]
            return Content(text=button.title, payload=button.payload)
    raise Malformed("There is no such option in this conversation.")
