"""Webhook calls from `events/`, as the functions get them."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from channels.base import WebhookRequest

type LoadEvent = Callable[[str], WebhookRequest]

EVENTS = Path(__file__).parents[3] / "events"


def load_event(case: str) -> WebhookRequest:
    """Return `events/<case>.json` as the request that the webhook makes of it."""
    event = json.loads((EVENTS / f"{case}.json").read_text())
    body = event.get("body", "")
    return WebhookRequest(
        method=event["requestContext"]["http"]["method"],
        account=event["rawPath"].rsplit("/", 1)[-1],
        headers=event["headers"],
        body=b64decode(body) if event["isBase64Encoded"] else body.encode(),
        query=event.get("queryStringParameters", {}),
    )


@pytest.fixture(name="load_event")
def _load_event() -> LoadEvent:
    return load_event
