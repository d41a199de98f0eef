"""Check what the house sends as the Telegram Bot API does; pure.

Limits: core.telegram.org/bots/api; the descriptions are those that bots meet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pforte.messengers.files import File
from pforte.messengers.store import Option

ACTIONS = frozenset(
    {
        "choose_sticker",
        "find_location",
        "record_video",
        "record_video_note",
        "record_voice",
        "typing",
        "upload_document",
        "upload_photo",
        "upload_video",
        "upload_video_note",
        "upload_voice",
    }
)


class BotError(Exception):
    """An answer of the Bot API that is no success."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.retry_after = retry_after

    def to_dict(self) -> dict[str, Any]:
        """Return the error's JSON body."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": str(self)}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


@dataclass(frozen=True)
class Outgoing:
    """A message that passed the checks."""

    user: str
    text: str
    options: tuple[Option, ...] = ()
    reply_to: str = ""
    link: str = ""


LINKED = {
    "sendPhoto": ("photo", ("image/jpeg", "image/png", "image/webp"), 5_000_000),
    "sendDocument": ("document", ("application/pdf", "application/zip", "image/gif"), 20_000_000),
    "sendAudio": ("audio", ("audio/mpeg", "audio/mp4"), 20_000_000),
    "sendVoice": ("voice", ("audio/ogg",), 1_000_000),
    "sendVideo": ("video", ("video/mp4",), 20_000_000),
}
"""What can be sent by a link: the parameter, its kinds, and the most bytes."""

FETCHED_UP_TO = 20_000_000
"""Bytes of a file that getFile tells of."""


def bad(description: str) -> BotError:
    """Return the error of a request that cannot be."""
    return BotError(400, f"Bad Request: {description}")


def read_chat(body: Mapping[str, Any]) -> str:
    """Return the chat that a request is about. Raises BotError."""
    chat = body.get("chat_id")
    if chat in (None, ""):
        raise bad("chat_id is empty")
    if not re.fullmatch(r"-?[0-9]{1,16}", str(chat)):
        raise bad("chat not found")
    return str(chat)


def read_message(body: Mapping[str, Any]) -> Outgoing:
    """Read the parameters of sendMessage. Raises BotError."""
    user = read_chat(body)
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad("message text is empty")
    if len(text) > 4096:
        raise bad("message is too long")
    if body.get("parse_mode"):
        # the simulated phone shows plain text only; a markup that it would show raw is a mistake
        raise bad("unsupported parse_mode")
    reply = body.get("reply_parameters") or {}
    return Outgoing(
        user, text, _options(body.get("reply_markup")), str(reply.get("message_id", ""))
    )


def read_linked(method: str, body: Mapping[str, Any]) -> Outgoing:
    """Read the parameters of a method that sends a file by its link. Raises BotError."""
    link = body.get(LINKED[method][0])
    caption = body.get("caption", "")
    if not isinstance(link, str) or not link.startswith(("http://", "https://")):
        raise bad("there is no file in the request")
    if not isinstance(caption, str) or len(caption) > 1024:
        raise bad("message caption is too long")
    if body.get("parse_mode"):
        raise bad("unsupported parse_mode")
    return Outgoing(read_chat(body), caption, link=link)


def check_file(method: str, file: File | None) -> None:
    """Refuse what Telegram could not fetch, or does not send this way. Raises BotError."""
    _, kinds, limit = LINKED[method]
    if file is None or len(file.body) > limit:
        raise bad("failed to get HTTP URL content")
    if file.mime_type not in kinds:
        raise bad("wrong type of the web page content")


def _options(markup: Any) -> tuple[Option, ...]:
    if not markup:
        return ()
    if not isinstance(markup, dict) or not isinstance(markup.get("inline_keyboard", []), list):
        raise bad("object expected as reply markup")
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > 100:
        raise bad("REPLY_MARKUP_TOO_LONG")
    return tuple(_option(button) for button in buttons)


def _option(button: Any) -> Option:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text, data = button.get("text"), button.get("callback_data")
    if not isinstance(text, str) or not text.strip():
        raise bad("inline keyboard button text must be non-empty")
    if data is None:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    return Option(data, text)


def read_webhook(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return URL and secret of setWebhook. Raises BotError.

    Other than Telegram's own, plain HTTP passes where it stays on this machine.
    """
    url, secret = str(body.get("url", "")), str(body.get("secret_token", ""))
    parts = urlsplit(url)
    if url and parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.scheme == "https" and parts.port not in (None, 443, 80, 88, 8443):
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad("secret token contains unallowed characters")
    return url, secret
