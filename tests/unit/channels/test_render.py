"""What our messages become on the wire."""

import pytest

from channels.base import Call
from channels.telegram import CHANNEL as TELEGRAM
from channels.text import numbered, split
from channels.webchat import CHANNEL as WEBCHAT
from channels.whatsapp import CHANNEL as WHATSAPP
from conversation.message import Button, Content, Message

ACCOUNT, USER = "100200300400500", "491700000001"


def message(text: str = "Was möchten Sie?", *titles: str, menu: str = "") -> Message:
    buttons = tuple(
        Button(title=title, payload=f"/{number}") for number, title in enumerate(titles)
    )
    content = Content(text=text, buttons=buttons, menu=menu)
    return Message(id="c.1.0", author="bot", address=None, content=content, sent_at=0)


def whatsapp(given: Message, user: str = USER) -> list[Call]:
    return WHATSAPP.render(given, ACCOUNT, user)


def telegram(given: Message, user: str = "5100000001") -> list[Call]:
    return TELEGRAM.render(given, "7000000001", user)


def test_whatsapp_text() -> None:
    """A text goes to the number from our account, with our own reference and no secret in it."""
    assert whatsapp(message("*Guten Tag* <b>")) == [
        Call(
            method="POST",
            path=f"/{ACCOUNT}/messages",
            json={
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": USER,
                "biz_opaque_callback_data": "c.1.0",
                "type": "text",
                "text": {"body": "*Guten Tag* <b>"},
            },
            headers={"Authorization": "Bearer {access_token}"},
        )
    ]


@pytest.mark.parametrize("user", ["DE.13491208655302741918", "US.ENT.11815799212886844830"])
def test_whatsapp_to_a_hidden_number(user: str) -> None:
    """A business-scoped id is a recipient, not a number."""
    (call,) = whatsapp(message(), user)
    assert call.json["recipient"] == user
    assert "to" not in call.json


def test_whatsapp_account_cannot_change_the_path() -> None:
    """Whatever stands in an account's name stays one part of the path, and asks for no secret."""
    (call,) = WHATSAPP.render(message(), "1/../{app_secret}?", USER)
    assert call.path == "/1%2F..%2F%7Bapp_secret%7D%3F/messages"


def test_whatsapp_buttons() -> None:
    """Up to three short options are buttons whose payloads come back."""
    (call,) = whatsapp(message("Frage?", "Ja", "Nein"))
    assert call.json["interactive"] == {
        "type": "button",
        "body": {"text": "Frage?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "/0", "title": "Ja"}},
                {"type": "reply", "reply": {"id": "/1", "title": "Nein"}},
            ]
        },
    }


@pytest.mark.parametrize(
    "titles", [("1", "2", "3", "4"), tuple("abcdefghij"), ("ein Titel mit 21 Zei.", "b")]
)
def test_whatsapp_list(titles: tuple[str, ...]) -> None:
    """Up to ten options, or longer ones, are a list."""
    (call,) = whatsapp(message("Frage?", *titles))
    interactive = call.json["interactive"]
    assert interactive["type"] == "list"
    assert [row["title"] for row in interactive["action"]["sections"][0]["rows"]] == list(titles)
    assert 0 < len(interactive["action"]["button"]) <= 20


def test_whatsapp_menu_names_the_lists_opener() -> None:
    """A menu is a list even where buttons would do; an opener that is too long is not shown."""
    (call,) = whatsapp(message("Frage?", "Ja", menu="Auswählen"))
    assert call.json["interactive"]["action"]["button"] == "Auswählen"
    (call,) = whatsapp(message("Frage?", "Ja", menu="x" * 21))
    assert len(call.json["interactive"]["action"]["button"]) <= 20


@pytest.mark.parametrize(
    "titles", [tuple("abcdefghijk"), ("x" * 25, "b"), ("gleich", "gleich"), ("ja", " ")]
)
def test_whatsapp_numbered(titles: tuple[str, ...]) -> None:
    """Options that fit neither buttons nor a list are numbered lines in their order."""
    (call,) = whatsapp(message("Frage?", *titles))
    lines = [f"{number} {title}" for number, title in enumerate(titles, 1)]
    assert call.json["text"]["body"] == "\n".join(["Frage?", "", *lines]).strip()


def test_whatsapp_payload_that_is_too_long_is_numbered() -> None:
    """A payload that cannot come back is not sent: the number is understood instead."""
    content = Content(text="Frage?", buttons=(Button(title="Ja", payload="/" + "x" * 256),))
    given = message().model_copy(update={"content": content})
    assert whatsapp(given)[0].json["text"]["body"] == "Frage?\n\n1 Ja"


def test_whatsapp_long_text_carries_its_buttons_last() -> None:
    """Nothing of a long text is lost, and the buttons stand under its end."""
    text = " ".join(f"Satz Nummer {number}." for number in range(900))
    calls = whatsapp(message(text, "Ja", "Nein"))
    bodies = [call.json["text"]["body"] for call in calls[:-1]]
    bodies.append(calls[-1].json["interactive"]["body"]["text"])
    assert " ".join(bodies) == text
    assert all(len(body) <= 4096 for body in bodies)
    assert len(bodies[-1]) <= 1024
    assert {call.json["biz_opaque_callback_data"] for call in calls} == {"c.1.0"}


def test_whatsapp_options_without_words() -> None:
    """Buttons need a body; nothing to say makes no call."""
    assert whatsapp(message("", "Ja"))[0].json["interactive"]["body"]["text"] == "…"
    assert whatsapp(message("  ")) == []
    assert telegram(message("  ")) == []


def test_telegram_text_is_no_markup() -> None:
    """A text is plain: no parse mode, no preview, the token only as its name."""
    assert telegram(message("*x* <b>_y_")) == [
        Call(
            method="POST",
            path="/bot{access_token}/sendMessage",
            json={
                "chat_id": 5100000001,
                "text": "*x* <b>_y_",
                "link_preview_options": {"is_disabled": True},
            },
        )
    ]


def test_telegram_buttons_stand_under_the_last_part() -> None:
    """Long texts are split at 4096 UTF-16 units; the keyboard comes with the end."""
    calls = telegram(message("🙂" * 3000, "Ja", "Nein"))
    assert [len(call.json["text"]) for call in calls] == [2048, 952]
    assert "reply_markup" not in calls[0].json
    assert calls[1].json["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Ja", "callback_data": "/0"}],
            [{"text": "Nein", "callback_data": "/1"}],
        ]
    }


@pytest.mark.parametrize("payload", ["ü" * 33, "", "x" * 65])
def test_telegram_payload_that_does_not_fit_is_numbered(payload: str) -> None:
    """callback_data has 1 to 64 bytes; other options are numbered lines."""
    content = Content(text="Frage?", buttons=(Button(title="Ja", payload=payload),))
    (call,) = telegram(message().model_copy(update={"content": content}))
    assert call.json["text"] == "Frage?\n\n1 Ja"
    assert "reply_markup" not in call.json


def test_telegram_options_without_words() -> None:
    """A keyboard needs a text above it."""
    (call,) = telegram(message("", "Ja"))
    assert call.json["text"] == "…"


def test_the_web_chat_is_not_pushed_to() -> None:
    """The page fetches what was committed: there is nothing to send."""
    assert WEBCHAT.render(message("Hallo", "Ja"), "main", "visitor") == []
    assert not WEBCHAT.abilities.pushed


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("Erster Absatz.\n\nZweiter Absatz. Noch ein Satz.", 34, 2),
        ("Eins zwei drei. Vier fünf sechs? Sieben", 30, 2),
    ],
)
def test_texts_are_split_where_a_person_would(text: str, limit: int, parts: int) -> None:
    """The end of a paragraph or sentence in the second half is the place to cut."""
    found = split(text, limit)
    assert len(found) == parts
    assert found[0][-1] in ".?"


def test_split_prefers_paragraph_to_line_to_sentence_to_word() -> None:
    """The greatest break in the second half wins, not the last one."""
    assert split("aaaa aaaa\n\nbb\ncc. dd ee", 19)[0] == "aaaa aaaa"
    assert split("aaaa aaaa\nbb cc. dd ee ff", 19)[0] == "aaaa aaaa"
    assert split('aaaa aaaa "cc." dd ee ff', 19)[0] == 'aaaa aaaa "cc."'
    assert split("aaaa aaaa bbb cc dd ee ff", 19)[0] == "aaaa aaaa bbb cc dd"
    assert split("aaaaaaaaaaaaaaaaaaaaaaaaa", 19)[0] == "a" * 19


@pytest.mark.parametrize("shown", ["👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "e\u0301", "❤️"])
def test_split_never_cuts_what_is_shown_as_one(shown: str) -> None:
    """An emoji of several characters, a flag or an accented letter stays whole."""
    limit = 40
    for lead in range(20):
        parts = split("x" * lead + shown * 30, limit)
        assert "".join(parts).count(shown) == sum(part.count(shown) for part in parts) == 30


def test_numbered_without_words() -> None:
    """Options alone are only their lines."""
    assert numbered("", [Button(title="Ja", payload="/a")]) == "1 Ja"
