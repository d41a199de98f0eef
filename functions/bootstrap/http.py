"""Let the resolvers of desk and web chat answer errors as `problems` has them."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from bootstrap.problems import NOT_FOUND, problem
from conversation.errors import Malformed, RequestError, Unavailable


def problem_of(error: RequestError | Unavailable) -> Response[str]:
    """Return what an error is answered with."""
    answer = problem(error)
    headers = dict(answer["headers"])
    return Response(
        status_code=answer["statusCode"],
        content_type=headers.pop("Content-Type"),
        headers=headers,
        body=answer["body"],
    )


def explain_errors(app: APIGatewayHttpResolver) -> None:
    """Let every error that a route raises on purpose, or the resolver finds, become a problem."""
    app.exception_handler(RequestError)(problem_of)
    app.exception_handler(Unavailable)(problem_of)
    app.exception_handler(RequestValidationError)(_malformed)
    app.exception_handler(RequestUnsupportedContentType)(_malformed)
    app.not_found(_not_found)


def as_gateway(response: Response[str]) -> dict[str, Any]:
    """Return a response in the form that API Gateway takes (payload format 2.0)."""
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": response.body,
        "isBase64Encoded": False,
    }


def _malformed(error: RequestValidationError | RequestUnsupportedContentType) -> Response[str]:
    """Name the fields that are wrong, never what stood in them."""
    where = ", ".join(sorted({_place(found) for found in error.errors()}))
    return problem_of(Malformed(f"This is not what the address takes: {where}."))


def _place(found: dict[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in found['loc'])} ({found['type']})"


def _not_found(_: Exception) -> Response[str]:
    return problem_of(NOT_FOUND)
