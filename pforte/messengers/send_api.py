"""Check what the house sends as the Send API of Messenger and Instagram does; pure.

Limits: Meta's pages on the Send API, quick replies and the button template.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pforte.messengers.files import File
from pforte.messengers.meta_error import MetaError
from pforte.messengers.store import Option

WINDOW_CLOSED = {"messenger": 2018278, "instagram": 2534022}
_TEXT_LIMIT = {"messenger": 2000, "instagram": 1000}


class SendError(MetaError):
    """An answer of the Send API that is no success."""

    statuses: ClassVar[Mapping[int, int]] = {1: 500, 2: 500, 4: 429, 190: 401, 613: 429}


@dataclass(frozen=True)
class Outgoing:
    """A message that passed; `kind` says whether its options are buttons of a template."""

    user: str
    text: str
    kind: Literal["text", "template", "image", "audio", "video", "file"] = "text"
    options: tuple[Option, ...] = ()
    by_person: bool = False
    metadata: str = ""
    link: str = ""


def read_message(channel: str, body: Mapping[str, Any]) -> Outgoing:
    """Read the body of `POST /me/messages`. Raises SendError."""
    user = _recipient(body)
    by_person = _by_person(body)
    message = _object(body, "message")
    metadata = message.get("metadata", "")
    if not isinstance(metadata, str) or len(metadata) > 1000:
        raise SendError(100, "Length of param message[metadata] must be at most 1000")
    if "attachment" in message:
        attachment = _object(message, "attachment")
        template = _object(attachment, "payload")
        kind = attachment.get("type")
        if kind in ("image", "audio", "video", "file"):
            return Outgoing(user, "", kind, (), by_person, metadata, _text(template, "url", 4096))
        if template.get("template_type") != "button":
            raise SendError(100, "Invalid template type")
        text = _text(template, "text", 640)
        options = _options(template, "buttons", 3, "postback")
        return Outgoing(user, text, "template", options, by_person, metadata)
    text = _text(message, "text", _TEXT_LIMIT[channel], in_bytes=channel == "instagram")
    options = ()
    if "quick_replies" in message:
        options = _options(message, "quick_replies", 13, "text", kind="content_type")
    return Outgoing(user, text, "text", options, by_person, metadata)


def check_file(channel: str, outgoing: Outgoing, file: File | None) -> None:
    """Refuse a file that cannot be fetched, or is none that goes this way. Raises SendError."""
    if not outgoing.link:
        return
    kinds = {**_FILES, **(_OF_INSTAGRAM if channel == "instagram" else {})}[outgoing.kind]
    limit = 8_000_000 if outgoing.kind == "image" else 25_000_000
    if file is None or len(file.body) > limit:
        raise SendError(100, "Failed to fetch the file from the url", 2018008)
    if not file.mime_type.startswith(kinds):
        raise SendError(100, "Upload attachment failure", 2018047)


_FILES: Mapping[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png", "image/gif"),
    "audio": ("audio/",),
    "video": ("video/",),
    "file": ("",),
}
_OF_INSTAGRAM: Mapping[str, tuple[str, ...]] = {
    "audio": ("audio/aac", "audio/mp4", "audio/wav"),
    "video": ("video/mp4", "video/quicktime", "video/webm"),
    "file": ("application/pdf",),
}
"""Beginnings of the types that each kind of attachment may have."""


def _recipient(body: Mapping[str, Any]) -> str:
    user = _object(body, "recipient").get("id")
    if not (isinstance(user, str) and user.isdecimal()):
        raise SendError(100, "Param recipient[id] must be a valid ID string")
    return user


def _by_person(body: Mapping[str, Any]) -> bool:
    kind, tag = body.get("messaging_type", "RESPONSE"), body.get("tag")
    if kind not in {"RESPONSE", "UPDATE", "MESSAGE_TAG"}:
        raise SendError(100, "Param messaging_type must be one of RESPONSE, UPDATE, MESSAGE_TAG")
    if (kind == "MESSAGE_TAG") != (tag is not None) or tag not in {None, "HUMAN_AGENT"}:
        raise SendError(100, "Invalid tag")
    return tag is not None


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise SendError(100, f"The parameter {name} is required.")
    return value


def _text(parent: Mapping[str, Any], name: str, limit: int, *, in_bytes: bool = False) -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SendError(100, f"The parameter {name} is required.")
    if len(value.encode() if in_bytes else value) > limit:
        raise SendError(100, f"Length of param {name} must be less than or equal to {limit}")
    return value


def _options(
    parent: Mapping[str, Any], name: str, most: int, wanted: str, kind: str = "type"
) -> tuple[Option, ...]:
    listed = parent.get(name)
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        raise SendError(100, f"Param {name} must have 1 to {most} elements")
    for one in listed:
        if not isinstance(one, dict) or one.get(kind) != wanted:
            raise SendError(100, f"Param {name}[{kind}] must be {wanted}")
    return tuple(Option(_text(one, "payload", 1000), _text(one, "title", 20)) for one in listed)
