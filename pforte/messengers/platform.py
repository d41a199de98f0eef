"""Play the Messenger Platform, as Messenger or as Instagram: sends, receipts, the two windows."""

import functools
import secrets
from typing import Any

from pforte.messengers.accounts import MetaAccount
from pforte.messengers.faults import Fault
from pforte.messengers.files import File
from pforte.messengers.meta import as_sent
from pforte.messengers.meta_provider import MetaProvider
from pforte.messengers.said import Said
from pforte.messengers.send_api import (
    WINDOW_CLOSED,
    Outgoing,
    SendError,
    check_file,
    read_message,
)
from pforte.messengers.store import Entry, Webhook
from pforte.messengers.web import BadRequest, Request, Response, Route, json_response

DAY_MS = 24 * 3_600_000
TYPING_MS = 20_000
_OBJECTS = {"messenger": "page", "instagram": "instagram"}
_LIKE = 369239263222822
_OUR_APP, _PAGE_INBOX = 100_000_000_000_009, 263_902_037_430_900
"""Which app an echo names."""


class Platform(MetaProvider[MetaAccount]):
    """One page, or one professional account, and all who write to it."""

    error = SendError
    too_many = 613
    busy = 2

    def routes(self) -> list[Route]:
        """Return the part of the Graph API that is played here, whatever its version."""
        base = rf"/{self.channel}/v\d+\.\d+/(?P<node>me|\d+)"
        return [
            ("POST", base + "/messages", self._guarded(self._messages)),
            ("POST", base + "/subscribed_apps", self._guarded(self._subscribe)),
            ("GET", base, self._guarded(self._me)),
            ("GET", rf"/{self.channel}/cdn/(?P<file>\d+)", self._download),
        ]

    # what the house asks

    def _me(self, _: Request) -> Response:
        """Return who the token speaks for, with the fields of both logins."""
        ours = {"id": self.account.account, "username": "stadtwerke_musterstadt"}
        known: dict[str, Any] = {"id": self.account.account, "name": "Stadtwerke Musterstadt"}
        if self.channel == "instagram":
            known |= {**ours, "user_id": ours["id"], "instagram_business_account": ours}
        return json_response(known)

    def _download(self, request: Request) -> Response:
        """Serve a file as Meta's content network does: to whoever knows the address."""
        file = self.store.files.get(request.parts["file"])
        if file is None:
            return Response(404, b"")
        return Response(200, file.body, {"Content-Type": file.mime_type})

    def _subscribe(self, _: Request) -> Response:
        return json_response({"success": True})

    def take(self, body: dict[str, Any]) -> Response:
        """Answer a message, or a sign that we type or have read. Raises SendError."""
        if "sender_action" in body:
            return self._act(body)
        outgoing = read_message(self.channel, body)
        fault = self.faults.take(self.channel, outgoing.user) or Fault()
        if fault.status is not None:
            return self._failure(fault.status, fault)
        if fault.error is not None:
            raise SendError(fault.error, "told to fail")
        self._reach(outgoing, fault)
        return self._accept(outgoing, fault)

    def _act(self, body: dict[str, Any]) -> Response:
        user, action = str(body.get("recipient", {}).get("id", "")), body["sender_action"]
        if action not in {"typing_on", "typing_off", "mark_seen"}:
            raise SendError(100, "Param sender_action must be typing_on, typing_off or mark_seen")
        if action == "mark_seen":
            for entry in self.store.entries(self.channel, user):
                if entry.side == "customer":
                    self.store.advance(entry, "read")
        else:
            self.type_for(user, TYPING_MS if action == "typing_on" else 0)
        return json_response({"recipient_id": user})

    def _reach(self, outgoing: Outgoing, fault: Fault) -> None:
        """Let a message through only to whom it may go, a person's for seven days."""
        written = self.store.last_written(self.channel, outgoing.user)
        if written is None:
            raise SendError(100, "No matching user found", 2018001)
        if fault.blocked or self.store.blocked(self.channel, outgoing.user):
            raise SendError(551, "This person isn't available right now.", 1545041)
        days = 7 if outgoing.by_person else 1
        if self.clock() - written >= days * DAY_MS:
            subcode = WINDOW_CLOSED[self.channel]
            raise SendError(10, "This message is sent outside of allowed window.", subcode)

    def _accept(self, outgoing: Outgoing, fault: Fault) -> Response:
        file = self.store.files.fetch(outgoing.link) if outgoing.link else None
        check_file(self.channel, outgoing, file)
        entry = self.store.add(
            Entry(
                channel=self.channel,
                user=outgoing.user,
                side="house",
                provider_id=_new_id(),
                at=self.clock(),
                kind=file.kind if file else outgoing.kind,
                text=outgoing.text,
                file=file.id if file else "",
                options=outgoing.options,
                reference=outgoing.metadata,
                state="sent",
            )
        )
        self.type_for(outgoing.user, 0)
        answer = json_response(
            {"recipient_id": outgoing.user, "message_id": entry.provider_id},
            after=functools.partial(self._tell_states, entry),
        )
        if fault.timeout_after_accept:
            return Response(0, b"", after=answer.after, silent_for=fault.hold)
        return answer

    def _tell_states(self, entry: Entry) -> None:
        """Tell what became of a message: its echo, then its id on Instagram, else moments."""
        mid, at = entry.provider_id, self.clock()
        read: dict[str, Any] = {"watermark": at}
        self._echo(entry, _OUR_APP)
        if self.channel == "instagram":
            read = {"mid": mid}
        else:
            delivery = {"mids": [mid], "watermark": at}
            self.store.advance(entry, "delivered")
            self._post(entry.user, "status", mid, {"delivery": delivery}, at)
        self.store.advance(entry, "read")
        self._post(entry.user, "status", mid, {"read": read}, at)

    def _echo(self, entry: Entry, app: int) -> None:
        """Tell the house what was written in its name; Instagram tells neither app nor metadata."""
        echo: dict[str, Any] = {"mid": entry.provider_id, "is_echo": True}
        if self.channel == "messenger":
            echo["app_id"] = app
            if entry.reference:
                echo["metadata"] = entry.reference
        if entry.kind == "template":
            echo["attachments"] = [{"type": "template", "payload": {"template_type": "button"}}]
        else:
            echo["text"] = entry.text
        what = {"message": echo}
        self._post(entry.user, "status", entry.provider_id, what, entry.at, by_us=True)

    # what the customer does

    def write(self, said: Said) -> Entry:
        """Let a customer act. Meta tells nothing of a block: it only fails later."""
        if not (said.user.isdecimal() and len(said.user) >= 5):
            raise BadRequest("the user is an id of five digits or more")
        self.store.customer(self.channel, said.user, said.name)
        if said.block is not None:
            self.store.block(self.channel, said.user, said.block)
        mid, at = _new_id(), self.clock() if said.sent_at is None else said.sent_at
        if said.inbox is not None:
            entry = self.store.add(self._from_inbox(said, mid, at, said.inbox))
            self._echo(entry, _PAGE_INBOX)
            return entry
        what, shown = self._content(said, mid)
        entry = self.store.add(
            Entry(
                channel=self.channel,
                user=said.user,
                side="customer",
                provider_id=mid,
                at=at,
                **{"kind": said.act, "about": said.reply_to, "state": "sent", **shown},
            )
        )
        if what:
            self._post(said.user, "message", mid, what, at)
        return entry

    def _content(self, said: Said, mid: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the platform tells of an act and what the phone shows of it."""
        match said.act:
            case "button":
                return self._tap(said, mid)
            case "reaction" | "edit" | "delete":
                return self._about(said)
            case "block":
                return {}, {"payload": "block" if said.block else "allow"}
            case "raw":
                return dict(said.raw or {}), {}
        message: dict[str, Any] = {"mid": mid}
        shown: dict[str, Any] = {"text": said.text or ""}
        if said.media:
            file, shown = self._sent(said)
            message["attachments"] = [self._attachment(said, file)]
        elif said.location:
            place = {"lat": said.location.latitude, "long": said.location.longitude}
            location = {"type": "location", "payload": {"coordinates": place}}
            message["attachments"] = [location]
        words = "" if said.sticker else shown["text"]
        if words:
            message["text"] = words
        if said.reply_to:
            message["reply_to"] = {"mid": self._earlier(said, said.reply_to).provider_id}
        return {"message": message}, shown

    def _attachment(self, said: Said, file: File) -> dict[str, Any]:
        payload: dict[str, Any] = {"url": f"{self.own_url}/{self.channel}/cdn/{file.id}"}
        kinds = {"photo": "image", "voice": "audio", "audio": "audio", "video": "video"}
        if said.sticker is None:
            return {"type": kinds.get(file.kind, "file"), "payload": payload}
        if self.channel == "instagram":
            return {"type": "like_heart"}
        return {"type": "image", "payload": {**payload, "sticker_id": _LIKE}}

    def _tap(self, said: Said, mid: str) -> tuple[dict[str, Any], dict[str, Any]]:
        asked, option = self._tapped(said)
        shown = {"text": option.title, "payload": option.id, "about": asked.provider_id}
        if asked.kind == "template":
            tap = {"mid": mid, "title": option.title, "payload": option.id}
            return {"postback": tap}, shown
        reply = {"mid": mid, "text": option.title, "quick_reply": {"payload": option.id}}
        return {"message": reply}, shown

    def _about(self, said: Said) -> tuple[dict[str, Any], dict[str, Any]]:
        about = said.reaction or said.edit or said.delete
        if about is None:
            raise BadRequest("the act names no message")
        earlier = self._earlier(said, about.provider_id)
        mid = earlier.provider_id
        shown = {"about": mid, "text": about.text or about.emoji}
        if said.reaction:
            emoji = {"emoji": about.emoji, "reaction": "other"} if about.emoji else {}
            action = "react" if about.emoji else "unreact"
            return {"reaction": {"mid": mid, "action": action, **emoji}}, shown
        if said.edit:
            self.store.update(earlier, text=about.text)
            number = self.store.next(f"{self.channel}:edit:{mid}")
            return {"message_edit": {"mid": mid, "text": about.text, "num_edit": number}}, shown
        self.store.update(earlier, text="", kind="deleted")
        return {"message": {"mid": mid, "is_deleted": True}}, shown

    def _post(
        self, user: str, kind: Any, mid: str, what: dict[str, Any], at: int, *, by_us: bool = False
    ) -> None:
        ours = self.account.account
        sender, recipient = (ours, user) if by_us else (user, ours)
        item = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at, **what}
        entry = {"id": ours, "time": self.clock(), "messaging": [item]}
        body = as_sent({"object": _OBJECTS[self.channel], "entry": [entry]})
        self.webhooks.post(Webhook(self.channel, user, kind, mid, body))


def _new_id() -> str:
    return "m_" + secrets.token_urlsafe(24)
