"""What our messages become on Messenger's and Instagram's wire."""

from typing import Any

import pytest

from channels.base import Call
from channels.registry import CHANNELS
from channels.text import octets
from conversation.message import Author, Button, Content, Message

USER = "5200000000000001"


def message(text: str = "Frage?", *titles: str, author: Author = "bot") -> Message:
    buttons = tuple(Button(title=title, payload=f"k.{n}") for n, title in enumerate(titles))
    content = Content(text=text, buttons=buttons)
    return Message(id="c.1.0", author=author, address=None, content=content, sent_at=0)


def rendered(given: Message, name: str = "messenger") -> list[Call]:
    return CHANNELS[name].render(given, "1/../{app_secret}", USER)


def said(call: Call) -> Any:
    return call.json["message"]


def test_messenger_text() -> None:
    """A text answers the customer and is marked as ours; the call has but the token's name."""
    assert rendered(message("*Guten Tag* <b>")) == [
        Call(
            method="POST",
            path="/me/messages",
            json={
                "recipient": {"id": USER},
                "message": {"text": "*Guten Tag* <b>", "metadata": "c.1.0"},
                "messaging_type": "RESPONSE",
            },
            headers={"Authorization": "Bearer {access_token}"},
        )
    ]


def test_instagram_text() -> None:
    """Instagram names no type of an answer."""
    [call] = rendered(message(), "instagram")
    assert call.json == {"recipient": {"id": USER}, "message": {"text": "Frage?"}}


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_only_a_persons_words_may_come_later(name: str) -> None:
    """Past the window a person's reply carries the human-agent tag; the bot's never does."""
    [by_agent] = rendered(message(author="agent"), name)
    assert "tag" not in by_agent.json
    assert by_agent.after_window is not None
    later = by_agent.after_window.json
    assert (later["messaging_type"], later["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert later["message"] == by_agent.json["message"]
    for author in ("bot", "system"):
        [call] = rendered(message(author=author), name)
        assert call.after_window is None


@pytest.mark.parametrize("titles", [("Ja",), ("Ja", "Nein", "Vielleicht")])
def test_up_to_three_options_are_buttons(titles: tuple[str, ...]) -> None:
    """Buttons stay in the chat and bring their payloads back."""
    [call] = rendered(message("Frage?", *titles))
    assert said(call)["attachment"] == {
        "type": "template",
        "payload": {
            "template_type": "button",
            "text": "Frage?",
            "buttons": [
                {"type": "postback", "title": title, "payload": f"k.{number}"}
                for number, title in enumerate(titles)
            ],
        },
    }


@pytest.mark.parametrize("number", [4, 13])
def test_up_to_thirteen_options_are_quick_replies(number: int) -> None:
    """More options than buttons are quick replies under the text."""
    titles = [f"Option {n}" for n in range(number)]
    [call] = rendered(message("Frage?", *titles))
    assert said(call)["text"] == "Frage?"
    assert [reply["title"] for reply in said(call)["quick_replies"]] == titles
    assert [reply["payload"] for reply in said(call)["quick_replies"]] == [
        f"k.{n}" for n in range(number)
    ]


@pytest.mark.parametrize(
    "titles", [tuple("abcdefghijklmn"), ("ein Titel mit 21 Zei.",), ("gleich", "gleich"), (" ",)]
)
def test_options_that_do_not_fit_are_numbered(titles: tuple[str, ...]) -> None:
    """What cannot be shown as an option is a numbered line."""
    [call] = rendered(message("Frage?", *titles))
    lines = [f"{number} {title}" for number, title in enumerate(titles, 1)]
    assert said(call)["text"] == "\n".join(["Frage?", "", *lines]).strip()
    assert not said(call).keys() & {"quick_replies", "attachment"}


@pytest.mark.parametrize(("number", "limit"), [(2, 640), (5, 2000)])
def test_a_long_text_carries_its_options_last(number: int, limit: int) -> None:
    """Nothing of a long text is lost, and the options stand under its end."""
    text = " ".join(f"Satz Nummer {n}." for n in range(400))
    *before, last = map(said, rendered(message(text, *map(str, range(number)))))
    end = last["attachment"]["payload"]["text"] if number == 2 else last["text"]
    assert " ".join([*(part["text"] for part in before), end]) == text
    assert all(len(part["text"]) <= 2000 for part in before)
    assert len(end) <= limit


def test_instagram_counts_bytes() -> None:
    """Umlauts and emoji count for what they take: no part is over 1000 bytes."""
    text = "Größe übermäßig 👩‍🚒 " * 100
    parts = [said(call)["text"] for call in rendered(message(text), "instagram")]
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(octets(part) <= 1000 for part in parts)


def test_options_need_words() -> None:
    """A question without words gets an ellipsis; nothing to say makes no call."""
    [call] = rendered(message("", "Ja"))
    assert said(call)["attachment"]["payload"]["text"] == "…"
    assert rendered(message("  ")) == []
