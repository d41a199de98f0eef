"""Say what a turn is: everything that one decision makes, to be committed with one write."""

from typing import Any, Literal

from pydantic import Field

from conversation.event import Event
from conversation.message import Message
from conversation.model import Model


class Delivery(Model):
    """What one turn sends to one address, message after message.

    `epoch` is the conversation's after the turn: answers of the bot are withdrawn where a person
    has claimed the conversation since. `deadline` in ms: later it is not sent any more.
    `doubtful`: an earlier attempt may have sent its next message. `attempt` tells re-sends apart
    for the queue's deduplication. `seen` is the customer's message, by the provider's id, that is
    marked as read with it.
    """

    conversation: str
    sequence: int
    address: str
    epoch: int
    messages: tuple[Message, ...]
    at: int
    deadline: int
    doubtful: bool = False
    attempt: int = 0
    seen: str = ""

    @property
    def deduplication_id(self) -> str:
        """Return what the queue recognises a repeat of this very attempt by."""
        return f"{self.messages[0].id}.{self.attempt}"

    @property
    def attempt_key(self) -> str:
        """Return what tells this attempt apart in the turn's record."""
        return f"{self.attempt}/{self.address}"


class Drain(Model):
    """Ask `deliver` to send what is parked for an address, in sequence."""

    address: str


class Typing(Model):
    """Ask `deliver` to show that an answer is being made, `at` (ms); `seen` as in a delivery."""

    address: str
    at: int
    seen: str = ""


class Item(Model):
    """An item of the table that a turn puts, or deletes where `body` is None.

    `pk` None means the conversation's own. `expires` in seconds since the epoch.
    """

    sk: str
    pk: str | None = None
    body: dict[str, Any] | None = None
    expires: int | None = None


class Onward(Model):
    """An event for another conversation, sent with a turn."""

    conversation: str
    event: Event


class ActionCall(Model):
    """A call of a custom action; `key` is the same in every repeat of the turn.

    `payload` is the request of Rasa's action server, without the domain.
    """

    key: str = ""
    action: str
    payload: dict[str, Any] = Field(default_factory=dict)

    def keyed(self, key: str) -> "ActionCall":
        """Return the call with its key, where an action reads it: in the message's metadata."""
        tracker = self.payload.get("tracker", {})
        message = tracker.get("latest_message", {})
        metadata = {**message.get("metadata", {}), "key": key}
        told = {**tracker, "latest_message": {**message, "metadata": metadata}}
        return self.model_copy(update={"key": key, "payload": {**self.payload, "tracker": told}})


class ActionDone(Model):
    """What the thread says of an action: `result` is None where it was begun, end unknown."""

    key: str
    action: str
    result: dict[str, Any] | None = None


class Turn(Model):
    """One decision, pending until its record exists.

    `sequence` orders turns; `event_ids` are those that it takes; `newest` (ms) is the latest time
    of its events.
    """

    sequence: int
    at: int
    newest: int
    event_ids: tuple[str, ...]
    messages: tuple[Message, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    onward: tuple[Onward, ...] = ()
    items: tuple[Item, ...] = ()
    actions: tuple[ActionDone, ...] = ()


class StartedTurn(Model):
    """The journal of a turn that was begun: a repeat decides exactly this one.

    `attempts` counts tries that ended without our own word (time-out, out of memory); `called` is
    the key of the first action call that was begun.
    """

    id: str
    events: tuple[Event, ...]
    now: int
    attempts: int = 0
    called: str = ""


MessageState = Literal["sent", "failed", "withdrawn"]


class TurnRecord(Model):
    """The `M#` item: what was said in a turn, and what became of it.

    `cursor`: per address, how many calls to the messenger have an outcome. `states`: per message
    id. `unknown`: messages that may have been sent twice. `provider_ids`: per message id, the
    messenger's ids. `receipts`: per message id, the rank (see `incoming.RECEIPT_RANK`).
    `refused`: per address, the reason of a refusal that the conversation is not told of yet.
    `unsent`: per attempt and address, up to which receive count it is certain that nothing was
    sent that has no outcome.
    `reasons`: per message id, why it failed.
    """

    conversation: str
    sequence: int
    at: int
    newest: int
    event_ids: tuple[str, ...]
    messages: tuple[Message, ...] = ()
    actions: tuple[ActionDone, ...] = ()
    cursor: dict[str, int] = Field(default_factory=dict)
    states: dict[str, MessageState] = Field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    provider_ids: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    receipts: dict[str, int] = Field(default_factory=dict)
    refused: dict[str, str] = Field(default_factory=dict)
    reasons: dict[str, str] = Field(default_factory=dict)
    unsent: dict[str, int] = Field(default_factory=dict)

    @classmethod
    def of(cls, conversation: str, turn: Turn) -> "TurnRecord":
        """Return the record of a turn as the flush writes it, nothing sent yet."""
        return cls(
            conversation=conversation,
            sequence=turn.sequence,
            at=turn.at,
            newest=turn.newest,
            event_ids=turn.event_ids,
            messages=turn.messages,
            actions=turn.actions,
        )
