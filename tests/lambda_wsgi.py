"""Call a Lambda behind API Gateway as a WSGI application: what reads OpenAPI speaks that."""

import base64
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from tests.gateway import LambdaHandler, http_event

type StartResponse = Callable[..., Any]


class LambdaApp:
    """A WSGI application; `claims` are what the gateway's authorizer finds, None without one.

    The document of the API is at `/openapi.json`.
    """

    def __init__(
        self, handler: LambdaHandler, document: str, claims: Mapping[str, Any] | None = None
    ) -> None:
        self._handler = handler
        self._document = document
        self._claims = claims

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == "/openapi.json":
            start("200 OK", [("Content-Type", "application/json")])
            return [self._document.encode()]
        answer = self._handler(self._event(environ), None)
        status = HTTPStatus(answer["statusCode"])
        start(f"{status.value} {status.phrase}", list(answer["headers"].items()))
        body = answer.get("body") or ""
        return [base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()]

    def _event(self, environ: dict[str, Any]) -> dict[str, Any]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
            if name != "HTTP_ACCEPT_ENCODING"  # nobody here would unpack it
        }
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body: bytes | str | None = environ["wsgi.input"].read(length) if length else None
        if isinstance(body, bytes) and "json" in environ.get("CONTENT_TYPE", ""):
            with suppress(UnicodeDecodeError):  # what is no text stays base64
                body = body.decode()
        query = environ.get("QUERY_STRING", "")
        event = http_event(environ["REQUEST_METHOD"], f"/?{query}", body, headers, self._claims)
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        return event
