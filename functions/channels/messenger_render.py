"""Write messages as calls of the Send API, which Messenger and Instagram share.

Up to three options are a button template, up to thirteen quick replies. Source: the Messenger
Platform's pages on the Send API, quick replies and the button template.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from channels.base import Abilities, Call
from channels.files import FileLink
from channels.meta import BEARER
from channels.text import fit, length, numbered, split
from conversation.message import Attachment, Content, Message
from conversation.window import DAY, WindowRule

_WINDOW: Final = WindowRule(
    person=7 * DAY, opened_by=frozenset({"message", "reaction", "referral"})
)
"""Messages, taps on buttons, links into the chat and reactions open it: Meta's page on the policy.

The first message after an ad "may" open seven days; that is not counted on. No templates: Meta's
page on utility messages names four countries, none of them in Europe, and of the message tags
only the human agent's is left (general knowledge).
"""

_QUICK_REPLIES: Final = 13
_TITLE: Final = 20
_PAYLOAD = 1000
_TEMPLATE_TEXT = 640
_TEMPLATE_BUTTONS = 3

_BY_A_PERSON = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
"""Opens seven days instead of one, for what a person wrote and nothing else."""


_PICTURES: Final = dict.fromkeys(("image/jpeg", "image/png", "image/gif"), 8_000_000)
"""The kinds that both show, each with its most bytes, which are Meta's."""


def abilities(
    text_limit: int, files: Mapping[str, int], *, unmarked_echoes: bool = False
) -> Abilities:
    """Return what one of the two can show: texts so long, and these files beside pictures."""
    return Abilities(
        text_limit=text_limit,
        buttons=_QUICK_REPLIES,
        button_title=_TITLE,
        receipts=True,
        read_marks=True,
        window=_WINDOW,
        files={**_PICTURES, **files},
        unmarked_echoes=unmarked_echoes,
    )


@dataclass(frozen=True)
class Dialect:
    """How one of the two differs: the size of a text, and what stands around a message.

    `marked`: a message carries our reference, and its echo brings it back.
    """

    abilities: Abilities
    size: Callable[[str], int] = length
    envelope: Mapping[str, str] = field(default_factory=dict)
    marked: bool = False


def render(dialect: Dialect, message: Message, user: str) -> list[Call]:
    """Return the calls that send a message: long texts split, options with the last part."""
    calls = []
    mark = {"metadata": message.id} if dialect.marked else {}
    for unmarked in _bodies(dialect, message.content):
        body = {**unmarked, **mark}
        content = {"recipient": {"id": user}, "message": body}
        later = _call({**content, **_BY_A_PERSON}) if message.author == "agent" else None
        calls.append(_call({**content, **dialect.envelope}, later))
    return calls


def sender_action(user: str, action: Literal["mark_seen", "typing_on"]) -> Call:
    """Return the call of a sign: it stands alone, without a message.

    Source: Meta's page on sender actions; that Instagram takes them too is general knowledge.
    """
    body = {"recipient": {"id": user}, "sender_action": action}
    return Call("POST", "/me/messages", body, BEARER, hint=True)


def _call(body: Mapping[str, Any], after_window: Call | None = None) -> Call:
    # The token says whose messages these are.
    return Call("POST", "/me/messages", body, BEARER, after_window)


def _bodies(dialect: Dialect, content: Content) -> list[Mapping[str, Any]]:
    files = [_file(part) for part in content.attachments]
    return [*_words(dialect, content), *files] if content.text or not files else files


def _file(part: Attachment) -> Mapping[str, Any]:
    main = part.mime_type.partition("/")[0]
    kind = main if main in {"image", "audio", "video"} else "file"
    return {"attachment": {"type": kind, "payload": {"url": FileLink.to(part)}}}


def _words(dialect: Dialect, content: Content) -> list[Mapping[str, Any]]:
    options = content.buttons
    limit = dialect.abilities.text_limit
    if not fit(options, _QUICK_REPLIES, _TITLE, _PAYLOAD):
        text = numbered(content.text, options) if options else content.text
        return [{"text": part} for part in split(text, limit, dialect.size)]
    as_buttons = len(options) <= _TEMPLATE_BUTTONS
    end = min(limit, _TEMPLATE_TEXT) if as_buttons else limit
    parts = split(content.text, end, dialect.size) or ["…"]
    # What comes before the last part may use the longer limit of a plain text.
    before = content.text.rstrip().removesuffix(parts[-1])
    last = _template(content, parts[-1]) if as_buttons else _quick_replies(content, parts[-1])
    return [*({"text": part} for part in split(before, limit, dialect.size)), last]


def _template(content: Content, text: str) -> Mapping[str, Any]:
    buttons = [
        {"type": "postback", "title": option.title, "payload": option.payload}
        for option in content.buttons
    ]
    payload = {"template_type": "button", "text": text, "buttons": buttons}
    return {"attachment": {"type": "template", "payload": payload}}


def _quick_replies(content: Content, text: str) -> Mapping[str, Any]:
    replies = [
        {"content_type": "text", "title": option.title, "payload": option.payload}
        for option in content.buttons
    ]
    return {"text": text, "quick_replies": replies}
