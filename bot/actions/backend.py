"""Call the company's back end (docs/back-end.md): JSON over HTTP, one key for each write."""

import http.client
import json
import os
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT = 3.0
"""Seconds for one call; all calls of a turn together have eight."""

_DECISIONS = (404, 409, 422, 429)
"""Statuses by which the back end says no; any other that is no success is a fault."""


class BackendFailed(Exception):
    """The back end does not answer, or makes no sense: a person must take over."""


class Refused(Exception):
    """The back end says no; `code` says why, `facts` what would be possible."""

    def __init__(self, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Backend:
    """A company's back end at a URL."""

    def __init__(self, url: str, token: str) -> None:
        self._url = urlsplit(url)
        self._token = token

    def read(self, *path: str, **query: str) -> dict[str, Any]:
        """Return what the back end knows. Raises Refused, BackendFailed."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._call("GET", _path(path) + asked, {}, None)

    def write(self, key: str, *path: str, **body: Any) -> dict[str, Any]:
        """Do something once for this key. Raises Refused, BackendFailed."""
        return self._call("POST", _path(path), {"Idempotency-Key": key}, body)

    def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        sent = None if body is None else json.dumps(body).encode()
        told = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            **headers,
        }
        connection = self._connection()
        try:
            connection.request(method, self._url.path.rstrip("/") + path, sent, told)
            response = connection.getresponse()
            status, answer = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            # without the path: a customer number stands in it
            raise BackendFailed(f"{method}: {type(error).__name__}") from error
        finally:
            connection.close()
        return _read(method, status, answer)

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=_trusted())
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT)


def configured() -> Backend:
    """Return the back end that the environment names. Raises BackendFailed where it names none."""
    url, token = os.environ.get("PFORTE_BACKEND_URL"), os.environ.get("PFORTE_BACKEND_TOKEN")
    if not url or not token:
        raise BackendFailed("PFORTE_BACKEND_URL and PFORTE_BACKEND_TOKEN must name the back end")
    return Backend(url, token)


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom to trust: read once a process, as reading all authorities takes its time."""
    return ssl.create_default_context()


def _path(parts: tuple[str, ...]) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _read(method: str, status: int, answer: bytes) -> dict[str, Any]:
    try:
        body = json.loads(answer)
    except ValueError as error:
        raise BackendFailed(f"{method}: {status}, and the answer is not JSON") from error
    if not isinstance(body, dict):
        raise BackendFailed(f"{method}: {status}, and the answer is no JSON object")
    if status in (200, 201):
        return body
    code = body.get("code")
    if status in _DECISIONS and isinstance(code, str):
        raise Refused(code, body)
    raise BackendFailed(f"{method}: the back end answers {status} {code}")
