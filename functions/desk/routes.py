"""Name the addresses of the desk, and what each of them does."""

import hashlib
import json
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from aws.links import survivor
from aws.login import NewPasswordRequired, Tokens
from bootstrap.body import check_json, raw_body
from bootstrap.http import as_gateway, explain_errors, problem_of
from conversation.errors import Forbidden, Malformed, NotFound, Unauthorized
from conversation.model import Model
from conversation.reference import normalised_reference
from desk.agent import Agent, agent_of
from desk.claiming import claim_next, claim_this
from desk.drafts import forget_returned
from desk.files import SECURITY_HEADERS, page_file, page_policy
from desk.linking import NewCut, cut, home
from desk.outside import Outside
from desk.replying import NewDraft, NewEnd, NewReply, hand_back, reply, resolve
from desk.templates import NewTemplate, Templates, send_template
from desk.thread import full_text, thread
from desk.uploads import link, upload
from desk.waiting import overview

API = "/desk/api"

ConversationId = Annotated[str, Path(pattern="^[a-z2-7]{32}$")]
MessageId = Annotated[str, Path(max_length=60)]
DraftId = Annotated[str, Path(max_length=200)]
Reference = Annotated[str, Path(max_length=100)]
EventId = Annotated[str, Path(pattern="^[a-z0-9]{32}$")]
FileNumber = Annotated[str, Path(pattern="^[0-9]{1,2}$")]


class NewLogin(Model):
    """Who wants in: by password, by a first password of one's own, or by a refresh token."""

    email: str = Field(default="", max_length=200)
    password: str = Field(default="", max_length=256)
    new_password: str = Field(default="", max_length=256)
    session: str = Field(default="", max_length=4096)
    refresh: str = Field(default="", max_length=8192)


class Desk:
    """The desk as one Lambda: nobody passes to the API without the token of an agent."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._app = APIGatewayHttpResolver(enable_validation=True)
        explain_errors(self._app)
        self._add_page()
        self._add_login()
        self._add_lists()
        self._add_conversation()
        self._add_agents_words()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one HTTP request (API Gateway, payload format 2.0)."""
        answer: dict[str, Any]
        try:
            if event["rawPath"].startswith(f"{API}/"):
                _agent(event)
            check_json(event)
        except (Unauthorized, Forbidden, Malformed) as error:
            answer = as_gateway(problem_of(error))
        else:
            answer = self._app.resolve(event, context)
        answer["headers"] = SECURITY_HEADERS | answer["headers"]
        return answer

    def _me(self) -> Agent:
        return _agent(self._app.current_event.raw_event)

    def _conditional(self, body: str, content_type: str, etag: str, cache: str) -> Response[str]:
        """Send a body, or 304 where the caller has it already."""
        headers = {"ETag": etag, "Cache-Control": cache}
        if self._app.current_event.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers, body="")
        return Response(status_code=200, content_type=content_type, headers=headers, body=body)

    def _unless_known(self, model: Model) -> Response[str]:
        """Send JSON that is asked for again and again; it is never stored outside the page."""
        body = model.model_dump_json()
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:24]}"'
        return self._conditional(body, "application/json", etag, "no-store")

    def _add_page(self) -> None:
        @self._app.get("/desk", compress=True)
        @self._app.get("/desk/", compress=True)
        def page() -> Response[str]:
            found = file("index.html")
            # Pictures and sound come from the bucket, and from nowhere else.
            policy = page_policy(self._outside.keeper.media.origin())
            found.headers["Content-Security-Policy"] = policy
            return found

        @self._app.get("/desk/<name>", compress=True)
        def file(name: str) -> Response[str]:
            found = page_file(name)
            return self._conditional(found.body, found.content_type, found.etag, "no-cache")

    def _add_login(self) -> None:
        directory = self._outside.directory

        @self._app.post("/desk/login")
        def login(new: NewLogin) -> Response[str]:
            if new.refresh:
                return _signed_in(directory.refresh(new.refresh))
            if new.session and new.new_password:
                return _signed_in(
                    directory.replace_password(new.email, new.session, new.new_password)
                )
            if new.email and new.password:
                return _signed_in(directory.sign_in(new.email, new.password))
            raise Malformed("Give e-mail and password, or a refresh token.")

    def _add_lists(self) -> None:
        app, outside = self._app, self._outside

        @app.get(f"{API}/overview")
        def show_overview() -> Response[str]:
            return self._unless_known(overview(outside, self._me()))

        @app.get(f"{API}/references/<reference>")
        def find(reference: Reference) -> Response[str]:
            self._me()
            found = outside.table.item(f"R#{normalised_reference(reference)}", "R")
            if found is None:
                raise NotFound("There is no request with this reference number.")
            known = survivor(outside.table, found["conversation"])
            return _json(200, {"conversation": known.id if known else found["conversation"]})

        @app.post(f"{API}/claims")
        def take_next() -> Response[str]:
            claimed = claim_next(outside, self._me())
            if claimed is None:
                return Response(status_code=204, headers={"Cache-Control": "no-store"}, body="")
            return _json(201, claimed.model_dump())

    def _add_conversation(self) -> None:
        app, outside = self._app, self._outside
        one = f"{API}/conversations/<conversation>"

        @app.get(one)
        def show(
            conversation: ConversationId,
            after: Annotated[int, Query(ge=0)] = 0,
            limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        ) -> Response[str]:
            return self._unless_known(thread(outside, self._me(), conversation, after, limit))

        @app.get(f"{one}/texts/<message>")
        def show_text(conversation: ConversationId, message: MessageId) -> Response[str]:
            self._me()
            return _json(200, {"text": full_text(outside, conversation, message)})

        @app.get(f"{API}/files/<conversation>/<event>/<number>")
        def show_link(
            conversation: ConversationId, event: EventId, number: FileNumber
        ) -> Response[str]:
            self._me()
            return _json(200, link(outside, conversation, event, number).model_dump())

        @app.post(f"{one}/claim")
        def take(conversation: ConversationId) -> Response[str]:
            return _json(200, claim_this(outside, self._me(), conversation).model_dump())

    def _add_agents_words(self) -> None:
        app, outside = self._app, self._outside
        one = f"{API}/conversations/<conversation>"

        @app.put(f"{one}/draft")
        def keep_draft(conversation: ConversationId, new: NewDraft) -> Response[str]:
            me = self._me()
            outside.table.put_draft(home(outside, conversation).id, me.id, new.text)
            return Response(status_code=204, headers={"Cache-Control": "no-store"}, body="")

        @app.delete(f"{one}/drafts/<draft>")
        def forget_draft(conversation: ConversationId, draft: DraftId) -> Response[str]:
            me = self._me()
            forget_returned(outside.table, home(outside, conversation).id, me.id, draft)
            return Response(status_code=204, headers={"Cache-Control": "no-store"}, body="")

        @app.put(f"{one}/files/<file>")
        def take_file(conversation: ConversationId, file: UUID) -> Response[str]:
            request = app.current_event
            body = raw_body(request.raw_event)
            kept = upload(outside, self._me(), conversation, file, body, request.headers)
            return _json(201, kept.model_dump(mode="json"))

        @app.post(f"{one}/replies")
        def send_reply(conversation: ConversationId, new: NewReply) -> Response[str]:
            reply(outside, self._me(), conversation, new)
            return _json(202, {"id": str(new.id)})

        @app.get(f"{API}/templates")
        def show_templates() -> Response[str]:
            self._me()
            return self._unless_known(Templates(templates=outside.voice.front_door.templates))

        @app.post(f"{one}/templates")
        def send(conversation: ConversationId, new: NewTemplate) -> Response[str]:
            send_template(outside, self._me(), conversation, new)
            return _json(202, {"id": str(new.id)})

        @app.post(f"{one}/cuts")
        def send_cut(conversation: ConversationId, new: NewCut) -> Response[str]:
            cut(outside, self._me(), conversation, new)
            return _json(202, {"id": str(new.id)})

        @app.post(f"{one}/resolve")
        def send_resolve(conversation: ConversationId, new: NewEnd) -> Response[str]:
            resolve(outside, self._me(), conversation, new)
            return _json(202, {"id": str(new.id)})

        @app.post(f"{one}/hand-back")
        def send_hand_back(conversation: ConversationId, new: NewEnd) -> Response[str]:
            hand_back(outside, self._me(), conversation, new)
            return _json(202, {"id": str(new.id)})


def _agent(event: dict[str, Any]) -> Agent:
    return agent_of(event["requestContext"].get("authorizer"))


def _json(status: int, body: dict[str, Any]) -> Response[str]:
    return Response(
        status_code=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
        body=json.dumps(body, ensure_ascii=False),
    )


def _signed_in(result: Tokens | NewPasswordRequired) -> Response[str]:
    if isinstance(result, NewPasswordRequired):
        return _json(200, {"new_password_required": True, "session": result.session})
    return _json(
        200,
        {"token": result.id, "refresh": result.refresh, "expires_in": result.expires_in},
    )
