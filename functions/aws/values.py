"""Write and read values as DynamoDB's wire format has them.

Bodies are compressed: a conversation of 2.6 KB takes 0.9 KB, a record of 1.0 KB takes 0.6 KB, for
35 and 24 µs of CPU. A write unit is one kilobyte, and every update of a record pays for its whole.
"""

import json
import zlib
from typing import Any

from conversation.errors import Oversized
from conversation.ports import ITEM_LIMIT

type Row = dict[str, Any]
"""An item, or a part of one, as the low-level client has it."""

WAKE_SHARDS = 4


def text(value: str) -> Row:
    """Return a string as an attribute value."""
    return {"S": value}


def number(value: int) -> Row:
    """Return an integer as an attribute value."""
    return {"N": str(value)}


def packed(body: str, name: str) -> Row:
    """Return JSON as an attribute value. Raises Oversized, which says what to do."""
    raw = body.encode()
    if len(raw) > ITEM_LIMIT:
        raise Oversized(
            f"{name} has {len(raw)} bytes, {ITEM_LIMIT} is the limit: "
            "keep long texts in the archive, and split what one turn does."
        )
    return {"B": zlib.compress(raw)}


def unpacked(value: Row) -> bytes:
    """Return the JSON that `packed` wrote."""
    return zlib.decompress(value["B"])


def packed_body(body: dict[str, Any], name: str) -> Row:
    """Return a JSON object as an attribute value. Raises Oversized."""
    return packed(json.dumps(body, ensure_ascii=False, separators=(",", ":")), name)


def unpacked_body(value: Row) -> dict[str, Any]:
    """Return the JSON object that `packed_body` wrote."""
    body: dict[str, Any] = json.loads(unpacked(value))
    return body


def wake_row(pk: str, wake_at: int | None) -> Row:
    """Return the attributes by which the wake index finds an item; none where nothing waits."""
    if wake_at is None:
        return {}
    shard = zlib.crc32(pk.encode()) % WAKE_SHARDS
    return {"wake_shard": text(f"wake#{shard}"), "wake_at": number(wake_at)}


def conversation_pk(conversation: str) -> str:
    """Return the partition key of everything that belongs to a conversation."""
    return f"C#{conversation}"


def key(pk: str, sk: str) -> Row:
    """Return an item's primary key."""
    return {"pk": text(pk), "sk": text(sk)}
