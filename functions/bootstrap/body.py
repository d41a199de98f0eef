"""Read the bytes of a request: API Gateway hands them over as text for some types, else base64."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from conversation.errors import Malformed


def raw_body(event: Mapping[str, Any]) -> bytes:
    """Return the body of an HTTP API's event as it was sent. Raises Malformed."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("The body is not base64, though the request says so.") from None


def check_json(event: Mapping[str, Any]) -> None:
    """Refuse a body that Powertools' resolver breaks on: its own errors know bad syntax only.

    Other kinds than JSON pass, save forms, which nothing here takes. Raises Malformed.
    """
    kind = str((event.get("headers") or {}).get("content-type") or "").strip().lower()
    if kind.startswith(("multipart/", "application/x-www-form-urlencoded")):
        raise Malformed("Send JSON, not a form.")
    if event.get("body") and (not kind or kind.startswith("application/json")):
        try:
            json.loads(raw_body(event).decode())
        except (ValueError, RecursionError):
            raise Malformed("The body is not JSON, or is nested too deeply.") from None
