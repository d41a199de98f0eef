"""Read from messengers and from nowhere else, never more than asked for.

Addresses of files come from outside. Followed are only those on the messenger's own hosts, over
TLS, to addresses of the public internet, redirects included: the name is resolved here, and the
connection made to the very address that was checked. What the settings name as the messenger's API
is trusted; on one machine, a simulated messenger stands there.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.base import Call, Channel, ProviderResponse, Secrets, filled, reached_at
from channels.files import Download, Lost
from conversation.errors import Unavailable
from conversation.media import FORBIDDEN, GONE

REDIRECTS = 3
PATIENCE = 40.0
"""Seconds for a file in all, however slowly it drips in."""

_ANSWER_LIMIT = 100_000
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_GONE = (403, 404, 410)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Fetched:
    """A file's bytes; `mime_type` is what the messenger says with them."""

    body: bytes
    mime_type: str = ""


@dataclass(frozen=True)
class Overlong:
    """A file is larger than what is kept; `size` (bytes) is told by the messenger, or None."""

    size: int | None


class _Forbidden(Exception):
    """An address that must not be followed."""


@dataclass(frozen=True)
class _Target:
    """Where a request really goes: `url` names an address that was checked, `host` is whose."""

    url: httpx.URL
    host: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)


def addresses_of(host: str) -> list[str]:
    """Resolve a name. Raises OSError."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet, and no shell of an IPv4 address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    is_shell = isinstance(found, ipaddress.IPv6Address) and bool(
        found.ipv4_mapped or found.sixtofour or found.teredo or found in _NAT64
    )
    return found.is_global and not found.is_multicast and not is_shell


class Line:
    """Make calls to messengers and fetch files from them.

    `simulated` is where all messengers are played, "" for the real ones; `seconds` is a clock.
    """

    def __init__(
        self,
        client: httpx.Client,
        simulated: str,
        seconds: Callable[[], float],
        resolve: Callable[[str], list[str]] = addresses_of,
    ) -> None:
        self._client = client
        self._simulated = simulated
        self._seconds = seconds
        self._resolve = resolve

    def call(self, channel: Channel, call: Call, secrets: Secrets) -> ProviderResponse:
        """Make a call that tells where a file lies. Raises Unavailable."""
        url = httpx.URL(self._base(channel, secrets) + filled(call.path, secrets))
        headers = {name: filled(value, secrets) for name, value in call.headers.items()}
        body = dict(call.json) or None
        status, got, read = self._ask(
            call.method, _Target(url), headers, body, _ANSWER_LIMIT, self._until()
        )
        if isinstance(read, Overlong):
            raise Unavailable(f"{channel.name} answers at length")
        return ProviderResponse(status, read, got)

    def download(
        self, channel: Channel, download: Download, secrets: Secrets, limit: int
    ) -> Fetched | Overlong | Lost:
        """Fetch a file. Raises Unavailable."""
        base = self._base(channel, secrets)
        # Only a path of ours holds places for secrets: an address from outside stays as it is.
        address = base + filled(download.url, secrets) if download.is_path else download.url
        headers = {name: filled(value, secrets) for name, value in download.headers.items()}
        try:
            return self._follow(httpx.URL(base), address, download.hosts, headers, limit)
        except (_Forbidden, httpx.InvalidURL):
            return Lost(FORBIDDEN)

    def _follow(
        self,
        base: httpx.URL,
        address: str,
        hosts: tuple[str, ...],
        headers: dict[str, str],
        limit: int,
    ) -> Fetched | Overlong | Lost:
        url, until = httpx.URL(address), self._until()
        for _ in range(REDIRECTS + 1):
            target = _Target(url) if _origin(url) == _origin(base) else self._checked(url, hosts)
            status, got, read = self._ask("GET", target, headers, None, limit, until)
            if status in _GONE:
                return Lost(GONE)
            if status in range(300, 400) and "location" in got:
                onward = url.join(got["location"])
                if onward.host != url.host:  # the token was meant for the first one
                    headers = {k: v for k, v in headers.items() if k.lower() != "authorization"}
                url = onward
                continue
            if status != httpx.codes.OK:
                raise Unavailable(f"a file is answered with {status}")
            if isinstance(read, Overlong):
                return read
            return Fetched(read, got.get("content-type", ""))
        return Lost(GONE)

    def _checked(self, url: httpx.URL, hosts: tuple[str, ...]) -> _Target:
        """Return where to go for an address on one of these hosts. Raises _Forbidden."""
        host = url.host.lower().rstrip(".")
        ours = any(host == known or host.endswith(f".{known}") for known in hosts)
        if url.scheme != "https" or url.port not in (None, 443) or url.userinfo or not ours:
            raise _Forbidden
        try:
            addresses = self._resolve(host)
        except OSError:
            raise Unavailable("a file's host has no address") from None
        if not addresses or not all(map(is_public, addresses)):
            raise _Forbidden
        return _Target(url.copy_with(host=addresses[0]), host, extensions={"sni_hostname": host})

    def _ask(
        self,
        method: str,
        target: _Target,
        headers: Mapping[str, str],
        json: dict[str, Any] | None,
        limit: int,
        until: float,
    ) -> tuple[int, dict[str, str], bytes | Overlong]:
        """Make one request and read no more than `limit` bytes. Raises Unavailable."""
        # What is not compressed cannot grow.
        sent = {**headers, "Accept-Encoding": "identity"}
        if target.host:
            sent["Host"] = target.host
        try:
            with self._client.stream(
                method,
                target.url,
                headers=sent,
                json=json,
                timeout=_TIMEOUT,
                follow_redirects=False,
                extensions=dict(target.extensions),
            ) as response:
                got = {name.lower(): value for name, value in response.headers.items()}
                return response.status_code, got, self._read(response, limit, until)
        except httpx.HTTPError as error:
            # from None: the exception's request carries the token
            raise Unavailable(type(error).__name__) from None

    def _read(self, response: httpx.Response, limit: int, until: float) -> bytes | Overlong:
        told = response.headers.get("content-length", "")
        size = int(told) if told.isdecimal() and told.isascii() else None
        if size is not None and size > limit:
            return Overlong(size)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Unavailable("a file comes compressed, though nobody asked for that")
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > limit:
                return Overlong(None)
            if self._seconds() > until:
                raise Unavailable("a file drips in too slowly")
        return bytes(body)

    def _until(self) -> float:
        return self._seconds() + PATIENCE

    def _base(self, channel: Channel, secrets: Secrets) -> str:
        return filled(reached_at(channel, self._simulated), secrets)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
