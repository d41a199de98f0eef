"""Run custom actions behind a URL: a team's own action server."""

from collections.abc import Mapping
from typing import Any

import httpx

from aws.actions import PATIENCE, result_of, within
from conversation.errors import ActionFailed, PforteError
from conversation.turn import ActionCall

_PLAIN = (("http", "127.0.0.1"), ("http", "localhost"))


class HttpActions:
    """A team's own action server; `domain` is the bot's, as such a server reads it.

    The whole domain goes with every call, as Rasa 3.6 sends it: a server that knows no digests
    would run its actions without one, and say nothing. Raises PforteError where the URL is not
    encrypted and leaves this machine: customers' words would be read on the way.
    """

    def __init__(self, url: str, domain: Mapping[str, Any]) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme != "https" and (parsed.scheme, parsed.host) not in _PLAIN:
            raise PforteError(f"the action server {url} must have an address that begins https://")
        self._url = parsed
        self._domain = domain
        self._client = httpx.Client(timeout=PATIENCE)

    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Run a custom action and return its result. Raises ActionFailed."""
        request = {**call.payload, "domain": self._domain}
        try:
            response = within(seconds, call, lambda: self._client.post(self._url, json=request))
        except httpx.HTTPError as error:
            raise ActionFailed(f"{call.action}: {type(error).__name__}") from error
        return result_of(call, response.content, response.status_code)

    def close(self) -> None:
        """Hang up."""
        self._client.close()
