"""Read other people's JSON without trusting its shape: a wrong type reads as empty."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from conversation.errors import Malformed
from conversation.message import Attachment

NOBODY = "unknown"
"""Stands where a body names no sender or account: its text must still reach an agent."""

DERIVED = "derived:"
"""Begins the ids that stand in where the messenger gives none."""

_DOCUMENT_LIMIT = 4000
_YEAR_10000 = 253_402_300_800_000

type Json = Mapping[str, Any]


def load(body: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises Malformed."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise Malformed("The body is not a JSON object.")
    return value


def mapping(value: object) -> Json:
    """Return an object, empty where it is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Json]:
    """Return the objects of an array."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a string or a number as text, "" for anything else; lone surrogates become U+FFFD."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def integer(value: object) -> int | None:
    """Return a whole number that is not negative, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def milliseconds(value: object) -> int | None:
    """Return a Unix time in ms; None where there is none.

    Messengers tell seconds, as string or number; WhatsApp has been seen to tell milliseconds, so
    1e12 and more is taken for those.
    """
    try:
        number = float(text(value))
    except ValueError:
        return None
    if not math.isfinite(number) or number <= 0:
        return None
    moment = int(number) if number >= 1e12 else int(number * 1000)
    return moment if moment < _YEAR_10000 else None


def derived_id(*parts: object) -> str:
    """Return an id for what has none: the same for the same JSON, whatever its order of keys."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return DERIVED + digest.hexdigest()[:32]


def document(name: str, value: object) -> Attachment:
    """Keep a structured part that we cannot show otherwise as a small JSON document."""
    content = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Attachment(
        kind="document",
        mime_type="application/json",
        filename=f"{name}.json",
        text=text(content)[:_DOCUMENT_LIMIT],
    )


def place(title: object, street: object, latitude: object, longitude: object) -> Attachment:
    """Return a location as text: what it is called, where, and its coordinates."""
    point = ", ".join(filter(None, (text(latitude), text(longitude))))
    words = (text(title), text(street), point)
    return Attachment(kind="location", text="\n".join(filter(None, words)))
