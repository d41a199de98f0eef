"""Name the addresses of the web chat, and what each of them does."""

import json
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from aws.links import chain, survivor
from bootstrap.body import check_json, raw_body
from bootstrap.http import explain_errors
from bootstrap.problems import problem
from conversation.errors import RequestError, TooLarge
from conversation.media import UPLOAD_LIMIT
from webchat.accept import VisitorMessage, event_of, message_shown
from webchat.assets import asset
from webchat.linking import Reading, Wish, offer
from webchat.outside import Outside
from webchat.signed import signed_token
from webchat.thread import read_thread
from webchat.visitor import Visitor, new_token, signed_in_visitor, visitor_of

BODY_LIMIT = 64 * 1024
"""The longest body of a request, as the gateway hands it over."""

FILE_LIMIT = UPLOAD_LIMIT * 4 // 3 + 4
"""The same for a file, which comes in base64."""

MessageId = Annotated[str, Path(pattern=r"^[0-9]{1,15}\.[0-9]{1,4}$")]
FileNumber = Annotated[str, Path(pattern="^[0-9]{1,2}$")]

_HOUR = 3_600

_SECURITY_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "Origin, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}

_DEMO_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Webchat:
    """The web chat as one Lambda: open to everybody, each sees the own conversation only."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._cors = _cors(outside.origins)
        self._app = APIGatewayHttpResolver(enable_validation=True, cors=self._cors)
        explain_errors(self._app)
        self._add_conversation()
        self._add_files()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one HTTP request (API Gateway, payload format 2.0)."""
        answer: dict[str, Any]
        limit = FILE_LIMIT if event["rawPath"].startswith("/webchat/files/") else BODY_LIMIT
        try:
            if len(event.get("body") or "") > limit:
                raise TooLarge(f"A request has at most {limit} bytes.")
            check_json(event)
        except RequestError as error:
            answer = self._refused(event, error)
        else:
            answer = self._app.resolve(event, context)
        answer["headers"] = _SECURITY_HEADERS | answer["headers"]
        return answer

    def _refused(self, event: dict[str, Any], error: RequestError) -> dict[str, Any]:
        """Refuse before anything is parsed; with the headers that let a page read why."""
        answer = problem(error)
        answer["headers"] |= self._cors.to_dict(event["headers"].get("origin"))
        return answer

    def _visitor(self) -> Visitor:
        outside = self._outside
        given = self._app.current_event.headers.get("authorization")
        token = signed_token(given)
        if token is None:
            return visitor_of(given, outside.identity())
        return signed_in_visitor(token, outside.company(), outside.identity(), outside.clock())

    def _add_conversation(self) -> None:
        app, outside = self._app, self._outside

        @app.post("/webchat/visitors")
        def greet_visitor() -> Response[str]:
            return _json(201, json.dumps({"token": new_token()}))

        @app.post("/webchat/messages")
        def take_message(message: VisitorMessage) -> Response[str]:
            visitor = self._visitor()
            event = event_of(message, visitor, outside, outside.clock())
            outside.inbound.send(visitor.conversation, event)
            return _json(202, json.dumps({"id": message.id}))

        @app.put("/webchat/files/<file>")
        def take_file(file: UUID) -> Response[str]:
            request = app.current_event
            said = request.headers.get("content-type", "")
            outside.cabinet.upload(self._visitor(), file, raw_body(request.raw_event), said)
            return _json(201, json.dumps({"id": str(file)}))

        @app.get("/webchat/files/<message>/<number>")
        def show_link(message: MessageId, number: FileNumber) -> Response[str]:
            found = message_shown(message, self._visitor(), outside.table)
            url = outside.cabinet.link(outside.table, found, int(number))
            return _json(200, json.dumps({"url": url}))

        @app.get("/webchat/messages")
        def show_messages(after: Annotated[int | None, Query(ge=0)] = None) -> Response[str]:
            visitor = self._visitor()
            conversations = list(chain(outside.table, visitor.conversation))
            reading = Reading(conversations) if conversations else None
            etag = f'"{reading.version}"' if reading else '"0"'
            if self._has(etag):
                return _not_changed(etag, "no-store")
            thread = read_thread(reading, outside.table, outside.archive, visitor.address, after)
            elsewhere = outside.links().channels(visitor.address) if reading else ()
            thread = thread.model_copy(update={"elsewhere": elsewhere})
            return _json(200, thread.model_dump_json(), ETag=etag)

        @app.post("/webchat/links")
        def offer_links(wish: Wish) -> Response[str]:
            visitor = self._visitor()
            home = survivor(outside.table, visitor.conversation)
            links, now = outside.links(), outside.clock()
            return _json(201, offer(home, links, visitor.address, wish, now).model_dump_json())

    def _add_files(self) -> None:
        app = self._app

        @app.get("/webchat/widget.js", compress=True)
        def loader() -> Response[str]:
            return self._file("widget.js", "public, max-age=300")

        @app.get("/webchat/demo", compress=True)
        def demo() -> Response[str]:
            headers = {"Content-Security-Policy": _DEMO_POLICY}
            return self._file("demo.html", "no-cache", headers)

        @app.get("/webchat/widget/<version>/<name>", compress=True)
        def file(version: str, name: str) -> Response[str]:  # noqa: ARG001  only the cache reads it
            return self._file(name, "public, max-age=31536000, immutable")

    def _file(self, name: str, cache: str, headers: dict[str, str] | None = None) -> Response[str]:
        found = asset(name)
        if self._has(found.etag):
            return _not_changed(found.etag, cache)
        return Response(
            status_code=200,
            content_type=found.content_type,
            headers={"ETag": found.etag, "Cache-Control": cache, **(headers or {})},
            body=found.body,
        )

    def _has(self, etag: str) -> bool:
        return bool(self._app.current_event.headers.get("if-none-match") == etag)


def _cors(origins: tuple[str, ...]) -> CORSConfig:
    first, *others = origins
    return CORSConfig(
        allow_origin=first,
        extra_origins=others,
        allow_headers=["Authorization", "Content-Type", "If-None-Match"],
        expose_headers=["Date", "ETag", "Retry-After"],
        max_age=_HOUR,
    )


def _json(status: int, body: str, **headers: str) -> Response[str]:
    return Response(
        status_code=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", **headers},
        body=body,
    )


def _not_changed(etag: str, cache: str) -> Response[str]:
    headers = {"ETag": etag, "Cache-Control": cache}
    return Response(status_code=304, headers=headers, body="")
