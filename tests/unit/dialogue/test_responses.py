"""Responses are chosen and filled as Rasa does it."""

from typing import Any

import pytest

from dialogue.runtime.responses import fill_text, generate
from dialogue.voice import content_of

PLAIN = {"text": "plain"}


def when(text: str, **slots: object) -> dict[str, Any]:
    conditions = [{"type": "slot", "name": name, "value": slots[name]} for name in slots]
    return {"text": text, "condition": conditions}


GERMAN = when("deutsch", language="de")
GERMAN_VIP = when("deutsch vip", language="de", vip=True)


def said(variations: list[dict[str, Any]], channel: str = "", **slots: object) -> set[str]:
    """All that can be said, whatever the seed."""
    made = [generate("utter_x", variations, slots, channel, seed) for seed in range(50)]
    return {each["text"] for each in made if each is not None}


def test_a_variation_whose_condition_holds_comes_before_plain_ones() -> None:
    """The language slot decides which variation is said."""
    assert said([PLAIN, GERMAN], language="de") == {"deutsch"}
    assert said([PLAIN, GERMAN], language="en") == {"plain"}


def test_all_parts_of_a_condition_must_hold() -> None:
    """Conditions are joined by "and"; texts are compared without case."""
    assert said([GERMAN_VIP], language="de", vip=False) == set()
    assert said([GERMAN_VIP, GERMAN], language="DE", vip=True) == {"deutsch", "deutsch vip"}


def test_a_variation_for_the_channel_comes_before_all_others() -> None:
    """What is written for a messenger is said there, and nowhere else."""
    telegram = {"text": "there", "channel": "telegram"}
    assert said([PLAIN, GERMAN, telegram], "telegram", language="de") == {"there"}
    assert said([PLAIN, telegram], "whatsapp") == {"plain"}


def test_the_seed_makes_the_choice() -> None:
    """A repeated turn says the same; over many turns every variation has its share."""
    variations = [{"text": str(number)} for number in range(3)]
    first = generate("utter_x", variations, {}, "", 7)
    assert first == generate("utter_x", variations, {}, "", 7)
    assert said(variations) == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for {name}", "for Ada"),
        ("for {nobody}, {name}", "for {nobody}, {name}"),
        ("{{name}}", "{name}"),
        ("{empty}", "None"),
    ],
)
def test_placeholders_are_filled(text: str, expected: str) -> None:
    """An unknown name leaves the whole text as it is; an empty slot reads None."""
    assert fill_text(text, {"name": "Ada", "empty": None}) == expected


def test_a_value_is_never_filled_again() -> None:
    """What a customer wrote into a slot cannot read another slot."""
    assert fill_text("{a}", {"a": "{secret} {{", "secret": "x"}) == "{secret} {{"


def test_buttons_are_filled_too() -> None:
    """Title and payload of an option may hold placeholders."""
    written = [{"text": "?", "buttons": [{"title": "{x}!", "payload": "/{x}"}]}]
    made = generate("utter_x", written, {"x": "yes"}, "", 1)
    assert made is not None
    assert made["buttons"] == [{"title": "yes!", "payload": "/yes"}]


def test_what_is_said_becomes_a_message() -> None:
    """Quick replies are options like buttons; an image is a link that can be opened."""
    option = {"title": "Yes", "payload": "/affirm"}
    content = content_of(
        {"text": "Look", "image": "https://w.example/a.png", "quick_replies": [option]}
    )
    assert content.text == "Look\nhttps://w.example/a.png"
    assert [(each.title, each.payload) for each in content.buttons] == [("Yes", "/affirm")]


def test_of_a_title_and_a_payload_one_stands_for_the_other() -> None:
    """Rasa takes a button with a misspelt key; here it can be read, and tapping it says something.

    An empty payload would be taken for an option of an older question.
    """
    buttons = [{"title": "Yes", "paylaod": "/affirm"}, {"payload": "later"}]

    content = content_of({"text": "?", "buttons": buttons})

    told = [(each.title, each.payload) for each in content.buttons]
    assert told == [("Yes", "Yes"), ("later", "later")]
