"""Turn errors into problem details (RFC 9457): the one place, by type."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from conversation.errors import Malformed, NotFound, RequestError, Unavailable

_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str, **headers: str) -> Response[str]:
    """Return one problem as a response."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(
        status_code=status,
        content_type=_TYPE,
        headers={"Cache-Control": "no-store", **headers},
        body=json.dumps(body, ensure_ascii=False),
    )


def problem_of(error: RequestError) -> Response[str]:
    """Return what an error of the caller's is answered with."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return problem(error.status, error.title, str(error), **headers)


def explain_errors(app: APIGatewayHttpResolver) -> None:
    """Let every error that a route raises on purpose, or the resolver finds, become a problem."""

    def handle[E: Exception](kind: type[E], answer: Callable[[E], Response[str]]) -> None:
        app.exception_handler(kind)(answer)

    handle(RequestError, problem_of)
    handle(Unavailable, _unavailable)
    handle(RequestValidationError, _malformed)
    handle(RequestUnsupportedContentType, _malformed)
    app.not_found(_not_found)


def _unavailable(_: Unavailable) -> Response[str]:
    return problem(
        503,
        "Service unavailable",
        "A service that this needs is busy; try again in a moment.",
        **{"Retry-After": "2"},
    )


def _malformed(error: RequestValidationError | RequestUnsupportedContentType) -> Response[str]:
    """Name the fields that are wrong, never what stood in them."""
    where = ", ".join(sorted({_place(found) for found in error.errors()}))
    return problem_of(Malformed(f"This is not what the address takes: {where}."))


def _place(found: dict[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in found['loc'])} ({found['type']})"


def _not_found(_: Exception) -> Response[str]:
    return problem_of(NotFound("There is nothing at this address."))
