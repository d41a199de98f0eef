"""Keep the one table in memory, as JSON, so that nothing a handler holds can change it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversation.conversation import Conversation
from conversation.errors import Missing, Oversized, VersionConflict
from conversation.model import Model
from conversation.ports import ITEM_LIMIT, DeliveryView, Due, Parked, Waiting
from conversation.summary import summary
from conversation.turn import Delivery, Item, MessageState, TurnRecord
from tests.faults import Faults, Faulty, operation

PAGE = 3
"""How many records one page holds: small, so that readers meet more than one."""

PAUSE_KEPT = 7 * 86_400_000
"""How long (ms) an account's state is kept after its pause."""


@dataclass(frozen=True)
class _Row:
    body: str
    sequence: int = 0
    expires: int | None = None


@dataclass(frozen=True)
class _Parked:
    delivery: str
    order: str
    wake_at: int


@dataclass(frozen=True)
class _Indexed:
    """What the two indexes know of an item."""

    address: str | None = None
    assignee_key: str | None = None
    due: int = 0
    summary: str = ""
    wake_at: int | None = None


class MemoryTable(Faulty):
    """The one table; `all_…`, `paused` and `next_wake` show checks what is stored."""

    def __init__(self, clock: Callable[[], int], faults: Faults | None = None) -> None:
        super().__init__(faults or Faults())
        self._clock = clock
        self._conversations: dict[str, str] = {}
        self._records: dict[str, dict[int, str]] = {}
        self._rows: dict[tuple[str, str], _Row] = {}
        self._parked: dict[str, dict[str, _Parked]] = {}
        self._codes: dict[str, tuple[str, int]] = {}
        self._code_takers: dict[str, str] = {}
        self.paused: dict[str, int] = {}
        self._index: dict[str, _Indexed] = {}
        self._index_before: dict[str, _Indexed] = {}

    # What checks look at: no operation of the house, no faults.

    def all_conversations(self) -> dict[str, Conversation]:
        """Return every conversation by its id."""
        return {id_: Conversation.from_json(text) for id_, text in self._conversations.items()}

    def all_records(self, conversation: str) -> list[TurnRecord]:
        """Return every record of a conversation, in order."""
        records = self._records.get(conversation, {})
        return [TurnRecord.from_json(records[sequence]) for sequence in sorted(records)]

    def all_parked(self) -> list[Parked]:
        """Return everything that is parked."""
        return [_parked(row) for rows in self._parked.values() for row in rows.values()]

    def next_wake(self) -> int | None:
        """Return the earliest moment in the wake index, None where it is empty."""
        wakes = (row.wake_at for row in self._index.values() if row.wake_at is not None)
        return min(wakes, default=None)

    # Conversations and records.

    @operation("get")
    def conversation(self, conversation: str) -> Conversation | None:
        """Read a conversation consistently."""
        return self._conversation(conversation)

    @operation("cput")
    def put_conversation(self, new: Conversation, expected_version: int) -> None:
        """Write a conversation if its version is still the expected one (0: if there is none)."""
        if new.version != expected_version + 1 or not new.writer:
            raise ValueError("every write has the next version and a writer of its own")
        body = _measured(new)
        old = self._conversation(new.id)
        if (old.version if old else 0) != expected_version:
            if old is not None and old.writer == new.writer:
                return
            raise VersionConflict(new.id)
        self._conversations[new.id] = body
        self._index_conversation(new)

    @operation("get")
    def record(self, conversation: str, sequence: int) -> TurnRecord | None:
        """Read a turn's record consistently."""
        return self._record(conversation, sequence)

    @operation("put")
    def put_record(self, record: TurnRecord) -> None:
        """Put a turn's record unless it exists: a late flush must not undo outcomes."""
        records = self._records.setdefault(record.conversation, {})
        records.setdefault(record.sequence, _measured(record))

    def records(
        self, conversation: str, newest_first: bool = False, after: int = 0
    ) -> Iterator[TurnRecord]:
        """Read a conversation's records with a sequence above `after`, page by page."""
        seen: int | None = None
        while page := self._page_of_records(conversation, newest_first, after, seen):
            yield from page
            seen = page[-1].sequence

    @operation("query")
    def _page_of_records(
        self, conversation: str, newest_first: bool, after: int, seen: int | None
    ) -> list[TurnRecord]:
        records = self._records.get(conversation, {})
        sequences = [sequence for sequence in records if sequence > after]
        if seen is not None:
            sequences = [s for s in sequences if (s < seen if newest_first else s > seen)]
        sequences.sort(reverse=newest_first)
        return [TurnRecord.from_json(records[sequence]) for sequence in sequences[:PAGE]]

    # Other items.

    @operation("put")
    def put_item(self, conversation: str, item: Item, sequence: int) -> None:
        """Put or delete a turn's other item unless a later turn has written it."""
        key = (item.pk or f"C#{conversation}", item.sk)
        row = self._rows.get(key)
        if row is not None and row.sequence > sequence:
            return
        if item.body is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = _Row(_within_limit(json.dumps(item.body)), sequence, item.expires)

    @operation("query")
    def items(self, conversation: str, prefix: str) -> list[tuple[str, dict[str, Any]]]:
        """Read a conversation's other items (sort key, body) whose sort key begins so."""
        keys = [k for k in self._rows if k[0] == f"C#{conversation}" and k[1].startswith(prefix)]
        found = ((sk, self._item(pk, sk)) for pk, sk in sorted(keys))
        return [(sk, body) for sk, body in found if body is not None]

    @operation("get")
    def item(self, pk: str, sk: str) -> dict[str, Any] | None:
        """Read the body of one other item."""
        return self._item(pk, sk)

    # Deliveries.

    @operation("get")
    def delivery_view(self, delivery: Delivery) -> DeliveryView:
        """Read record, conversation and account state of a delivery in one consistent call."""
        channel, account, _ = delivery.address.split(":", 2)
        return DeliveryView(
            record=self._record(delivery.conversation, delivery.sequence),
            conversation=self._conversation(delivery.conversation),
            paused_until=self._paused_until(f"{channel}:{account}"),
        )

    @operation("upd")
    def note_outcome(
        self,
        delivery: Delivery,
        cursor: int,
        states: Mapping[str, MessageState | None],
        provider_id: str = "",
    ) -> None:
        """Move an address's cursor forward and record what became of messages. Raises Missing.

        Where the cursor is there already (two deliverers overlapped), only what went out counts.
        """
        record = self._existing(delivery.conversation, delivery.sequence)
        forward = cursor > record.cursor.get(delivery.address, 0)
        change: dict[str, Any] = {}
        if forward:
            change["cursor"] = {**record.cursor, delivery.address: cursor}
        known = {m: s for m, s in states.items() if s and (forward or s == "sent")}
        change["states"] = {**record.states, **known}
        taken = [m for m, s in states.items() if provider_id and s != "withdrawn"]
        change["provider_ids"] = dict(record.provider_ids)
        for message_id in taken:
            ids = record.provider_ids.get(message_id, ())
            if provider_id not in ids:
                change["provider_ids"][message_id] = (*ids, provider_id)
        self._update(record, **change)

    @operation("upd")
    def note_doubt(self, delivery: Delivery, message_ids: Sequence[str]) -> None:
        """Mark that messages may be sent twice. Raises Missing."""
        record = self._existing(delivery.conversation, delivery.sequence)
        self._update(record, unknown=tuple(sorted({*record.unknown, *message_ids})))

    @operation("upd")
    def note_unsent(self, delivery: Delivery, receive_count: int) -> None:
        """Note that up to this receive nothing was sent that has no outcome. Raises Missing."""
        record = self._existing(delivery.conversation, delivery.sequence)
        known = record.unsent.get(delivery.attempt_key, 0)
        unsent = {**record.unsent, delivery.attempt_key: max(known, receive_count)}
        self._update(record, unsent=unsent)

    @operation("upd")
    def note_refusal(self, delivery: Delivery, reason: str) -> None:
        """Record a refusal that the conversation is not told of yet. Raises Missing."""
        record = self._existing(delivery.conversation, delivery.sequence)
        self._update(record, refused={**record.refused, delivery.address: reason})

    @operation("upd")
    def note_failure(self, delivery: Delivery, message_ids: tuple[str, ...], reason: str) -> None:
        """Record that these messages failed and that the conversation is told. Raises Missing."""
        record = self._existing(delivery.conversation, delivery.sequence)
        self._update(
            record,
            states={**record.states, **dict.fromkeys(message_ids, "failed")},
            reasons={**record.reasons, **dict.fromkeys(message_ids, reason)},
            refused={a: r for a, r in record.refused.items() if a != delivery.address},
        )

    @operation("upd")
    def note_receipt(self, conversation: str, sequence: int, message_id: str, rank: int) -> None:
        """Move a message's receipt forward; a lower rank changes nothing. Raises Missing."""
        record = self._existing(conversation, sequence)
        if rank > record.receipts.get(message_id, 0):
            self._update(record, receipts={**record.receipts, message_id: rank})

    @operation("cput")
    def pause_account(self, account: str, until: int) -> None:
        """Remember that an account (`channel:account`) must not send before `until` (ms)."""
        self.paused[account] = max(until, self._clock(), self.paused.get(account, 0))

    @operation("put")
    def park(self, parked: Parked) -> None:
        """Put a delivery aside until `wake_at`."""
        address = parked.delivery.address
        row = _Parked(_measured(parked.delivery), parked.order, parked.wake_at)
        self._parked.setdefault(address, {})[parked.order] = row
        indexed = _Indexed(address=address, wake_at=parked.wake_at)
        self._reindex(f"P#{address}#{parked.order}", indexed)

    @operation("query")
    def parked(self, address: str) -> list[Parked]:
        """Read consistently what is parked for an address, in sequence."""
        rows = self._parked.get(address, {})
        return [_parked(rows[order]) for order in sorted(rows, key=lambda order: order.zfill(20))]

    @operation("del")
    def unpark(self, parked: Parked) -> None:
        """Remove a parked delivery that has its outcome."""
        address = parked.delivery.address
        self._parked.get(address, {}).pop(parked.order, None)
        self._reindex(f"P#{address}#{parked.order}", None)

    # Indexes.

    @operation("query")
    def due(self, now: int) -> Due:
        """Read what is due; an index, so it may lag."""
        index = self._read_index("due")
        rows = [(k, r, r.wake_at) for k, r in index.items() if r.wake_at is not None]
        ready = [(key, row, wake) for key, row, wake in rows if wake <= now]
        addresses = {row.address for _, row, _ in ready if row.address is not None}
        return Due(
            wakes=tuple(
                (key.removeprefix("C#"), wake) for key, row, wake in ready if row.address is None
            ),
            addresses=tuple(sorted(addresses)),
        )

    @operation("query")
    def assigned(self, assignee_key: str, limit: int = 50) -> list[Waiting]:
        """Read the conversations of `queue#<team>` or `agent#<id>`, the first due first."""
        index = self._read_index("assigned")
        rows = sorted(
            (row.due, key, row.summary)
            for key, row in index.items()
            if row.assignee_key == assignee_key
        )
        return [
            Waiting(conversation=key.removeprefix("C#"), due=due, summary=json.loads(text))
            for due, key, text in rows[:limit]
        ]

    @operation("query")
    def waiting_count(self, assignee_key: str) -> int:
        """Count the conversations of `queue#<team>` or `agent#<id>`."""
        index = self._read_index("waiting_count")
        return sum(row.assignee_key == assignee_key for row in index.values())

    # One-time codes.

    @operation("cput")
    def put_link_code(self, key: str, body: dict[str, Any], expires: int) -> None:
        """Keep what a one-time code opens, unless the code is kept already."""
        self._codes.setdefault(key, (json.dumps(body), expires))

    @operation("cput")
    def take_link_code(self, key: str, by: str, now: int) -> dict[str, Any] | None:
        """Use a code up and return what it opens; None where it is wrong, used or expired."""
        body, expires = self._codes.get(key, ("", 0))
        taker = self._code_takers.get(key)
        if not body or (taker != by and (taker is not None or expires <= now)):
            return None
        self._code_takers[key] = by
        opened: dict[str, Any] = json.loads(body)
        return opened

    # Drafts.

    @operation("put")
    def put_draft(self, conversation: str, agent: str, text: str) -> None:
        """Keep what an agent is typing; an empty text removes it."""
        key = (f"C#{conversation}", f"D#{agent}")
        if text:
            self._rows[key] = _Row(_within_limit(json.dumps({"text": text, "at": self._clock()})))
        else:
            self._rows.pop(key, None)

    @operation("get")
    def draft(self, conversation: str, agent: str) -> str:
        """Read what an agent was typing, "" where there is none."""
        body = self._item(f"C#{conversation}", f"D#{agent}")
        return str(body["text"]) if body else ""

    # Storage.

    def _paused_until(self, account: str) -> int:
        until = self.paused.get(account, 0)
        return until if until + PAUSE_KEPT > self._clock() else 0

    def _conversation(self, conversation: str) -> Conversation | None:
        text = self._conversations.get(conversation)
        return Conversation.from_json(text) if text else None

    def _record(self, conversation: str, sequence: int) -> TurnRecord | None:
        text = self._records.get(conversation, {}).get(sequence)
        return TurnRecord.from_json(text) if text else None

    def _existing(self, conversation: str, sequence: int) -> TurnRecord:
        record = self._record(conversation, sequence)
        if record is None:
            raise Missing(f"{conversation} has no record {sequence}")
        return record

    def _update(self, record: TurnRecord, **change: Any) -> None:
        new = record.model_copy(update=change)
        self._records[record.conversation][record.sequence] = new.to_json()

    def _item(self, pk: str, sk: str) -> dict[str, Any] | None:
        row = self._rows.get((pk, sk))
        if row is None or (row.expires is not None and row.expires * 1000 <= self._clock()):
            return None
        body: dict[str, Any] = json.loads(row.body)
        return body

    def _index_conversation(self, new: Conversation) -> None:
        escalation = new.escalation
        waits = escalation is not None and new.assignee != "bot"
        key = f"agent#{new.agent}" if new.agent else f"queue#{escalation and escalation.team}"
        indexed = _Indexed(
            assignee_key=key if waits else None,
            due=escalation.due if escalation else 0,
            summary=json.dumps(summary(new)) if waits else "",
            wake_at=new.next_wake,
        )
        self._reindex(f"C#{new.id}", indexed)

    def _reindex(self, key: str, indexed: _Indexed | None) -> None:
        if self._index.get(key) == indexed:
            return
        self._index_before = dict(self._index)
        if indexed is None:
            self._index.pop(key, None)
        else:
            self._index[key] = indexed

    def _read_index(self, name: str) -> dict[str, _Indexed]:
        return self._index_before if self.faults.lags(name) else self._index


def _within_limit(text: str) -> str:
    size = len(text.encode())
    if size > ITEM_LIMIT:
        raise Oversized(f"an item of {size} bytes; the limit is {ITEM_LIMIT}")
    return text


def _measured(model: Model) -> str:
    return _within_limit(model.to_json())


def _parked(row: _Parked) -> Parked:
    delivery = Delivery.from_json(row.delivery)
    return Parked(delivery=delivery, order=row.order, wake_at=row.wake_at)
