"""Check what the house sends as the WhatsApp Cloud API does; pure.

Limits and codes: Meta's "Messages" and "Error codes" pages as pywa and nyaruka/courier have them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pforte.messengers.files import File
from pforte.messengers.meta_error import MetaError
from pforte.messengers.store import Option

PHONE = re.compile(r"\+?[0-9]{7,15}")
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")

TITLES = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131050: "Unable to deliver the message",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Template Param Count Mismatch",
    132001: "Template does not exist",
    132015: "Template is Paused",
    132016: "Template is Disabled",
    132018: "Template parameter is not valid",
    133016: "Account register rate limit exceeded",
}


class GraphError(MetaError):
    """An answer of the Graph API that is no success."""

    statuses: ClassVar[Mapping[int, int]] = {
        4: 429,
        190: 401,
        130429: 429,
        131000: 500,
        131016: 503,
        131056: 429,
        132001: 404,
    }

    def to_dict(self) -> dict[str, Any]:
        """Return the error's JSON body: known codes have a title, and the words beside it."""
        body = super().to_dict()
        if self.code in TITLES:
            body["error"]["message"] = f"(#{self.code}) {TITLES[self.code]}"
            body["error"]["error_data"] = {
                "messaging_product": "whatsapp",
                "details": self.details,
            }
        return body


@dataclass(frozen=True)
class Outgoing:
    """A message that passed: `user` is the number's digits or the business-scoped id.

    `template` is a template's name, with its `language` and the `values` of its placeholders.
    """

    user: str
    text: str
    options: tuple[Option, ...] = ()
    menu: str = ""
    reference: str = ""
    reply_to: str = ""
    kind: str = "text"
    link: str = ""
    filename: str = ""
    template: str = ""
    language: str = ""
    values: tuple[str, ...] = ()


def read_message(body: Mapping[str, Any]) -> Outgoing:
    """Read the body of `POST /{phone_number_id}/messages`. Raises GraphError."""
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    user = _recipient(body)
    reference = _text(body, "biz_opaque_callback_data", 512, required=False)
    context = body.get("context", {})
    reply_to = _text(context, "message_id", 256, required=False)
    kind = body.get("type", "text")
    if kind == "text":
        text = _text(_object(body, "text"), "body", 4096)
        return Outgoing(user, text, reference=reference, reply_to=reply_to)
    if kind == "interactive":
        text, options, menu = _interactive(_object(body, "interactive"))
        return Outgoing(user, text, options, menu, reference, reply_to)
    if kind == "template":
        template = _object(body, "template")
        return Outgoing(
            user,
            "",
            reference=reference,
            reply_to=reply_to,
            kind=kind,
            template=_text(template, "name", 512),
            language=_text(_object(template, "language"), "code", 16),
            values=_values(template),
        )
    if kind in _FILES:
        part = _object(body, kind)
        caption = _text(part, "caption", 1024, required=False) if kind != "audio" else ""
        return Outgoing(
            user,
            caption,
            reference=reference,
            reply_to=reply_to,
            kind=kind,
            link=_text(part, "link", 4096),
            filename=_text(part, "filename", 240, required=False),
        )
    raise GraphError(131051, f"Unsupported message type: {kind}")


def _values(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of the body, the only component with parameters that is played."""
    values: list[str] = []
    for component in template.get("components", ()):
        if component.get("type") != "body":
            raise GraphError(132018, f"Unexpected component: {component.get('type')}")
        for parameter in _items(component, "parameters", 100):
            if parameter.get("type") != "text":
                raise GraphError(132018, f"Unexpected parameter: {parameter.get('type')}")
            values.append(_text(parameter, "text", 1024))
    return tuple(values)


def refusal_of(outgoing: Outgoing, file: File | None) -> int | None:
    """Return the code of a file that cannot be sent: out of reach, of another kind, too large."""
    kinds, limit = _FILES[outgoing.kind]
    fits = file is not None and file.mime_type in kinds and len(file.body) <= limit
    return None if fits else 131053


_DOCUMENTS = "application/vnd.openxmlformats-officedocument."
_FILES: Mapping[str, tuple[frozenset[str], int]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5_000_000),
    "audio": (
        frozenset({"audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"}),
        16_000_000,
    ),
    "video": (frozenset({"video/mp4", "video/3gpp"}), 16_000_000),
    "document": (
        frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                f"{_DOCUMENTS}wordprocessingml.document",
                f"{_DOCUMENTS}spreadsheetml.sheet",
                f"{_DOCUMENTS}presentationml.presentation",
            }
        ),
        100_000_000,
    ),
}
"""What each type of message may carry, and how many bytes."""


def _recipient(body: Mapping[str, Any]) -> str:
    to, recipient = body.get("to"), body.get("recipient")
    if not to and not recipient:
        raise GraphError(131008, "The parameter to is required.")
    if to:
        if not (isinstance(to, str) and PHONE.fullmatch(to)):
            raise GraphError(131009, "Param to must be a valid WhatsApp phone number")
        return to.removeprefix("+")
    if not (isinstance(recipient, str) and BSUID.fullmatch(recipient)):
        raise GraphError(131009, "Param recipient must be a valid business-scoped user ID")
    return recipient


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise GraphError(131008, f"The parameter {name} is required.")
    return value


def _text(parent: Mapping[str, Any], name: str, limit: int, *, required: bool = True) -> str:
    value = parent.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise GraphError(131008, f"The parameter {name} is required.")
    if len(value) > limit:
        raise GraphError(100, f"Param {name} must be at most {limit} characters long.")
    return value


def _items(parent: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    value = parent.get(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(131008, f"The parameter {name} is required.")
    if not 1 <= len(value) <= most:
        raise GraphError(131009, f"Invalid {name} count. Min allowed: 1, Max allowed: {most}")
    return value


def _interactive(body: Mapping[str, Any]) -> tuple[str, tuple[Option, ...], str]:
    text = _text(_object(body, "body"), "text", 1024)
    if "footer" in body:
        _text(_object(body, "footer"), "text", 60)
    if body.get("header", {}).get("type") == "text":
        _text(body["header"], "text", 60)
    action = _object(body, "action")
    if body.get("type") == "button":
        return text, _distinct(_buttons(action)), ""
    if body.get("type") == "list":
        return text, _distinct(_rows(action)), _text(action, "button", 20)
    raise GraphError(131009, f"Unsupported interactive type: {body.get('type')}")


def _buttons(action: Mapping[str, Any]) -> list[Option]:
    options = []
    for button in _items(action, "buttons", 3):
        if button.get("type") != "reply":
            raise GraphError(131009, "Button type must be reply")
        reply = _object(button, "reply")
        options.append(Option(_text(reply, "id", 256), _text(reply, "title", 20)))
    if len({option.title for option in options}) < len(options):
        raise GraphError(131009, "Duplicate button titles are not allowed")
    return options


def _rows(action: Mapping[str, Any]) -> list[Option]:
    sections = _items(action, "sections", 10)
    options = []
    for section in sections:
        _text(section, "title", 24, required=len(sections) > 1)
        for row in _items(section, "rows", 10):
            description = _text(row, "description", 72, required=False)
            options.append(Option(_text(row, "id", 200), _text(row, "title", 24), description))
    if len(options) > 10:
        raise GraphError(131009, "Total row count exceed max allowed count: 10")
    return options


def _distinct(options: list[Option]) -> tuple[Option, ...]:
    if len({option.id for option in options}) < len(options):
        raise GraphError(131009, "Duplicated ids are not allowed")
    return tuple(options)
