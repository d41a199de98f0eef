"""Responses are chosen and filled as Rasa does it."""

import pytest

from conversation.message import Button
from dialogue.compiled import Variation
from dialogue.responses import choose, fill, render

PLAIN = Variation(text="plain")
GERMAN = Variation(text="deutsch", condition={"language": "de"})
GERMAN_VIP = Variation(text="deutsch vip", condition={"language": "de", "vip": True})


def said(variations: list[Variation], **slots: object) -> set[str]:
    """All that can be said, whatever the seed."""
    chosen = [choose("utter_x", variations, slots, seed) for seed in range(50)]
    return {variation.text for variation in chosen if variation is not None}


def test_a_variation_whose_condition_holds_comes_before_plain_ones() -> None:
    """The language slot decides which variation is said."""
    assert said([PLAIN, GERMAN], language="de") == {"deutsch"}
    assert said([PLAIN, GERMAN], language="en") == {"plain"}


def test_all_parts_of_a_condition_must_hold() -> None:
    """Conditions are joined by "and"; texts are compared without case."""
    assert said([GERMAN_VIP], language="de", vip=False) == set()
    assert said([GERMAN_VIP, GERMAN], language="DE", vip=True) == {"deutsch", "deutsch vip"}


def test_nothing_is_said_where_no_condition_holds() -> None:
    """Without a plain variation the bot is silent, as in Rasa."""
    assert choose("utter_x", [GERMAN], {"language": "en"}, 1) is None


def test_the_seed_makes_the_choice() -> None:
    """A repeated turn says the same; over many turns every variation has its share."""
    variations = [Variation(text=str(number)) for number in range(3)]
    assert choose("utter_x", variations, {}, 7) is choose("utter_x", variations, {}, 7)
    assert said(variations) == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for {name}", "for Ada"),
        ("for {nobody}, {name}", "for {nobody}, {name}"),
        ("{{name}}", "{name}"),
        ("{empty}", "None"),
        ("100 %, { name }", "100 %, { name }"),
    ],
)
def test_placeholders_are_filled(text: str, expected: str) -> None:
    """An unknown name leaves the whole text as it is; an empty slot reads None."""
    assert fill(text, {"name": "Ada", "empty": None}) == expected


def test_a_value_is_never_filled_again() -> None:
    """What a customer wrote into a slot cannot read another slot."""
    assert fill("{a}", {"a": "{secret} {{", "secret": "x"}) == "{secret} {{"


def test_buttons_are_filled_too() -> None:
    """Title and payload of a button may hold placeholders."""
    variation = Variation(text="?", buttons=(Button(title="{x}!", payload="/{x}"),))
    assert render(variation, {"x": "yes"}).buttons == (Button(title="yes!", payload="/yes"),)
