"""Keep what turns put beside their records, and agents' drafts."""

from typing import Any

from aws.store import ConditionFailed, Store
from aws.values import (
    Row,
    conversation_pk,
    key,
    number,
    packed_body,
    text,
    unpacked_body,
)
from conversation.turn import Item

_NOT_LATER = "attribute_not_exists(#sequence) OR #sequence <= :sequence"


class Items(Store):
    """Items with a body that is theirs alone."""

    def put_item(self, conversation: str, item: Item, sequence: int) -> None:
        """Put or delete a turn's other item unless a later turn has written it."""
        pk = item.pk or conversation_pk(conversation)
        guard: dict[str, Row] = {
            "ExpressionAttributeNames": {"#sequence": "sequence"},
            "ExpressionAttributeValues": {":sequence": number(sequence)},
        }
        try:
            if item.body is None:
                self._delete(pk, item.sk, _NOT_LATER, **guard)
            else:
                self._put(_item(pk, item, sequence), _NOT_LATER, **guard)
        except ConditionFailed:
            return  # a flush that hung until a later turn was flushed must not undo that one

    def items(self, conversation: str, prefix: str) -> list[tuple[str, dict[str, Any]]]:
        """Read a conversation's other items (sort key, body) whose sort key begins so."""
        pages = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": text(conversation_pk(conversation)),
                ":prefix": text(prefix),
            },
            ConsistentRead=True,
        )
        rows = [row for page in pages for row in page["Items"]]
        return [
            (row["sk"]["S"], unpacked_body(row["body"]))
            for row in rows
            if not self._has_expired(row)
        ]

    def item(self, pk: str, sk: str) -> dict[str, Any] | None:
        """Read the body of one other item."""
        row = self._get(pk, sk)
        return None if row is None or self._has_expired(row) else unpacked_body(row["body"])

    def put_draft(self, conversation: str, agent: str, text: str) -> None:
        """Keep what an agent is typing; an empty text removes it."""
        pk, sk = conversation_pk(conversation), f"D#{agent}"
        if text:
            body = packed_body({"text": text, "at": self._clock()}, "draft")
            self._put({**key(pk, sk), "body": body})
        else:
            self._delete(pk, sk)

    def draft(self, conversation: str, agent: str) -> str:
        """Read what an agent was typing, "" where there is none."""
        body = self.item(conversation_pk(conversation), f"D#{agent}")
        return str(body["text"]) if body else ""

    def _has_expired(self, row: Row) -> bool:
        """Check an expiry: the table removes what has expired days late."""
        return "expires" in row and int(row["expires"]["N"]) * 1000 <= self._clock()


def _item(pk: str, item: Item, sequence: int) -> Row:
    row = {
        **key(pk, item.sk),
        "sequence": number(sequence),
        "body": packed_body(item.body or {}, f"item {item.sk}"),
    }
    if item.expires is not None:
        row["expires"] = number(item.expires)
    return row
