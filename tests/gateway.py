"""Put a Lambda handler behind a local address, as API Gateway (HTTP API, format 2.0) does."""

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

type LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]
type Authorizer = Callable[[Mapping[str, str]], dict[str, Any] | None]


def http_event(
    method: str,
    path: str,
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the event of one request; `claims` are what a JWT authorizer found in its token."""
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    context: dict[str, Any] = {
        "http": {"method": method, "path": unquote(parts.path), "sourceIp": "127.0.0.1"},
        "stage": "$default",
        "requestId": "test",
    }
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(parts.path),
        "rawQueryString": parts.query,
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": context,
        "isBase64Encoded": isinstance(body, bytes),
    }
    if query:
        event["queryStringParameters"] = query
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return event


@contextmanager
def serving(
    handler: LambdaHandler,
    authorizer: Authorizer | None = None,
    clock: Callable[[], int] | None = None,
) -> Iterator[str]:
    """Serve a handler on a free port of this machine; yields the address, without a slash.

    `authorizer` returns the claims for the headers of a request, None where there is no token.
    One request runs at a time, as in one Lambda. `clock` (ms) is what answers are dated by.
    """
    one_at_a_time = threading.Lock()

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            json = "json" in self.headers.get("content-type", "")
            headers = dict(self.headers.items())
            event = http_event(
                self.command,
                self.path,
                (body.decode() if json else body) if body else None,
                headers,
                authorizer({k.lower(): v for k, v in headers.items()}) if authorizer else None,
            )
            with one_at_a_time:
                answer = handler(event, None)
            self._answer(answer)

        def _answer(self, answer: dict[str, Any]) -> None:
            text = answer.get("body") or ""
            body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
            self.send_response(answer["statusCode"])
            for name, value in answer.get("headers", {}).items():
                self.send_header(name, value)
            if answer["statusCode"] not in (204, 304):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if answer["statusCode"] not in (204, 304):
                self.wfile.write(body)

        # names of http.server
        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = _pass_on  # noqa: N815

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Return the date of an answer."""
            if clock is None:
                return super().date_time_string(timestamp)
            return formatdate(clock() / 1000, usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
