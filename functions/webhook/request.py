"""Turn a request of API Gateway into a webhook call, and its outcome into an answer."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from bootstrap.body import raw_body
from bootstrap.problems import problem
from channels.base import WebhookRequest
from conversation.errors import Malformed, NotFound, RequestError, Unavailable
from webhook.receive import House, receive

_log = logging.getLogger(__name__)


def answer(house: House, event: Mapping[str, Any]) -> dict[str, Any]:
    """Take a webhook call over; anything that was not taken over is not answered with 200."""
    try:
        channel, request = read(event)
        found = receive(house, channel, request)
    except (RequestError, Unavailable) as error:
        _log.warning("webhook not taken", extra={"error": type(error).__name__})
        return problem(error)
    json = request.method != "GET" and bool(found.body)
    return {
        "statusCode": found.status,
        "headers": {"Content-Type": "application/json" if json else "text/plain; charset=utf-8"},
        "body": found.body,
        "isBase64Encoded": False,
    }


def read(event: Mapping[str, Any]) -> tuple[str, WebhookRequest]:
    """Return channel and webhook call of an HTTP API's event. Raises NotFound, Malformed.

    The body is text for some content types and base64 for the rest; a signature is over bytes.
    """
    parts = str(event.get("rawPath", "")).strip("/").split("/")
    if len(parts) < 3 or parts[-3] != "webhooks":
        raise NotFound("Webhooks are at /webhooks/<channel>/<account>.")
    method = event["requestContext"]["http"]["method"]
    if method not in ("GET", "POST"):
        raise Malformed("Webhooks take GET and POST.")
    query = dict(parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True))
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    request = WebhookRequest(
        method=method,
        account=unquote(parts[-1]),
        headers=headers,
        body=raw_body(event),
        query=query,
    )
    return parts[-2], request
