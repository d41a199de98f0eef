"""Say what can happen to a conversation: the body of every message in the inbound queue."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, TypeAdapter, model_serializer

from conversation.incoming import Incoming
from conversation.message import Attachment
from conversation.model import Model
from conversation.template import FilledTemplate
from conversation.understanding import Language


class _Event(Model):
    """`id` is the same for every repeat; `at` is when it happened, in ms.

    `hops` counts how often it was passed on from one conversation to another.
    """

    id: str
    at: int
    hops: int = 0

    @model_serializer(mode="wrap")
    def _keep_kind(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write `kind` even where defaults are left out: reading needs it."""
        return {"kind": type(self).model_fields["kind"].default, **serialize(self)}


class CustomerEvent(_Event):
    """The customer wrote, edited, deleted, reacted, or blocked us."""

    kind: Literal["customer"] = "customer"
    incoming: Incoming


class Reply(_Event):
    """An agent answers; `epoch` is the one in which it was written.

    `address` is where to, "" for where the customer wrote last. `template`: it goes as a template
    of the messenger's, `text` being what the customer reads.
    """

    kind: Literal["reply"] = "reply"
    agent: str
    epoch: int
    text: str
    address: str = ""
    template: FilledTemplate | None = None
    attachments: tuple[Attachment, ...] = ()


class Resolve(_Event):
    """An agent closes the escalation."""

    kind: Literal["resolve"] = "resolve"
    agent: str
    epoch: int


class HandBack(_Event):
    """An agent gives the conversation back to the bot, the request not being closed by it."""

    kind: Literal["hand_back"] = "hand_back"
    agent: str
    epoch: int


class DeliveryFailed(_Event):
    """A message of ours did not reach the customer; never answered at the address that failed.

    `only_system`: what failed were words of the house (a closing, a notice), which leave nobody
    without an answer. `unsent`: so many messages, as the messenger counts them, did not go out.
    """

    kind: Literal["failed"] = "failed"
    message_id: str
    address: str
    reason: str
    only_system: bool = False
    unsent: int = 0


class FileRefused(_Event):
    """A file that the customer sent is not kept, for one of `conversation.media.TOLD`.

    `address` is where it was sent from. `limit` (bytes) is what would have been allowed.
    """

    kind: Literal["file_refused"] = "file_refused"
    address: str
    reason: str
    limit: int | None = None


class Wake(_Event):
    """A moment has come at which something must happen; ignored if it is no longer the next."""

    kind: Literal["wake"] = "wake"
    moment: int


class DeadLetter(_Event):
    """A customer's event that could not be handled in any other way comes back for a person."""

    kind: Literal["dead_letter"] = "dead_letter"
    original: CustomerEvent


class LinkRequest(_Event):
    """A code of this conversation was used by another one; the older of both survives.

    `proved_at` is the address where the code arrived, `offered_at` where it was shown.
    """

    kind: Literal["link_request"] = "link_request"
    conversation: str
    created: int
    proved_at: str
    offered_at: str


class Absorb(_Event):
    """A younger conversation was merged into this one.

    `state` is it as JSON, as it stood before. `proved_at` is the address where the code arrived,
    `offered_at` where it was shown.
    """

    kind: Literal["absorb"] = "absorb"
    source: str
    addresses: tuple[str, ...]
    state: str
    proved_at: str
    offered_at: str


class Cut(_Event):
    """The address from which this conversation came begins anew; `agent` is who wants it.

    `language`, `wished` and `disclosed` are those of the conversation that it leaves.
    """

    kind: Literal["cut"] = "cut"
    agent: str = ""
    language: Language | None = None
    wished: bool = False
    disclosed: tuple[str, ...] = ()


class Unlinked(_Event):
    """An address has left this conversation and begins anew; `conversation` is its own."""

    kind: Literal["unlinked"] = "unlinked"
    conversation: str
    address: str


Event = Annotated[
    CustomerEvent
    | Reply
    | Resolve
    | HandBack
    | DeliveryFailed
    | FileRefused
    | Wake
    | DeadLetter
    | LinkRequest
    | Absorb
    | Cut
    | Unlinked,
    Field(discriminator="kind"),
]

_adapter: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))


def event_from_json(text: str | bytes) -> Event:
    """Read an event as `to_json` wrote it. Raises pydantic.ValidationError."""
    return _adapter.validate_json(text)
