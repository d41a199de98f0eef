"""Run custom actions behind a URL: a team's own action server."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from aws.actions import PATIENCE, result_of, within
from conversation.errors import ActionFailed, PforteError
from conversation.turn import ActionCall

_PLAIN = (("http", "127.0.0.1"), ("http", "localhost"))

_REFUSED = (401, 403)
"""Statuses by which a server, or what stands before it, does not know the token."""

_BEARER = re.compile(r"[!-~]*")
"""What a header can carry."""


def _nobody_asks() -> str:
    return ""


class HttpActions:
    """A team's own action server; `domain` is the bot's, as such a server reads it.

    `token` returns what proves to the server who is calling, "" for nothing; it may raise
    Unavailable. It goes as a bearer token: Rasa's own, in `endpoints.yml`, is a part of the URL,
    which ends up in logs. It is read at the first call, and again after it was refused: it may have
    been changed.

    The whole domain goes with every call, as Rasa 3.6 sends it: a server that knows no digests
    would run its actions without one, and say nothing. Raises PforteError where the URL is not
    encrypted and leaves this machine: customers' words would be read on the way.
    """

    def __init__(
        self, url: str, domain: Mapping[str, Any], token: Callable[[], str] = _nobody_asks
    ) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme != "https" and (parsed.scheme, parsed.host) not in _PLAIN:
            raise PforteError(f"the action server {url} must have an address that begins https://")
        self._url = parsed
        self._domain = domain
        self._client = httpx.Client(timeout=PATIENCE)
        self._read_token = token
        self._token: str | None = None

    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Run a custom action and return its result. Raises Unavailable, ActionFailed."""
        try:
            response = within(seconds, call, lambda: self._ask(call))
        except httpx.HTTPError as error:
            raise ActionFailed(f"{call.action}: {type(error).__name__}") from error
        if response.status_code in _REFUSED:
            self._token = None
        return result_of(call, response.content, response.status_code)

    def _ask(self, call: ActionCall) -> httpx.Response:
        if self._token is None:
            token = self._read_token()
            if not _BEARER.fullmatch(token):  # the client's own error would tell it
                raise ActionFailed(f"{call.action}: no header can carry the action server's token")
            self._token = token
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        request = {**call.payload, "domain": self._domain}
        return self._client.post(self._url, json=request, headers=headers)

    def close(self) -> None:
        """Hang up."""
        self._client.close()
