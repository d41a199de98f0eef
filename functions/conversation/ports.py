"""Name what the handlers need of the outside: `aws/` fulfils it, the tests' fakes do too.

Every method may raise Unavailable. Whatever a method conditions on is said with the race it ends.
A write that is larger than the limits below raises Oversized.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from conversation.conversation import Conversation
from conversation.event import Event
from conversation.link import OfferLinks, TakeCode
from conversation.media import Fate, MediaJob
from conversation.turn import ActionCall, Delivery, Item, MessageState, TurnRecord, Typing

ITEM_LIMIT = 200_000
"""How many bytes of JSON one item may hold; the database refuses 400 KB with its attributes."""

MESSAGE_LIMIT = 240_000
"""How many bytes of JSON one queue message may hold; the long-standing limit of SQS is 256 KiB."""


@dataclass(frozen=True)
class Waiting:
    """A row of the queue or of an agent's desk, as the assignee index shows it.

    `summary` is what the conversation wrote for the list (see `conversation.summary`).
    """

    conversation: str
    due: int
    summary: dict[str, Any]


@dataclass(frozen=True)
class Parked:
    """A delivery that waits in the table; `order` is the outbound queue's sequence number."""

    delivery: Delivery
    order: str
    wake_at: int


@dataclass(frozen=True)
class Due:
    """What `schedule` finds due: conversations with the moment they wait for, and addresses."""

    wakes: tuple[tuple[str, int], ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class DeliveryView:
    """What `deliver` must know before it sends, read in one consistent call.

    `paused_until` (ms) is the account's, 0 where it never was paused.
    """

    record: TurnRecord | None
    conversation: Conversation | None
    paused_until: int


class Table(Protocol):
    """The one table."""

    def conversation(self, conversation: str) -> Conversation | None:
        """Read a conversation consistently."""

    def put_conversation(self, new: Conversation, expected_version: int) -> None:
        """Write a conversation if its version is still the expected one (0: if there is none).

        Ends the race between two deciders, and between a decision and a claim. A failed condition
        on our own first write (repeated by the SDK) is told by `writer`. Raises VersionConflict.
        """

    def record(self, conversation: str, sequence: int) -> TurnRecord | None:
        """Read a turn's record consistently."""

    def put_record(self, record: TurnRecord) -> None:
        """Put a turn's record unless it exists: a late flush must not undo outcomes."""

    def records(
        self, conversation: str, newest_first: bool = False, after: int = 0
    ) -> Iterator[TurnRecord]:
        """Read a conversation's records with a sequence above `after`, page by page."""

    def put_item(self, conversation: str, item: Item, sequence: int) -> None:
        """Put or delete a turn's other item unless a later turn has written it."""

    def items(self, conversation: str, prefix: str) -> list[tuple[str, dict[str, Any]]]:
        """Read a conversation's other items (sort key, body) whose sort key begins so."""

    def item(self, pk: str, sk: str) -> dict[str, Any] | None:
        """Read the body of one other item."""

    def delivery_view(self, delivery: Delivery) -> DeliveryView:
        """Read record, conversation and account state of a delivery in one consistent call."""

    def note_outcome(
        self,
        delivery: Delivery,
        cursor: int,
        states: Mapping[str, MessageState | None],
        provider_id: str = "",
    ) -> None:
        """Move an address's cursor forward and record what became of messages. Raises Missing.

        Several where they went out as one. None: a part of a long message went out, more follow.
        """

    def note_doubt(self, delivery: Delivery, message_ids: Sequence[str]) -> None:
        """Mark that messages may be sent twice. Raises Missing."""

    def note_unsent(self, delivery: Delivery, receive_count: int) -> None:
        """Note that up to this receive nothing was sent that has no outcome. Raises Missing."""

    def note_refusal(self, delivery: Delivery, reason: str) -> None:
        """Record a refusal that the conversation is not told of yet. Raises Missing."""

    def note_failure(self, delivery: Delivery, message_ids: tuple[str, ...], reason: str) -> None:
        """Record that these messages failed and that the conversation is told. Raises Missing."""

    def note_receipt(self, conversation: str, sequence: int, message_id: str, rank: int) -> None:
        """Move a message's receipt forward; a lower rank changes nothing. Raises Missing."""

    def pause_account(self, account: str, until: int) -> None:
        """Remember that an account (`channel:account`) must not send before `until` (ms).

        Forward only: an earlier moment changes nothing but that there is an account state.
        """

    def park(self, parked: Parked) -> None:
        """Put a delivery aside until `wake_at`."""

    def parked(self, address: str) -> list[Parked]:
        """Read consistently what is parked for an address, in sequence."""

    def unpark(self, parked: Parked) -> None:
        """Remove a parked delivery that has its outcome."""

    def due(self, now: int) -> Due:
        """Read what is due; an index, so it may lag."""

    def assigned(self, assignee_key: str, limit: int = 50) -> list[Waiting]:
        """Read the conversations of `queue#<team>` or `agent#<id>`, the first due first."""

    def waiting_count(self, assignee_key: str) -> int:
        """Count the conversations of `queue#<team>` or `agent#<id>`."""

    def put_link_code(self, key: str, body: dict[str, Any], expires: int) -> None:
        """Keep what a one-time code opens, until `expires` (ms), unless the code is kept already.

        A repeat that comes late must not make a used code usable again.
        """

    def take_link_code(self, key: str, by: str, now: int) -> dict[str, Any] | None:
        """Use a code up and return what it opens; None where it is wrong, used or expired.

        Ends the race between two who use one code; a repeat of the same event (`by`) is answered
        as the first time.
        """

    def put_draft(self, conversation: str, agent: str, text: str) -> None:
        """Keep what an agent is typing; an empty text removes it."""

    def draft(self, conversation: str, agent: str) -> str:
        """Read what an agent was typing, "" where there is none."""


@dataclass(frozen=True)
class DeadMessage:
    """A message of a dead-letter queue; `id` is the queue's own."""

    id: str
    group: str
    body: str
    receipt: str


class Inbound(Protocol):
    """The queue of events, one group per conversation."""

    def send(self, conversation: str, event: Event, again: str = "") -> None:
        """Put an event into a conversation's group; `again` tells a re-sent event apart."""

    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a received message come back in so many seconds."""

    def dead(self) -> list[DeadMessage]:
        """Receive from the dead-letter queue."""

    def bury(self, message: DeadMessage) -> None:
        """Delete a message of the dead-letter queue that was taken over."""


class Outbound(Protocol):
    """The queue of deliveries, one group per address."""

    def send(self, delivery: Delivery) -> None:
        """Put a delivery into its address's group."""

    def drain(self, address: str, now: int) -> None:
        """Ask for the parked deliveries of an address to be sent, once in five minutes."""

    def type(self, typing: Typing) -> None:
        """Ask for the customer to be shown that an answer is being made."""

    def postpone(self, receipt: str, seconds: int) -> bool:
        """Set a received message's visibility; False where it is no longer ours."""

    def dead(self) -> list[DeadMessage]:
        """Receive from the dead-letter queue."""

    def bury(self, message: DeadMessage) -> None:
        """Delete a message of the dead-letter queue that was taken over."""


class Archive(Protocol):
    """The bucket: raw events and texts that are too long for the table."""

    def put(self, key: str, body: bytes) -> None:
        """Keep bytes under a key."""

    def get(self, key: str) -> bytes | None:
        """Read what is kept under a key."""


class Media(Protocol):
    """The bucket, as the place of what customers and agents send."""

    def put(self, key: str, body: bytes, mime_type: str) -> None:
        """Keep a file under a key; nobody is told another type of it."""

    def get(self, key: str) -> bytes | None:
        """Read what is kept under a key."""

    def remove(self, keys: Sequence[str]) -> None:
        """Remove what is kept under these keys, at most 1,000; where nothing is, nothing fails."""

    def link(self, key: str, fate: Fate, seconds: int) -> str:
        """Return an address by which whoever has it may read a file for so many seconds."""

    def origin(self) -> str:
        """Return the origin of all links: scheme, host, and port where it has one."""


class MediaQueue(Protocol):
    """The queue of files that are to be fetched or looked at."""

    def send(self, job: MediaJob) -> None:
        """Let a file be fetched; it may happen more than once."""

    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a received job come back in so many seconds."""


class Scanner(Protocol):
    """What looks for malware, where the operator has something that does."""

    def is_clean(self, key: str) -> bool:
        """Say whether what lies under a key of the bucket is harmless."""


class Links(Protocol):
    """The one-time codes that carry a conversation to another messenger."""

    def channels(self, address: str) -> tuple[str, ...]:
        """Return the messengers to which a conversation can go on from an address."""

    def offer(self, asked: OfferLinks) -> dict[str, Any]:
        """Make a code and the deep links that carry it; a repeat gives the same."""

    def take(self, asked: TakeCode) -> dict[str, Any]:
        """Use a code up; a repeat is answered as the first time."""


class Vault(Protocol):
    """The secrets of the house."""

    def identity_key(self) -> bytes:
        """Return the key of all ids, made at first use."""

    def account(self, channel: str, account: str) -> dict[str, str] | None:
        """Return the secrets of an account, None where it is not connected."""

    def accounts(self) -> list[tuple[str, str]]:
        """Return the connected accounts as (channel, account)."""


class Actions(Protocol):
    """The action server."""

    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Run a custom action and return what it answers in so many seconds. Raises ActionFailed.

        The answer holds `events` and `responses`, or is `{"rejected": True}`.
        """
