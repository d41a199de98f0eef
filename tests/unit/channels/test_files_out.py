"""Files of ours as each messenger takes them: a link that only `deliver` fills in, text with it."""

import json
from typing import Any

import pytest

from channels.base import Call
from channels.files import FileLink
from channels.registry import CHANNELS
from conversation.message import Attachment, AttachmentKind, Content, Message

CAPTION = "Hier ist Ihre Rechnung."
LONG = "Wort " * 300


def _part(
    mime_type: str, name: str = "Rechnung.pdf", kind: AttachmentKind = "document"
) -> Attachment:
    return Attachment(kind=kind, mime_type=mime_type, filename=name, size=9, place="c/e/0")


def _calls(channel: str, text: str, *parts: Attachment, user: str = "5") -> list[Call]:
    message = Message(
        id="c.1.00",
        author="agent",
        address=f"{channel}:1:{user}",
        content=Content(text=text, attachments=parts),
        sent_at=0,
    )
    return CHANNELS[channel].render(message, "1", user)


def _link(mime_type: str, name: str = "Rechnung.pdf") -> FileLink:
    return FileLink("c/e/0", mime_type, name)


@pytest.mark.parametrize(
    ("mime_type", "kind", "more"),
    [
        ("image/jpeg", "image", {}),
        ("video/mp4", "video", {}),
        ("application/pdf", "document", {"filename": "Rechnung.pdf"}),
        ("text/plain", "document", {"filename": "Rechnung.pdf"}),
    ],
)
def test_whatsapp_gets_one_bubble(mime_type: str, kind: str, more: dict[str, Any]) -> None:
    """The text stands under the file: each message that is sent costs."""
    [call] = _calls("whatsapp", CAPTION, _part(mime_type))
    assert call.json["type"] == kind
    assert call.json[kind] == {"link": _link(mime_type), "caption": CAPTION, **more}


def test_whatsapp_sound_carries_no_text() -> None:
    """The text goes before it."""
    text, sound = _calls("whatsapp", CAPTION, _part("audio/ogg"))
    assert text.json["text"] == {"body": CAPTION}
    assert sound.json["audio"] == {"link": _link("audio/ogg")}


@pytest.mark.parametrize(
    ("mime_type", "method", "parameter"),
    [
        ("image/png", "sendPhoto", "photo"),
        ("application/pdf", "sendDocument", "document"),
        ("audio/ogg", "sendVoice", "voice"),
        ("audio/mpeg", "sendAudio", "audio"),
        ("video/mp4", "sendVideo", "video"),
    ],
)
def test_telegram_has_a_method_for_each(mime_type: str, method: str, parameter: str) -> None:
    """By their link, the text under the first."""
    first, second = _calls("telegram", CAPTION, _part(mime_type), _part(mime_type))
    assert first.path == second.path == f"/bot{{access_token}}/{method}"
    assert first.json == {"chat_id": 5, parameter: _link(mime_type), "caption": CAPTION}
    assert second.json == {"chat_id": 5, parameter: _link(mime_type)}


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
@pytest.mark.parametrize(
    ("mime_type", "kind"), [("image/png", "image"), ("application/pdf", "file")]
)
def test_messenger_and_instagram_send_the_text_first(
    channel: str, mime_type: str, kind: str
) -> None:
    """An attachment of the Send API has no words of its own; a person's goes past the window."""
    text, file = _calls(channel, CAPTION, _part(mime_type))
    assert text.json["message"]["text"] == CAPTION
    payload = {"url": _link(mime_type)}
    assert file.json["message"]["attachment"] == {"type": kind, "payload": payload}
    assert file.after_window is not None


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "messenger", "instagram"])
def test_a_file_alone_is_one_call(channel: str) -> None:
    """No empty text goes before or under it."""
    [call] = _calls(channel, "", _part("image/jpeg"))
    assert "caption" not in str(call.json)


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_text_that_is_too_long_to_stand_under_a_file_goes_before_it(channel: str) -> None:
    """Nothing of it is cut off."""
    calls = _calls(channel, LONG, _part("image/jpeg"))
    said = "".join(str(call.json.get("text", "")) for call in calls[:-1])
    assert said.count("Wort") == 300
    assert "caption" not in str(calls[-1].json)


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "messenger", "instagram"])
def test_every_kind_that_is_offered_is_rendered(channel: str) -> None:
    """What the desk lets an agent choose can be sent."""
    files = CHANNELS[channel].abilities.files
    assert {"image/jpeg", "application/pdf"} <= files.keys()
    for mime_type in files:
        calls = _calls(channel, "", _part(mime_type))
        assert len(calls) == 1
        shown = json.dumps(calls[0].json, default=lambda link: link.mime_type)
        assert mime_type in shown
