"""Give the house one plain address: pass requests on to the emulated HTTP API, which has none.

The emulator refuses every OPTIONS. AWS hands them to the route's function where the API itself has
no CORS settings ("Configuring CORS for HTTP APIs", API Gateway's developer guide), and so does the
gateway: only thus can another site embed the chat.
"""

import http
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

type Ask = Callable[[dict[str, Any]], dict[str, Any]]
"""Call the function that answers other sites, with the event of one request."""

# RFC 9110, 7.6.1: these speak of one connection, not of the message.
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)


class Gateway:
    """A server on 127.0.0.1 that answers like the stage of an HTTP API on a domain of its own."""

    def __init__(self, port: int, emulator_port: int, api_id: str, ask: Ask) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.emulator_port = emulator_port
        self._server.prefix = f"/_aws/execute-api/{api_id}/$default"
        self._server.ask = ask
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        return self._server.server_port

    def start(self) -> None:
        """Serve in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    emulator_port: int
    prefix: str
    ask: Ask

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers who hang up; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _pass_on(self) -> None:
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            self.send_error(411)
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
        connection = HTTPConnection("127.0.0.1", self.server.emulator_port, timeout=60)
        try:
            connection.request(self.command, self.server.prefix + self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self.close_connection = True
            self.send_error(502)
            return
        finally:
            connection.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

    def do_OPTIONS(self) -> None:
        """Answer a browser that asks whether another site's page may call."""
        answer = self.server.ask(_options(self.path, dict(self.headers.items())))
        content = str(answer.get("body") or "").encode()
        self.send_response_only(answer["statusCode"])
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value)
        if answer["statusCode"] != http.HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Log nothing: query strings may carry secrets."""


def _options(path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return the event of a request (payload format 2.0)."""
    parts = urlsplit(path)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(parts.path),
        "rawQueryString": parts.query,
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {
            "http": {"method": "OPTIONS", "path": unquote(parts.path), "sourceIp": "127.0.0.1"},
            "stage": "$default",
            "requestId": "preflight",
        },
        "isBase64Encoded": False,
    }
