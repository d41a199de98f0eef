"""Model SQS FIFO queues in memory: groups, visibility, receive counts, deduplication, dead letters.

Follows the SQS developer guide: a group with a message in flight hands out nothing more; a receipt
handle ends with its visibility; deduplication lasts five minutes per group (high-throughput mode),
also after the message was deleted.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from conversation.errors import Oversized
from conversation.event import Event
from conversation.outgoing import outgoing_to_json
from conversation.ports import MESSAGE_LIMIT, DeadMessage
from conversation.turn import Delivery, Drain, Typing
from tests.faults import Faults, Faulty, operation

DEDUPLICATION = 300_000
BATCH = 10


@dataclass
class _Message:
    id: str
    number: int
    group: str
    body: str
    deduplication_id: str
    sent_at: int
    receive_count: int = 0
    visible_at: int = -1


@dataclass(frozen=True)
class Received:
    """A message as one receive handed it out; `sent_at` in ms."""

    id: str
    receipt: str
    body: str
    group: str
    deduplication_id: str
    sequence_number: str
    receive_count: int
    sent_at: int

    def record(self) -> dict[str, Any]:
        """Return the record of a Lambda event that carries this message."""
        return {
            "messageId": self.id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.receive_count),
                "SentTimestamp": str(self.sent_at),
                "SequenceNumber": self.sequence_number,
                "MessageGroupId": self.group,
                "MessageDeduplicationId": self.deduplication_id,
                "SenderId": "tests",
                "ApproximateFirstReceiveTimestamp": str(self.sent_at),
            },
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:tests.fifo",
            "awsRegion": "eu-central-1",
        }


def lambda_event(batch: Iterable[Received]) -> dict[str, Any]:
    """Return the event that Lambda makes of a batch."""
    return {"Records": [received.record() for received in batch]}


class MemoryQueue:
    """A FIFO queue: `clock` in ms, `visibility` in seconds."""

    def __init__(
        self,
        clock: Callable[[], int],
        visibility: int = 30,
        max_receives: int = 1000,
        dead_letters: "MemoryQueue | None" = None,
    ) -> None:
        self._clock = clock
        self._visibility = visibility
        self._max_receives = max_receives
        self._dead_letters = dead_letters
        self._sent: dict[tuple[str, str], int] = {}
        self._number = 0
        self.groups: dict[str, list[_Message]] = {}

    def send(self, group: str, body: str, deduplication_id: str) -> None:
        """Put a message into its group, or swallow a repeat. Raises Oversized."""
        size = len(body.encode())
        if size > MESSAGE_LIMIT:
            raise Oversized(f"a queue message of {size} bytes; the limit is {MESSAGE_LIMIT}")
        now = self._clock()
        before = self._sent.get((group, deduplication_id))
        if before is not None and now - before < DEDUPLICATION:
            return
        self._sent[group, deduplication_id] = now
        self._number += 1
        message = _Message(f"m{self._number}", self._number, group, body, deduplication_id, now)
        self.groups.setdefault(group, []).append(message)

    def ready(self) -> list[str]:
        """Return the groups that would hand out messages now, in the order of their first."""
        now = self._clock()
        ready = [
            group
            for group, messages in self.groups.items()
            if all(message.visible_at <= now for message in messages)
        ]
        return sorted(ready, key=lambda group: self.groups[group][0].number)

    def next_ready_at(self) -> int | None:
        """Return when (ms) the next of the blocked groups becomes ready, None where none is."""
        now = self._clock()
        moments = (max(m.visible_at for m in messages) for messages in self.groups.values())
        return min((moment for moment in moments if moment > now), default=None)

    def receive(self, wanted: Mapping[str, int] | None = None) -> list[Received]:
        """Receive up to so many messages of each group; without a word, up to ten of all."""
        if wanted is None:
            wanted = dict.fromkeys(self.ready(), BATCH)
        ready = set(self.ready())
        batch: list[Received] = []
        for group, limit in wanted.items():
            if group in ready:
                batch += self._receive_of(group, min(limit, BATCH - len(batch)))
        return batch

    def delete(self, receipt: str) -> bool:
        """Delete a received message; False where the receipt has expired."""
        message = self._held(receipt)
        if message is None:
            return False
        self._remove(message)
        return True

    def change_visibility(self, receipt: str, seconds: int) -> bool:
        """Let a received message come back in so many seconds; False where it has expired."""
        message = self._held(receipt)
        if message is None:
            return False
        message.visible_at = self._clock() + seconds * 1000
        return True

    def all_messages(self) -> list[str]:
        """Return the bodies of all that is in the queue, for checks."""
        return [message.body for messages in self.groups.values() for message in messages]

    def _receive_of(self, group: str, limit: int) -> list[Received]:
        now = self._clock()
        received: list[Received] = []
        for message in list(self.groups[group]):
            if len(received) == limit:
                break
            message.receive_count += 1
            if message.receive_count > self._max_receives and self._dead_letters is not None:
                self._remove(message)
                self._dead_letters.take_over(message)
                continue
            message.visible_at = now + self._visibility * 1000
            received.append(
                Received(
                    id=message.id,
                    receipt=f"{message.id}/{message.receive_count}",
                    body=message.body,
                    group=message.group,
                    deduplication_id=message.deduplication_id,
                    sequence_number=f"{message.number:020d}",
                    receive_count=message.receive_count,
                    sent_at=message.sent_at,
                )
            )
        return received

    def take_over(self, dead: _Message) -> None:
        """Take a dead message of another queue; it keeps its id and group."""
        self._number += 1
        message = _Message(
            dead.id, self._number, dead.group, dead.body, dead.deduplication_id, dead.sent_at
        )
        self.groups.setdefault(dead.group, []).append(message)

    def _held(self, receipt: str) -> _Message | None:
        """Return the message that a receipt still holds: the last receive's, not yet visible."""
        now = self._clock()
        for messages in self.groups.values():
            for message in messages:
                if receipt == f"{message.id}/{message.receive_count}" and message.visible_at > now:
                    return message
        return None

    def _remove(self, message: _Message) -> None:
        self.groups[message.group].remove(message)
        if not self.groups[message.group]:
            del self.groups[message.group]


class _MemoryEnd(Faulty):
    """What both queues' ports share: the dead letters, and the visibility of what was received."""

    def __init__(
        self, queue: MemoryQueue, dead_letters: MemoryQueue, faults: Faults, prefix: str
    ) -> None:
        super().__init__(faults, prefix)
        self.queue = queue
        self.dead_letters = dead_letters

    @operation("receive")
    def dead(self) -> list[DeadMessage]:
        """Receive from the dead-letter queue."""
        return [
            DeadMessage(id=m.id, group=m.group, body=m.body, receipt=m.receipt)
            for m in self.dead_letters.receive()
        ]

    @operation("del")
    def bury(self, message: DeadMessage) -> None:
        """Delete a message of the dead-letter queue that was taken over."""
        self.dead_letters.delete(message.receipt)


class MemoryInbound(_MemoryEnd):
    """The queue of events, one group per conversation."""

    def __init__(
        self, queue: MemoryQueue, dead_letters: MemoryQueue, faults: Faults | None = None
    ) -> None:
        super().__init__(queue, dead_letters, faults or Faults(), "inbound.")

    @operation("send")
    def send(self, conversation: str, event: Event, again: str = "") -> None:
        """Put an event into a conversation's group; `again` tells a re-sent event apart."""
        self.queue.send(conversation, event.to_json(), event.id + again)

    @operation("chvis")
    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a received message come back in so many seconds."""
        self.queue.change_visibility(receipt, seconds)


class MemoryOutbound(_MemoryEnd):
    """The queue of deliveries, one group per address."""

    def __init__(
        self, queue: MemoryQueue, dead_letters: MemoryQueue, faults: Faults | None = None
    ) -> None:
        super().__init__(queue, dead_letters, faults or Faults(), "outbound.")

    @operation("send")
    def send(self, delivery: Delivery) -> None:
        """Put a delivery into its address's group."""
        body = outgoing_to_json(delivery)
        self.queue.send(address_group(delivery.address), body, delivery.deduplication_id)

    @operation("send")
    def type(self, typing: Typing) -> None:
        """Ask for the customer to be shown that an answer is being made."""
        group = address_group(typing.address)
        self.queue.send(group, outgoing_to_json(typing), f"typing.{typing.at}")

    @operation("send")
    def drain(self, address: str, now: int) -> None:
        """Ask for the parked deliveries of an address to be sent, once in five minutes."""
        body = outgoing_to_json(Drain(address=address))
        self.queue.send(address_group(address), body, f"drain.{now // DEDUPLICATION}")

    @operation("chvis")
    def postpone(self, receipt: str, seconds: int) -> bool:
        """Set a received message's visibility; False where it is no longer ours."""
        return self.queue.change_visibility(receipt, seconds)


def address_group(address: str) -> str:
    """Return an address's group in the outbound queue."""
    return sha256(address.encode()).hexdigest()
