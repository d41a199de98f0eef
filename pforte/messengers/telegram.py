"""Play the Telegram Bot API: sends, callback queries, blocks, and the customers' phones."""

import hmac
import json
import logging
import re
import secrets
from collections.abc import Callable
from typing import Any

from pforte.messengers.accounts import TelegramAccount
from pforte.messengers.bot_api import (
    ACTIONS,
    FETCHED_UP_TO,
    LINKED,
    BotError,
    Outgoing,
    bad,
    check_file,
    read_chat,
    read_linked,
    read_message,
    read_webhook,
)
from pforte.messengers.faults import ChannelName, Fault
from pforte.messengers.files import File
from pforte.messengers.provider import Provider, Shared
from pforte.messengers.said import Said
from pforte.messengers.store import Entry, Webhook
from pforte.messengers.web import BadRequest, Request, Response, Route, json_response
from pforte.messengers.webhooks import Target

_logger = logging.getLogger(__name__)

TYPING_MS = 5_000
_FIRST_UPDATE = 500_000_000


class Telegram(Provider):
    """One bot and all who write to it."""

    channel: ChannelName = "telegram"
    account: TelegramAccount

    def __init__(self, account: TelegramAccount, shared: Shared) -> None:
        super().__init__(shared)
        self.account = account
        self._secret_token = account.secret_token
        self._methods: dict[str, Callable[[dict[str, Any]], object]] = {
            "answerCallbackQuery": self._answer_callback_query,
            "deleteWebhook": self._delete_webhook,
            "getFile": self._get_file,
            "getMe": self._get_me,
            "getWebhookInfo": self._get_webhook_info,
            "sendChatAction": self._send_chat_action,
            "setWebhook": self._set_webhook,
        }

    def routes(self) -> list[Route]:
        """Return the part of the Bot API that is played here."""
        path = r"/telegram/bot(?P<token>[^/]+)/(?P<method>\w+)"
        file = r"/telegram/file/bot(?P<token>[^/]+)/files/file_(?P<file>\d+)"
        return [
            ("POST", path, self._call),
            ("GET", path, self._call),
            ("GET", file, self._download),
        ]

    def target(self, base: str) -> Target:
        """Return where updates go: the bot's name is in the path, the secret in a header."""
        return Target(f"{base}/webhooks/telegram/{self.account.account}", self._sign)

    def _sign(self, _: bytes) -> dict[str, str]:
        token = self._secret_token
        return {"X-Telegram-Bot-Api-Secret-Token": token} if token else {}

    # what the house asks

    def _call(self, request: Request) -> Response:
        try:
            return self._answer(request)
        except BotError as error:
            headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
            return json_response(error.to_dict(), error.status, headers)

    def _answer(self, request: Request) -> Response:
        token = request.parts["token"].encode()
        if not hmac.compare_digest(token, self.account.access_token.encode()):
            raise BotError(401, "Unauthorized")
        return self._do(request.parts["method"], _parameters(request))

    def _download(self, request: Request) -> Response:
        token = request.parts["token"].encode()
        file = self.store.files.get(request.parts["file"])
        if file is None or not hmac.compare_digest(token, self.account.access_token.encode()):
            return Response(404, b"")
        return Response(200, file.body, {"Content-Type": "application/octet-stream"})

    def _get_file(self, parameters: dict[str, Any]) -> object:
        file_id = str(parameters.get("file_id", ""))
        file = self.store.files.get(file_id)
        if file is None:
            raise bad("invalid file_id")
        if len(file.body) > FETCHED_UP_TO:
            raise bad("file is too big")
        return {
            "file_id": file.id,
            "file_unique_id": f"u{file.id}",
            "file_size": len(file.body),
            "file_path": f"files/file_{file.id}",
        }

    def take_answer(self, body: bytes) -> None:
        """Do the one method that an answer to a webhook may hold; its result is lost."""
        try:
            parameters = json.loads(body)
        except ValueError:
            return
        if not isinstance(parameters, dict) or "method" not in parameters:
            return
        try:
            self._do(str(parameters.pop("method")), parameters)
        except BotError as error:
            _logger.warning("the answer to a Telegram webhook: %s", error)

    def _do(self, name: str, parameters: dict[str, Any]) -> Response:
        if name == "sendMessage" or name in LINKED:
            return self._send_message(name, parameters)
        method = self._methods.get(name)
        if method is None:
            raise BotError(404, "Not Found")
        return json_response({"ok": True, "result": method(parameters)})

    def _send_message(self, name: str, parameters: dict[str, Any]) -> Response:
        outgoing = read_linked(name, parameters) if name in LINKED else read_message(parameters)
        fault = self.faults.take(self.channel, outgoing.user) or Fault()
        if fault.body is not None and fault.status is not None:
            return Response(fault.status, fault.body.encode(), {"Content-Type": "text/html"})
        if fault.status is not None:
            raise BotError(fault.status, _description(fault), fault.retry_after)
        if fault.error is not None:
            raise bad(f"told to fail with {fault.error}")
        self._reach(outgoing.user, fault)
        file = self.store.files.fetch(outgoing.link) if outgoing.link else None
        if outgoing.link:
            check_file(name, file)
        entry = self._keep(outgoing, file)
        self.type_for(outgoing.user, 0)
        if fault.timeout_after_accept:
            return Response(0, b"", silent_for=fault.hold)
        return json_response({"ok": True, "result": self._message(entry)})

    def _reach(self, user: str, fault: Fault) -> None:
        if not self.store.knows(self.channel, user):
            raise bad("chat not found")
        if fault.blocked or self.store.blocked(self.channel, user):
            raise BotError(403, "Forbidden: bot was blocked by the user")

    def _keep(self, outgoing: Outgoing, file: File | None) -> Entry:
        return self.store.add(
            Entry(
                channel=self.channel,
                user=outgoing.user,
                side="house",
                provider_id=str(self.store.next(f"telegram:{outgoing.user}")),
                at=self.clock(),
                kind=file.kind if file else "text",
                text=outgoing.text,
                file=file.id if file else "",
                options=outgoing.options,
                about=outgoing.reply_to,
                state="delivered",
            )
        )

    def _answer_callback_query(self, parameters: dict[str, Any]) -> object:
        text = str(parameters.get("text", ""))
        if len(text) > 200:
            raise bad("MESSAGE_TOO_LONG")
        query = self.store.find_by_id(self.channel, str(parameters.get("callback_query_id", "")))
        if query is None or query.kind != "button" or query.answered:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.store.update(query, answered=True, notice=text)
        return True

    def _send_chat_action(self, parameters: dict[str, Any]) -> object:
        user = read_chat(parameters)
        self._reach(user, Fault())
        if parameters.get("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        self.type_for(user, TYPING_MS)
        return True

    def _set_webhook(self, parameters: dict[str, Any]) -> object:
        url, self._secret_token = read_webhook(parameters)
        self.webhooks.targets[self.channel] = Target(url, self._sign)
        return True

    def _delete_webhook(self, _: dict[str, Any]) -> object:
        return self._set_webhook({})

    def _get_webhook_info(self, _: dict[str, Any]) -> object:
        pending = self.store.webhooks(pending=True)
        return {
            "url": self.webhooks.targets[self.channel].url,
            "has_custom_certificate": False,
            "pending_update_count": sum(webhook.channel == self.channel for webhook in pending),
            "max_connections": 40,
        }

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.account.bot_id,
            "is_bot": True,
            "first_name": "Stadtwerke Musterstadt",
            "username": self.account.account,
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _message(self, entry: Entry) -> dict[str, Any]:
        """Return an entry as the Bot API's Message."""
        person = self._person(entry.user)
        message = {
            "message_id": int(entry.provider_id),
            "from": self._get_me({}) if entry.side == "house" else person,
            "chat": {"id": person["id"], "first_name": person["first_name"], "type": "private"},
            "date": entry.at // 1000,
            "text": entry.text,
        }
        if entry.options:
            keyboard = [[{"text": o.title, "callback_data": o.id}] for o in entry.options]
            message["reply_markup"] = {"inline_keyboard": keyboard}
        return message

    def _person(self, user: str) -> dict[str, Any]:
        name = self.store.customer(self.channel, user)
        return {"id": int(user), "is_bot": False, "first_name": name, "language_code": "de"}

    # what the customer does

    def write(self, said: Said) -> Entry:
        """Let a customer act. Bots hear of no deletions, and in private chats of no reactions."""
        if not re.fullmatch(r"[1-9][0-9]{0,15}", said.user):
            raise BadRequest("a Telegram user is a number of at most 16 digits")
        if said.act in {"delete", "reaction", "inbox"}:
            raise BadRequest(f"Telegram tells a bot of no {said.act} in a private chat")
        self.store.customer(self.channel, said.user, said.name)
        act = {"button": self._tap, "edit": self._edit, "block": self._block}
        entry, update = act.get(said.act, self._say)(said)
        self._post(entry, update)
        return entry

    def _entry(self, said: Said, provider_id: str, **shown: Any) -> Entry:
        return self.store.add(
            Entry(
                channel=self.channel,
                user=said.user,
                side="customer",
                provider_id=provider_id,
                at=self.clock() if said.sent_at is None else said.sent_at,
                **{"kind": said.act, "about": said.reply_to, "state": "sent", **shown},
            )
        )

    def _say(self, said: Said) -> tuple[Entry, dict[str, Any]]:
        reply = self._earlier(said, said.reply_to) if said.reply_to else None
        file, shown = self._sent(said) if said.media else (None, {"text": said.text or ""})
        provider_id = str(self.store.next(f"telegram:{said.user}"))
        entry = self._entry(said, provider_id, **shown)
        message = self._message(entry)
        del message["text"]
        message |= _content(said, entry.kind, file)
        if reply is not None:
            message["reply_to_message"] = self._message(reply)
        return entry, {"message": message}

    def _tap(self, said: Said) -> tuple[Entry, dict[str, Any]]:
        asked, option = self._tapped(said)
        query_id = str(4 * 10**18 + secrets.randbelow(10**17))
        shown = {"text": option.title, "payload": option.id, "about": asked.provider_id}
        entry = self._entry(said, query_id, **shown)
        query = {
            "id": query_id,
            "from": self._person(said.user),
            "message": self._message(asked),
            "chat_instance": str(-(10**18) - int(said.user)),
            "data": option.id,
        }
        return entry, {"callback_query": query}

    def _edit(self, said: Said) -> tuple[Entry, dict[str, Any]]:
        if said.edit is None:
            raise BadRequest("the act names no message")
        earlier = self._earlier(said, said.edit.provider_id)
        new = self.store.update(earlier, text=said.edit.text)
        entry = self._entry(said, "", text=new.text, about=earlier.provider_id)
        message = {**self._message(new), "edit_date": entry.at // 1000}
        return entry, {"edited_message": message}

    def _block(self, said: Said) -> tuple[Entry, dict[str, Any]]:
        blocked = bool(said.block)
        self.store.block(self.channel, said.user, blocked)
        entry = self._entry(said, "", payload="block" if blocked else "allow")
        member = {"user": self._get_me({}), "status": "member"}
        kicked = {"user": self._get_me({}), "status": "kicked", "until_date": 0}
        old, new = (member, kicked) if blocked else (kicked, member)
        person = self._person(said.user)
        change = {
            "chat": {"id": person["id"], "first_name": person["first_name"], "type": "private"},
            "from": person,
            "date": entry.at // 1000,
            "old_chat_member": old,
            "new_chat_member": new,
        }
        return entry, {"my_chat_member": change}

    def _post(self, entry: Entry, update: dict[str, Any]) -> None:
        update_id = _FIRST_UPDATE + self.store.next("update")
        body = json.dumps({"update_id": update_id, **update}, separators=(",", ":")).encode()
        provider_id = entry.provider_id or f"update {update_id}"
        if not entry.provider_id:
            self.store.update(entry, provider_id=provider_id)
        self.webhooks.post(Webhook(self.channel, entry.user, "message", provider_id, body))


def _parameters(request: Request) -> dict[str, Any]:
    if not request.body:
        return dict(request.query)
    try:
        return request.json()
    except ValueError as error:
        raise bad("can't parse request JSON object") from error


def _content(said: Said, kind: str, file: File | None) -> dict[str, Any]:
    if file is not None:
        return _with_file(said, kind, file)
    match said.act:
        case "location":
            return {"location": said.location.model_dump() if said.location else {}}
        case "raw":
            return dict(said.raw or {})
        case _:
            return {"text": said.text}


def _with_file(said: Said, kind: str, file: File) -> dict[str, Any]:
    size = len(file.body)
    known = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": size}
    named = {**known, "mime_type": file.mime_type, "file_name": file.name}
    caption = said.photo or (said.file.caption if said.file else "")
    more = {"caption": caption} if caption else {}
    match kind:
        case "photo":
            small = {**known, "file_id": f"{file.id}s", "width": 90, "height": 67, "file_size": 900}
            return {"photo": [small, {**known, "width": 1280, "height": 960}], **more}
        case "voice":
            duration = said.voice or 1
            return {"voice": {**known, "duration": duration, "mime_type": "audio/ogg"}, **more}
        case "sticker":
            sizes = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": {**known, **sizes, "type": "regular", "emoji": said.sticker}}
        case _:
            return {kind: named, **more}


def _description(fault: Fault) -> str:
    if fault.status == 429:
        return f"Too Many Requests: retry after {fault.retry_after or 1}"
    return {500: "Internal Server Error", 502: "Bad Gateway"}.get(fault.status or 0, "told to fail")
