"""Speak Telegram (Bot API): one bot is one account, named by its user name.

Secrets of an account: `access_token` (BotFather's), `secret_token` (ours, told with setWebhook).
"""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from channels import reasons, telegram_parse
from channels.base import (
    Abilities,
    Call,
    Channel,
    Outcome,
    ProviderResponse,
    Refused,
    RetryAfter,
    Secrets,
    Sent,
    WebhookRequest,
)
from channels.files import Download, FileLink, Lost
from channels.loose import load, mapping, text
from channels.text import length, numbered, split
from conversation.errors import Malformed, Unavailable
from conversation.incoming import Incoming
from conversation.media import GONE, TOO_LARGE
from conversation.message import Button, Content, Message
from conversation.understanding import Language

_CALLBACK_DATA = 64
"""Bytes."""

_CAPTION = 1024

_LINKED: Final[Mapping[str, tuple[str, str, int]]] = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp"), ("sendPhoto", "photo", 5_000_000)),
    **dict.fromkeys(("application/pdf", "image/gif"), ("sendDocument", "document", 20_000_000)),
    **dict.fromkeys(("audio/mpeg", "audio/mp4"), ("sendAudio", "audio", 20_000_000)),
    "audio/ogg": ("sendVoice", "voice", 1_000_000),
    "video/mp4": ("sendVideo", "video", 20_000_000),
}
"""What can be sent by a link: method, parameter, most bytes (Bot API, "Sending by URL")."""

_FETCHED_UP_TO = 20_000_000
"""Bytes of a file that a bot may fetch (Bot API, getFile)."""

_SERVER_TROUBLE = RetryAfter(5, account=False)


class Telegram(Channel):
    """The Telegram Bot API."""

    name = "telegram"
    title = "Telegram"
    base_url = "https://api.telegram.org"
    # Lengths in UTF-16 code units; the API sets no limit to a button's title.
    abilities = Abilities(
        text_limit=4096,
        buttons=100,
        button_title=64,
        files={mime_type: limit for mime_type, (_, _, limit) in _LINKED.items()},
        file_in=_FETCHED_UP_TO,
    )

    def verify(self, request: WebhookRequest, secrets: Secrets) -> bool:
        """Compare `X-Telegram-Bot-Api-Secret-Token` with ours; the body itself is not signed."""
        ours = secrets.get("secret_token", "")
        theirs = request.headers.get("x-telegram-bot-api-secret-token", "")
        return bool(ours) and hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Return the events of a webhook body. Raises Malformed."""
        return telegram_parse.parse(body, account)

    def acknowledge(self, body: bytes, events: Sequence[Incoming]) -> str:
        """Answer a tapped button, or its clock turns for a minute.

        Telegram takes one method in the answer to a webhook.
        """
        taps = [event.provider_id for event in events if event.raw_kind == "callback_query"]
        if not taps:
            return ""
        return json.dumps({"method": "answerCallbackQuery", "callback_query_id": taps[0]})

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the calls that send a message as plain text, options under its last part."""
        content = message.content
        if content.attachments:
            return _files(user, content)
        keyboard = _keyboard(content.buttons)
        words = content.text
        if keyboard:
            words = words if words.strip() else "…"
        elif content.buttons:
            words = numbered(words, content.buttons)
        calls = [_send(user, part) for part in split(words, self.abilities.text_limit)]
        if keyboard:
            calls[-1] = _send(user, str(calls[-1].json["text"]), reply_markup=keyboard)
        return calls

    def deep_link(self, account: str, secrets: Secrets, code: str, language: Language) -> str:
        """Return a link to the bot; the code arrives as `/start <code>` once Start is tapped."""
        name = secrets.get("public_name") or account
        return f"https://t.me/{name}?start={code}"

    def show_typing(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that shows that we type, for up to 5 s; bots can mark nothing as read."""
        return replace(_call("sendChatAction", user, {"action": "typing"}), hint=True)

    def outcome(self, response: ProviderResponse) -> Outcome:
        """Say what the answer means: by `error_code`; 400 has only its description to go by."""
        try:
            body = load(response.body)
        except Malformed:
            body = {}
        if response.status < 300 and body.get("ok") is not False:
            return Sent(text(mapping(body.get("result")).get("message_id")))
        code = body.get("error_code")
        status = code if isinstance(code, int) else response.status
        if status == 429:
            seconds = mapping(body.get("parameters")).get("retry_after")
            return RetryAfter(max(seconds, 1) if isinstance(seconds, int) else 30)
        if status >= 500:
            return _SERVER_TROUBLE
        return Refused(_reason(status, text(body.get("description"))), str(status))

    def locate(self, reference: str) -> Call:
        """Return the call that tells a file's path; it holds for an hour."""
        return Call("POST", "/bot{access_token}/getFile", {"file_id": reference})

    def located(self, response: ProviderResponse) -> Download | Lost:
        """Read the file's path: the link holds the bot's token. Raises Unavailable."""
        try:
            body = load(response.body)
        except Malformed:
            body = {}
        path = text(mapping(body.get("result")).get("file_path"))
        if body.get("ok") is True and path:
            return Download("/file/bot{access_token}/" + quote(path), is_path=True)
        if response.status == 400:
            too_big = "too big" in text(body.get("description")).lower()
            return Lost(TOO_LARGE if too_big else GONE)
        raise Unavailable(f"getFile is answered with {response.status}")


CHANNEL: Final = Telegram()


def _send(user: str, part: str, **more: object) -> Call:
    """Return a sendMessage without parse_mode: nothing in the text is markup."""
    what = {"text": part, "link_preview_options": {"is_disabled": True}, **more}
    return _call("sendMessage", user, what)


def _call(method: str, user: str, what: Mapping[str, object]) -> Call:
    chat = int(user) if re.fullmatch("-?[0-9]{1,18}", user) else user
    return Call("POST", f"/bot{{access_token}}/{method}", {"chat_id": chat, **what})


def _files(user: str, content: Content) -> list[Call]:
    """Return a call per file; a text that is no longer than a caption stands under the first.

    How Telegram names a document that it fetches is not documented.
    """
    fits = length(content.text) <= _CAPTION
    before = [] if fits else split(content.text, Telegram.abilities.text_limit)
    calls = [_send(user, part) for part in before]
    caption = content.text if fits else ""
    for part in content.attachments:
        method, parameter, _ = _LINKED[part.mime_type]
        under = {"caption": caption} if caption.strip() else {}
        calls.append(_call(method, user, {parameter: FileLink.to(part), **under}))
        caption = ""
    return calls


def _keyboard(options: Sequence[Button]) -> dict[str, Any] | None:
    """Return the options one below the other, None where they don't fit."""
    fit = 0 < len(options) <= Telegram.abilities.buttons and all(
        option.title.strip() and 0 < len(option.payload.encode()) <= _CALLBACK_DATA
        for option in options
    )
    if not fit:
        return None
    rows = [[{"text": option.title, "callback_data": option.payload}] for option in options]
    return {"inline_keyboard": rows}


def _reason(status: int, description: str) -> str:
    """Return our word for a refusal. 403: blocked, deactivated, or thrown out of the group."""
    if status == 403:
        return reasons.BLOCKED
    if status in {401, 404}:
        # An unknown token makes an unknown path.
        return reasons.TOKEN_INVALID
    words = description.lower()
    if status == 413 or "too long" in words:
        return reasons.TOO_LONG
    if re.search("chat not found|user not found|peer_id_invalid|upgraded to a supergroup", words):
        return reasons.NOT_REACHABLE
    return reasons.BAD_REQUEST
