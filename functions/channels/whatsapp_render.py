"""Write messages as calls of the WhatsApp Cloud API: text, buttons, lists, files, templates.

Lengths in UTF-16 code units. Source: the Cloud API's pages on text, interactive and template
messages and on supported media types.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from channels.base import Abilities, Call
from channels.files import OFFICE, FileLink
from channels.meta import BEARER
from channels.text import fit, length, numbered, split
from conversation.message import Attachment, Content, Message
from conversation.template import FilledTemplate
from conversation.window import WindowRule

ABILITIES: Final = Abilities(
    text_limit=4096,
    buttons=3,
    button_title=20,
    list_rows=10,
    row_title=24,
    own_reference=True,
    receipts=True,
    # Each reply is billed, also within the window: reported for October 2026 and later.
    joins="texts",
    read_marks=True,
    # A message opens it ("messages you or calls you", Meta's page on sending messages); that a
    # reaction does is said nowhere, and calls do not reach us.
    window=WindowRule(templates=True),
    files={
        **dict.fromkeys(("image/jpeg", "image/png"), 5_000_000),
        **dict.fromkeys(
            ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), 16_000_000
        ),
        **dict.fromkeys(("video/mp4", "video/3gpp"), 16_000_000),
        **dict.fromkeys(("text/plain", "application/pdf", *OFFICE), 100_000_000),
    },
)

_INTERACTIVE_BODY = 1024
_CAPTION = 1024
_BUTTON_ID = 256
_ROW_ID = 200
_OPENER = 20
_DEFAULT_OPENER = "☰"
"""Opens a list where nobody named it: the same in every language."""

_BUSINESS_SCOPED_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]+")


def render(message: Message, account: str, user: str) -> list[Call]:
    """Return the calls that send a message: long texts split, options with the last part."""
    bodies = _bodies(message.content)
    # A business-scoped id stands for a customer whose number is hidden.
    key = "recipient" if _BUSINESS_SCOPED_ID.fullmatch(user) else "to"
    envelope = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        key: user,
        "biz_opaque_callback_data": message.id,
    }
    return [
        Call(
            method="POST",
            path=f"/{quote(account, safe='')}/messages",
            json={**envelope, **body},
            headers=BEARER,
        )
        for body in bodies
    ]


def read_mark(account: str, seen: str, *, typing: bool) -> Call | None:
    """Return the call of a read mark, with or without typing: None without a message to name.

    Source: Meta's page on typing indicators.
    """
    if not seen:
        return None
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": seen}
    return Call(
        method="POST",
        path=f"/{quote(account, safe='')}/messages",
        json={**mark, "typing_indicator": {"type": "text"}} if typing else mark,
        headers=BEARER,
        hint=True,
    )


def _bodies(content: Content) -> list[Mapping[str, Any]]:
    if content.template is not None:
        return [_template(content.template)]
    if content.attachments:
        return _files(content)
    action = _action(content)
    if action is None:
        text = numbered(content.text, content.buttons) if content.buttons else content.text
        return _texts(text)
    parts = split(content.text, _INTERACTIVE_BODY) or ["…"]
    # What comes before the last part may use the longer limit of a plain text.
    before = content.text.rstrip().removesuffix(parts[-1])
    interactive = {"body": {"text": parts[-1]}, **action}
    return [*_texts(before), {"type": "interactive", "interactive": interactive}]


def _template(filled: FilledTemplate) -> Mapping[str, Any]:
    """Return the message of a template whose placeholders are numbers, all of them in its body."""
    parameters = [{"type": "text", "text": value} for value in filled.parameters]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    template = {"name": filled.name, "language": {"code": filled.language}}
    return {"type": "template", "template": {**template, "components": components}}


def _files(content: Content) -> list[Mapping[str, Any]]:
    """Return a message per file; a text that is no longer than a caption stands under the first."""
    first, *others = content.attachments
    fits = length(content.text) <= _CAPTION and not first.mime_type.startswith("audio/")
    bodies = [_file(first, content.text if fits else ""), *(_file(part, "") for part in others)]
    return bodies if fits else [*_texts(content.text), *bodies]


def _file(part: Attachment, caption: str) -> Mapping[str, Any]:
    main = part.mime_type.partition("/")[0]
    kind = main if main in {"image", "audio", "video"} else "document"
    body: dict[str, Any] = {"link": FileLink.to(part)}
    if caption.strip():
        body["caption"] = caption
    if kind == "document":
        body["filename"] = part.filename
    return {"type": kind, kind: body}


def _texts(text: str) -> list[Mapping[str, Any]]:
    return [{"type": "text", "text": {"body": part}} for part in split(text, ABILITIES.text_limit)]


def _action(content: Content) -> Mapping[str, Any] | None:
    """Return buttons, else a list, None where neither can show the options."""
    options = content.buttons
    if not content.menu and fit(options, ABILITIES.buttons, ABILITIES.button_title, _BUTTON_ID):
        replies = [
            {"type": "reply", "reply": {"id": option.payload, "title": option.title}}
            for option in options
        ]
        return {"type": "button", "action": {"buttons": replies}}
    if fit(options, ABILITIES.list_rows, ABILITIES.row_title, _ROW_ID):
        rows = [{"id": option.payload, "title": option.title} for option in options]
        opener = content.menu if length(content.menu) <= _OPENER else ""
        action = {"button": opener or _DEFAULT_OPENER, "sections": [{"rows": rows}]}
        return {"type": "list", "action": action}
    return None
