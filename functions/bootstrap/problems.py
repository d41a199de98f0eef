"""Turn errors into problem details (RFC 9457): the one place, by type."""

import json
from typing import Any

from conversation.errors import NotFound, RequestError, Unavailable

CONTENT_TYPE = "application/problem+json"

NOT_FOUND = NotFound("There is nothing at this address.")


def problem(error: RequestError | Unavailable) -> dict[str, Any]:
    """Return what API Gateway answers an error with; an outage says when to come again."""
    if isinstance(error, RequestError):
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        return _answer(error.status, error.title, str(error), headers)
    return _answer(
        503,
        "Service unavailable",
        "A service that this needs is busy; try again in a moment.",
        {"Retry-After": "2"},
    )


def _answer(status: int, title: str, detail: str, headers: dict[str, str]) -> dict[str, Any]:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return {
        "statusCode": status,
        "headers": {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **headers},
        "body": json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }
