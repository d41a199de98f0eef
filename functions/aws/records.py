"""Keep turns' records: what was said is compressed JSON, what became of it native attributes.

Outcomes come from several hands at once, so each is an update of its own that only goes forward.
Their maps are keyed by addresses and ids, which hold colons and dots: hence `#key`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws.store import ConditionFailed, Store
from aws.values import Row, conversation_pk, key, number, packed, text, unpacked
from conversation.errors import Missing
from conversation.turn import Delivery, MessageState, TurnRecord

_TEXTS = ("states", "refused", "reasons")
_NUMBERS = ("cursor", "receipts", "unsent")
_OUTCOMES = {*_TEXTS, *_NUMBERS, "provider_ids", "unknown"}

PAGE = 50


class Records(Store):
    """The `M#` items."""

    def record(self, conversation: str, sequence: int) -> TurnRecord | None:
        """Read a turn's record consistently."""
        item = self._get(conversation_pk(conversation), record_sk(sequence))
        return record_of(item) if item else None

    def put_record(self, record: TurnRecord) -> None:
        """Put a turn's record unless it exists: a late flush must not undo outcomes."""
        try:
            self._put(_item(record), "attribute_not_exists(pk)")
        except ConditionFailed:
            return  # flushed before, which is what was wanted

    def records(
        self, conversation: str, newest_first: bool = False, after: int = 0
    ) -> Iterator[TurnRecord]:
        """Read a conversation's records with a sequence above `after`, page by page."""
        pages = self._query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": text(conversation_pk(conversation)),
                ":first": text(record_sk(after + 1)),
                ":last": text("M#~"),
            },
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            Limit=PAGE,
        )
        for page in pages:
            yield from map(record_of, page["Items"])

    def note_outcome(
        self,
        delivery: Delivery,
        cursor: int,
        states: Mapping[str, MessageState | None],
        provider_id: str = "",
    ) -> None:
        """Move an address's cursor forward and record what became of messages. Raises Missing.

        Where two deliverers overlapped, or the SDK repeated our own write, the cursor is there
        already: then only what went out counts.
        """
        known = {message_id: state for message_id, state in states.items() if state}
        taken = [m for m, state in states.items() if provider_id and state != "withdrawn"]
        try:
            self._note_outcome(delivery, cursor, known, taken, provider_id)
        except ConditionFailed as error:
            told = record_of(_existing(error)).provider_ids
            sent = {message_id: state for message_id, state in known.items() if state == "sent"}
            new = [
                message_id for message_id in taken if provider_id not in told.get(message_id, ())
            ]
            self._note_outcome(delivery, None, sent, new, provider_id)

    def note_doubt(self, delivery: Delivery, message_ids: Sequence[str]) -> None:
        """Mark that messages may be sent twice. Raises Missing."""
        self._change(
            delivery.conversation,
            delivery.sequence,
            "ADD #unknown :ids",
            names={"#unknown": "unknown"},
            values={":ids": {"SS": list(message_ids)}},
        )

    def note_unsent(self, delivery: Delivery, receive_count: int) -> None:
        """Note that up to this receive nothing was sent that has no outcome. Raises Missing."""
        self._raise_number(
            delivery.conversation,
            delivery.sequence,
            "unsent",
            delivery.attempt_key,
            receive_count,
        )

    def note_refusal(self, delivery: Delivery, reason: str) -> None:
        """Record a refusal that the conversation is not told of yet. Raises Missing."""
        self._change(
            delivery.conversation,
            delivery.sequence,
            "SET #refused.#key = :reason",
            names={"#refused": "refused", "#key": delivery.address},
            values={":reason": text(reason)},
        )

    def note_failure(self, delivery: Delivery, message_ids: tuple[str, ...], reason: str) -> None:
        """Record that these messages failed and that the conversation is told. Raises Missing."""
        names = {"#refused": "refused", "#address": delivery.address}
        values: Row = {}
        change = "REMOVE #refused.#address"
        if message_ids:
            names |= {"#states": "states", "#reasons": "reasons"}
            names |= {f"#m{n}": message_id for n, message_id in enumerate(message_ids)}
            values = {":failed": text("failed"), ":reason": text(reason)}
            change += " SET " + ", ".join(
                f"#states.#m{n} = :failed, #reasons.#m{n} = :reason"
                for n in range(len(message_ids))
            )
        self._change(delivery.conversation, delivery.sequence, change, names=names, values=values)

    def note_receipt(self, conversation: str, sequence: int, message_id: str, rank: int) -> None:
        """Move a message's receipt forward; a lower rank changes nothing. Raises Missing."""
        self._raise_number(conversation, sequence, "receipts", message_id, rank)

    def _note_outcome(
        self,
        delivery: Delivery,
        cursor: int | None,
        states: Mapping[str, MessageState],
        taken: Sequence[str],
        provider_id: str,
    ) -> None:
        names: dict[str, str] = {}
        values: Row = {}
        changes, condition = list[str](), ""
        if cursor is not None:
            changes.append("#cursor.#address = :cursor")
            condition = "(attribute_not_exists(#cursor.#address) OR #cursor.#address < :cursor)"
            names |= {"#cursor": "cursor", "#address": delivery.address}
            values[":cursor"] = number(cursor)
        for n, (message_id, state) in enumerate(states.items()):
            changes.append(f"#states.#s{n} = :s{n}")
            names |= {"#states": "states", f"#s{n}": message_id}
            values[f":s{n}"] = text(state)
        for n, message_id in enumerate(taken):
            changes.append(f"#ids.#m{n} = list_append(if_not_exists(#ids.#m{n}, :none), :ids)")
            names |= {"#ids": "provider_ids", f"#m{n}": message_id}
            values |= {":none": {"L": []}, ":ids": {"L": [text(provider_id)]}}
        if changes:
            self._change(
                delivery.conversation,
                delivery.sequence,
                "SET " + ", ".join(changes),
                condition,
                names=names,
                values=values,
            )

    def _raise_number(
        self, conversation: str, sequence: int, attribute: str, key_: str, value: int
    ) -> None:
        """Set a map's number if it grows: receipts and counts come in any order."""
        try:
            self._change(
                conversation,
                sequence,
                "SET #map.#key = :value",
                "(attribute_not_exists(#map.#key) OR #map.#key < :value)",
                names={"#map": attribute, "#key": key_},
                values={":value": number(value)},
            )
        except ConditionFailed as error:
            _existing(error)  # it is there and at least as far

    def _change(
        self,
        conversation: str,
        sequence: int,
        change: str,
        condition: str = "",
        *,
        names: dict[str, str],
        values: Row,
    ) -> None:
        """Update a record that exists. Raises Missing; ConditionFailed for the condition given."""
        request: dict[str, Any] = {"ExpressionAttributeNames": names}
        if values:
            request["ExpressionAttributeValues"] = values
        exists = "attribute_exists(pk)"
        try:
            self._update(
                conversation_pk(conversation),
                record_sk(sequence),
                change,
                f"{exists} AND {condition}" if condition else exists,
                **request,
            )
        except ConditionFailed as error:
            _existing(error)
            raise


def record_sk(sequence: int) -> str:
    """Return the sort key of a turn's record; ten digits, so that it sorts as the number does."""
    return f"M#{sequence:010d}"


def record_of(item: Row) -> TurnRecord:
    """Return the record that an item holds, its outcomes included."""
    outcomes: dict[str, Any] = {
        **{name: {k: v["S"] for k, v in item[name]["M"].items()} for name in _TEXTS},
        **{name: {k: int(v["N"]) for k, v in item[name]["M"].items()} for name in _NUMBERS},
        "provider_ids": {
            k: tuple(one["S"] for one in v["L"]) for k, v in item["provider_ids"]["M"].items()
        },
        "unknown": tuple(sorted(item.get("unknown", {"SS": []})["SS"])),
    }
    return TurnRecord.from_json(unpacked(item["body"])).model_copy(update=outcomes)


def _item(record: TurnRecord) -> Row:
    body = record.model_dump_json(exclude_defaults=True, exclude=_OUTCOMES)
    item: Row = {
        **key(conversation_pk(record.conversation), record_sk(record.sequence)),
        "body": packed(body, f"turn {record.sequence} of {record.conversation}"),
        "provider_ids": {
            "M": {k: {"L": [text(one) for one in v]} for k, v in record.provider_ids.items()}
        },
    }
    for name in _TEXTS:
        item[name] = {"M": {k: text(v) for k, v in getattr(record, name).items()}}
    for name in _NUMBERS:
        item[name] = {"M": {k: number(v) for k, v in getattr(record, name).items()}}
    if record.unknown:
        item["unknown"] = {"SS": list(record.unknown)}
    return item


def _existing(error: ConditionFailed) -> Row:
    """Return the item on which a condition failed. Raises Missing where there is none."""
    if error.existing is None:
        raise Missing("there is no record of that turn") from error
    return error.existing
