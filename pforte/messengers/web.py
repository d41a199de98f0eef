"""Serve HTTP on 127.0.0.1: routes by method and pattern, JSON in and out, no more."""

import json
import logging
import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_logger = logging.getLogger(__name__)

_MAX_BODY = 12_000_000
_IDLE_S = 15.0


class BadRequest(Exception):
    """The caller of the control API asked for something that cannot be; says what."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True)
class Request:
    """A request: header names in lower case, `parts` what the route's pattern caught."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object. Raises ValueError."""
        value = json.loads(self.body)
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004 -- as the decoder's own errors
        return value


@dataclass(frozen=True)
class Response:
    """An answer. `after` runs once it is written; `silent_for` (s) closes without an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    after: Callable[[], None] | None = None
    silent_for: float | None = None


def json_response(
    value: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    after: Callable[[], None] | None = None,
) -> Response:
    """Return an answer with a JSON body."""
    body = json.dumps(value, ensure_ascii=False).encode()
    all_headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Response(status, body, all_headers, after)


def problem(status: int, detail: str) -> Response:
    """Return problem details (RFC 9457)."""
    headers = {"Content-Type": "application/problem+json"}
    return json_response({"status": status, "detail": detail}, status, headers)


type Route = tuple[str, str, Callable[[Request], Response]]
"""Method, pattern of the whole path with named groups, and who answers."""


class Server(ThreadingHTTPServer):
    """Answer requests on 127.0.0.1, each in a thread and on a connection of its own."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, port: int, routes: Sequence[Route]) -> None:
        self.routes = [(method, re.compile(pattern), call) for method, pattern, call in routes]
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._thread: threading.Thread | None = None
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that a stop need not wait for an idle one."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over callers that went away while they waited; print the rest."""
        error = sys.exc_info()[1]
        if isinstance(error, ConnectionError):
            _logger.debug("the caller went away: %s", error)
        else:
            super().handle_error(request, client_address)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="messengers")
        self._thread.start()

    def stop(self) -> None:
        """Answer what has been asked, then close."""
        self.stopping.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                _logger.debug("a connection was closed meanwhile")
        self.server_close()

    def answer(self, request: Request) -> Response:
        """Find the route of a request and let it answer."""
        allowed = [route for route in self.routes if route[1].fullmatch(request.path)]
        for method, pattern, call in allowed:
            found = pattern.fullmatch(request.path)
            if method == request.method and found:
                parts = {name: value or "" for name, value in found.groupdict().items()}
                return call(replace(request, parts=parts))
        return problem(405 if allowed else 404, f"no {request.method} {request.path} here")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = _IDLE_S

    def _serve(self) -> None:
        response = self._answer()
        if response.silent_for is not None:
            if response.after:
                response.after()
            self.server.stopping.wait(response.silent_for)
            return
        self.send_response(response.status)
        for name, value in {**response.headers, "Content-Length": len(response.body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()
        if response.after:
            response.after()

    do_GET = do_POST = do_DELETE = do_PUT = _serve

    def _answer(self) -> Response:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MAX_BODY:
            return problem(413, "the body is too large")
        url = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        host = request.headers.get("host", "").rpartition(":")[0]
        if host not in {"127.0.0.1", "localhost"}:
            # a page elsewhere must not reach this by a name that it lets point here
            return problem(421, "this serves 127.0.0.1 only")
        try:
            return self.server.answer(request)
        except BadRequest as error:
            return problem(error.status, str(error))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        _logger.debug(format, *args)
