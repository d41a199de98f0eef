"""Run custom actions behind a URL: a team's own action server."""

from typing import Any

import httpx

from aws.actions import TIMEOUT, answer_of
from conversation.errors import ActionFailed, Unavailable
from conversation.turn import ActionCall


class HttpActions:
    """A team's own action server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT)

    def call(self, call: ActionCall) -> dict[str, Any]:
        """Run a custom action and return its answer. Raises Unavailable, ActionFailed."""
        try:
            response = self._client.post(self._url, json=call.payload)
        except httpx.TransportError as error:
            raise Unavailable(f"{call.action}: {type(error).__name__}") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise Unavailable(f"{call.action}: the action server answers {response.status_code}")
        if response.status_code != 200:
            raise ActionFailed(f"{call.action}: the action server answers {response.status_code}")
        return answer_of(call, response.content)
