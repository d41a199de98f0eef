"""Make HTTP calls to messengers; the only place where an account's secrets meet a request."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx

from channels.base import Call, ProviderResponse, Secrets, filled, reached_at
from channels.files import FileLink
from channels.registry import channel_named
from conversation.errors import Unavailable

TIMEOUT_SECONDS = 6.0
HINT_SECONDS = 1.0


class NotSent(Unavailable):
    """The messenger could not be reached at all: for certain, nothing was sent."""


class Provider(Protocol):
    """The messengers' side of the line."""

    def call(self, channel: str, call: Call, secrets: Secrets) -> ProviderResponse:
        """Make one call. Raises Unavailable where the outcome is unknown, NotSent where not."""


class HttpProvider:
    """Make calls with httpx, connections kept between invocations.

    `simulated` is where all messengers are played, "" for the real ones. `link` makes the address
    at which a messenger fetches a file of ours.
    """

    def __init__(
        self, client: httpx.Client, link: Callable[[FileLink], str], simulated: str = ""
    ) -> None:
        self._client = client
        self._link = link
        self._simulated = simulated

    def call(self, channel: str, call: Call, secrets: Secrets) -> ProviderResponse:
        """Make one call. Raises Unavailable where the outcome is unknown, NotSent where not."""
        base_url = reached_at(channel_named(channel), self._simulated)
        url = filled(base_url + call.path, secrets)
        headers = {name: filled(value, secrets) for name, value in call.headers.items()}
        try:
            response = self._client.request(
                call.method,
                url,
                json=_linked(dict(call.json), self._link),
                headers=headers,
                timeout=HINT_SECONDS if call.hint else TIMEOUT_SECONDS,
                follow_redirects=False,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            # from None: the exception's request carries the token
            raise NotSent(f"{channel} cannot be reached") from None
        except httpx.HTTPError as error:
            raise Unavailable(f"{channel}: {type(error).__name__}") from None
        return ProviderResponse(
            status=response.status_code,
            body=response.content,
            headers={name.lower(): value for name, value in response.headers.items()},
        )


def _linked(value: Any, link: Callable[[FileLink], str]) -> Any:
    """Return a call's JSON with an address for every link in it."""
    if isinstance(value, FileLink):
        return link(value)
    if isinstance(value, Mapping):
        return {name: _linked(each, link) for name, each in value.items()}
    if isinstance(value, list):
        return [_linked(each, link) for each in value]
    return value


class Providers:
    """Make each call where it belongs: `own` are those of channels that need more than HTTP."""

    def __init__(self, http: Provider, own: Mapping[str, Provider]) -> None:
        self._http = http
        self._own = own

    def call(self, channel: str, call: Call, secrets: Secrets) -> ProviderResponse:
        """Make one call. Raises Unavailable where the outcome is unknown, NotSent where not."""
        return self._own.get(channel, self._http).call(channel, call, secrets)
