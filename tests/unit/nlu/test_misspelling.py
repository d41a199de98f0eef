"""Copies of examples are misspelt as people misspell, and the same each time."""

import pytest

from nlu.misspelling import misspelt


@pytest.mark.parametrize("text", ["Wo ist mein Zählerstand?", "I want to cancel my contract now"])
def test_a_text_is_misspelt_in_one_way(text: str) -> None:
    """A slip or two, in lower case; training twice makes the same bytes."""
    typed = misspelt(text)
    assert typed == misspelt(text)
    assert typed != text.lower()
    assert typed == typed.lower()
    assert abs(len(typed) - len(text)) <= 2
    assert len(typed.split()) == len(text.split())


@pytest.mark.parametrize("text", ["", "ja", "OK 12", "👍", "\ud800"])
def test_what_has_no_long_word_keeps_its_letters(text: str) -> None:
    """Short words are left as they are, and no text is too odd."""
    assert misspelt(text) == text.lower()


def test_the_first_letter_stays() -> None:
    """People start words rightly: only the letters behind the first change."""
    words = [f"{letter}inladung{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert all(misspelt(word)[0] == word[0] for word in words)
    assert any(misspelt(word) != word for word in words)
