"""Play the WhatsApp Cloud API: sends, receipts, the 24-hour window, and the customers' phones."""

import base64
import functools
import hashlib
import secrets
from typing import Any

from pforte.messengers.accounts import WhatsAppAccount
from pforte.messengers.approved import Approved
from pforte.messengers.faults import Fault
from pforte.messengers.graph import (
    BSUID,
    PHONE,
    TITLES,
    GraphError,
    Outgoing,
    read_message,
    refusal_of,
)
from pforte.messengers.meta import as_sent, is_bearer
from pforte.messengers.meta_provider import MetaProvider
from pforte.messengers.said import Said
from pforte.messengers.store import Entry, State, Webhook
from pforte.messengers.web import BadRequest, Request, Response, Route, json_response

WINDOW_MS = 24 * 3_600_000
TYPING_MS = 25_000
BUSINESS_ID = "200000000000001"
"""The WhatsApp Business account that the number belongs to."""


class WhatsApp(MetaProvider[WhatsAppAccount]):
    """One business number and all who write to it."""

    error = GraphError
    too_many = 130429
    busy = 131016

    @functools.cached_property
    def approved(self) -> Approved:
        """The templates that Meta knows: none, unless it is told some."""
        return Approved()

    def routes(self) -> list[Route]:
        """Return the part of the Graph API that is played here, whatever its version."""
        base = r"/whatsapp/v\d+\.\d+/(?P<node>\d+)"
        return [
            ("POST", base + "/messages", self._guarded(self._messages)),
            ("GET", base, self._look),
            ("GET", base + "/message_templates", self._list_templates),
            ("GET", r"/whatsapp/media/(?P<file>\d+)", self._download),
        ]

    # what the house asks

    def _number(self, _: Request) -> Response:
        return json_response(
            {
                "id": self.account.account,
                "display_phone_number": self.account.number,
                "verified_name": "Stadtwerke Musterstadt",
                "quality_rating": "GREEN",
            }
        )

    def _list_templates(self, request: Request) -> Response:
        if not self._may_read(request):
            return json_response(GraphError(190, "Invalid OAuth access token").to_dict(), 401)
        if request.parts["node"] != BUSINESS_ID:
            return json_response(GraphError(100, "Object does not exist").to_dict(), 400)
        return json_response(self.approved.listing())

    def _look(self, request: Request) -> Response:
        """Tell about our number, or where a file lies."""
        file = self.store.files.get(request.parts["node"])
        if file is None:
            return self._guarded(self._number)(request)
        if not self._may_read(request):
            return json_response(GraphError(190, "Invalid OAuth access token").to_dict(), 401)
        return json_response(
            {
                "url": f"{self.own_url}/whatsapp/media/{file.id}",
                "mime_type": file.mime_type,
                "sha256": hashlib.sha256(file.body).hexdigest(),
                "file_size": len(file.body),
                "id": file.id,
                "messaging_product": "whatsapp",
            }
        )

    def _download(self, request: Request) -> Response:
        file = self.store.files.get(request.parts["file"])
        if file is None or not self._may_read(request):
            return Response(404 if file is None else 401, b"")
        return Response(200, file.body, {"Content-Type": file.mime_type})

    def _may_read(self, request: Request) -> bool:
        return is_bearer(request.headers.get("authorization", ""), self.account.access_token)

    def take(self, body: dict[str, Any]) -> Response:
        """Answer a message or a read mark. Raises GraphError."""
        if body.get("status") == "read":
            return self._mark_read(body)
        outgoing = read_message(body)
        if outgoing.template:
            outgoing = self.approved.said(outgoing)
        fault = self.faults.take(self.channel, outgoing.user) or Fault()
        if fault.status is not None:
            return self._failure(fault.status, fault)
        if fault.error is not None and not fault.later:
            raise GraphError(fault.error, TITLES.get(fault.error, "told to fail"))
        return self._accept(outgoing, fault)

    def _accept(self, outgoing: Outgoing, fault: Fault) -> Response:
        code = self._refusal(outgoing, fault)
        file = self.store.files.fetch(outgoing.link, outgoing.filename) if outgoing.link else None
        if code is None and outgoing.link:
            code = refusal_of(outgoing, file)
        entry = self.store.add(
            Entry(
                channel=self.channel,
                user=outgoing.user,
                side="house",
                provider_id=_new_id(outgoing.user),
                at=self.clock(),
                kind="template" if outgoing.template else file.kind if file else "text",
                text=outgoing.text,
                file=file.id if file else "",
                filename=outgoing.filename,
                options=outgoing.options,
                menu=outgoing.menu,
                about=outgoing.reply_to,
                reference=outgoing.reference,
                state="failed" if code else "sent",
                code=str(code or ""),
            )
        )
        self.type_for(outgoing.user, 0)
        answer = json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": outgoing.user, "wa_id": outgoing.user}],
                "messages": [{"id": entry.provider_id}],
            },
            after=functools.partial(self._tell_states, entry, code),
        )
        if fault.timeout_after_accept:
            return Response(0, b"", after=answer.after, silent_for=fault.hold)
        return answer

    def _refusal(self, outgoing: Outgoing, fault: Fault) -> int | None:
        user = outgoing.user
        if fault.error is not None:
            return fault.error
        if fault.blocked or self.store.blocked(self.channel, user):
            return 131026
        written = self.store.last_written(self.channel, user)
        if written is None:
            return 131026
        if outgoing.template:
            return None
        return 131047 if self.clock() - written >= WINDOW_MS else None

    def _tell_states(self, entry: Entry, code: int | None) -> None:
        if code:
            self._tell_state(entry, "failed", code)
            return
        for state in ("sent", "delivered", "read"):
            self.store.advance(entry, state)
            self._tell_state(entry, state)

    def _tell_state(self, entry: Entry, state: State, code: int = 0) -> None:
        status: dict[str, Any] = {
            "id": entry.provider_id,
            "status": state,
            "timestamp": str(self.clock() // 1000),
            **_who(entry.user, "recipient_id", "recipient_user_id"),
        }
        if entry.reference:
            status["biz_opaque_callback_data"] = entry.reference
        if code:
            title = TITLES.get(code, "Unknown error")
            details = {"details": title}
            status["errors"] = [
                {"code": code, "title": title, "message": title, "error_data": details}
            ]
        self._post(entry.user, "status", entry.provider_id, {"statuses": [status]})

    def _mark_read(self, body: dict[str, Any]) -> Response:
        message_id = str(body.get("message_id", ""))
        entry = self.store.find_by_id(self.channel, message_id)
        if entry is None or entry.side != "customer":
            raise GraphError(131009, "Param message_id is not a message to this number")
        for earlier in self.store.entries(self.channel, entry.user):
            if earlier.side == "customer" and earlier.n <= entry.n:
                self.store.advance(earlier, "read")
        if "typing_indicator" in body:
            self.type_for(entry.user, TYPING_MS)
        return json_response({"success": True})

    # what the customer does

    def write(self, said: Said) -> Entry:
        """Let a customer act. WhatsApp tells a business nothing of a block: it only fails later."""
        user = said.user.removeprefix("+")
        if not (PHONE.fullmatch(user) or BSUID.fullmatch(user)):
            raise BadRequest("a WhatsApp user is a phone number of 7 to 15 digits, or a BSUID")
        said = said.model_copy(update={"user": user})
        name = self.store.customer(self.channel, user, said.name)
        if said.block is not None:
            self.store.block(self.channel, user, said.block)
        if said.inbox is not None:
            return self._echo(said, said.inbox)
        entry, message = self._message(said)
        entry = self.store.add(entry)
        if said.block is None:
            contact: dict[str, Any] = {"profile": {"name": name}, **_who(user, "wa_id", "user_id")}
            event = {"contacts": [contact], "messages": [message]}
            self._post(user, "message", entry.provider_id, event)
        return entry

    def _echo(self, said: Said, text: str) -> Entry:
        """Tell what was written in the Business app, which shares the number with the house."""
        at = self.clock() if said.sent_at is None else said.sent_at
        entry = self.store.add(self._from_inbox(said, _new_id(said.user), at, text))
        echo = {
            "from": self.account.number,
            **_who(said.user, "to", "to_user_id"),
            "id": entry.provider_id,
            "timestamp": str(at // 1000),
            "type": "text",
            "text": {"body": text},
        }
        event = {"message_echoes": [echo]}
        self._post(said.user, "status", entry.provider_id, event, field="smb_message_echoes")
        return entry

    def _message(self, said: Said) -> tuple[Entry, dict[str, Any]]:
        at = self.clock() if said.sent_at is None else said.sent_at
        fields, shown = self._content(said)
        entry = Entry(
            channel=self.channel,
            user=said.user,
            side="customer",
            provider_id=_new_id(said.user),
            at=at,
            **{"kind": said.act, "about": said.reply_to, "state": "sent", **shown},
        )
        message = {
            **_who(said.user, "from", "from_user_id"),
            "id": entry.provider_id,
            "timestamp": str(at // 1000),
            **fields,
        }
        if said.reply_to:
            self._earlier(said, said.reply_to)
            message["context"] = {"from": self.account.number, "id": said.reply_to}
        return entry, message

    def _content(self, said: Said) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return WhatsApp's fields of a message and what the phone shows of it."""
        match said.act:
            case "button":
                return self._reply(said)
            case "reaction" | "edit" | "delete":
                return self._about(said)
            case "photo" | "voice" | "sticker" | "file":
                return self._media(said)
            case "location":
                return {"type": "location", "location": _place(said)}, {}
            case "raw":
                return dict(said.raw or {}), {"kind": str((said.raw or {}).get("type", "raw"))}
            case "block":
                return {}, {"payload": "block" if said.block else "allow"}
            case _:
                return {"type": "text", "text": {"body": said.text}}, {"text": said.text}

    def _media(self, said: Said) -> tuple[dict[str, Any], dict[str, Any]]:
        file, shown = self._sent(said)
        kinds = {"photo": "image", "voice": "audio"}
        kind = kinds.get(shown["kind"], shown["kind"])
        digest = base64.b64encode(hashlib.sha256(file.body).digest()).decode()
        media: dict[str, Any] = {"mime_type": file.mime_type, "sha256": digest, "id": file.id}
        if shown["kind"] == "voice":
            media |= {"mime_type": "audio/ogg; codecs=opus", "voice": True}
        elif kind == "sticker":
            media["animated"] = False
        elif shown["text"]:
            media["caption"] = shown["text"]
        if kind == "document":
            media["filename"] = file.name
        return {"type": kind, kind: media}, shown

    def _reply(self, said: Said) -> tuple[dict[str, Any], dict[str, Any]]:
        asked, option = self._tapped(said)
        shown = {"text": option.title, "payload": option.id, "about": asked.provider_id}
        context = {"from": self.account.number, "id": asked.provider_id}
        if asked.kind == "template":
            tapped = {"payload": option.id, "text": option.title}
            return {"type": "button", "button": tapped, "context": context}, shown
        kind = "list_reply" if asked.menu else "button_reply"
        reply = {"id": option.id, "title": option.title}
        if option.description:
            reply["description"] = option.description
        fields = {
            "type": "interactive",
            "interactive": {"type": kind, kind: reply},
            "context": context,
        }
        return fields, shown

    def _about(self, said: Said) -> tuple[dict[str, Any], dict[str, Any]]:
        about = said.reaction or said.edit or said.delete
        if about is None:
            raise BadRequest("the act names no message")
        earlier = self._earlier(said, about.provider_id)
        shown = {"about": earlier.provider_id, "text": about.text or about.emoji}
        if said.reaction:
            reaction = {"message_id": earlier.provider_id, "emoji": about.emoji}
            return {"type": "reaction", "reaction": reaction}, shown
        if said.edit:
            self.store.update(earlier, text=about.text)
            new = {"type": "text", "text": {"body": about.text}}
            edit = {"original_message_id": earlier.provider_id, "message": new}
            return {"type": "edit", "edit": edit}, shown
        self.store.update(earlier, text="", kind="deleted")
        return {"type": "revoke", "revoke": {"original_message_id": earlier.provider_id}}, shown

    def _post(
        self,
        user: str,
        kind: Any,
        provider_id: str,
        event: dict[str, Any],
        field: str = "messages",
    ) -> None:
        metadata = {
            "display_phone_number": self.account.number,
            "phone_number_id": self.account.account,
        }
        value = {"messaging_product": "whatsapp", "metadata": metadata, **event}
        body = {
            "object": "whatsapp_business_account",
            "entry": [{"id": BUSINESS_ID, "changes": [{"value": value, "field": field}]}],
        }
        self.webhooks.post(Webhook(self.channel, user, kind, provider_id, as_sent(body)))


def _place(said: Said) -> dict[str, Any]:
    return said.location.model_dump() if said.location else {}


def _who(user: str, number: str, scoped: str) -> dict[str, str]:
    return {scoped if BSUID.fullmatch(user) else number: user}


def _new_id(user: str) -> str:
    return "wamid." + base64.b64encode(f"{user}:".encode() + secrets.token_bytes(15)).decode()
