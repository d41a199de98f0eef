"""Read the bytes of a request: API Gateway hands them over as text for some types, else base64."""

import base64
import binascii
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
