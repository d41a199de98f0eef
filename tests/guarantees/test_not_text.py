"""What is no text has no intent and still gets a defined answer."""

from typing import Any

import pytest

from tests.guarantees.house import House

PHOTO = {"photo": [{"file_id": "f", "file_unique_id": "u"}]}
VOICE = {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}}
STICKER = {"sticker": {"file_id": "f", "file_unique_id": "u", "emoji": "👍"}}


@pytest.mark.parametrize("content", [PHOTO, VOICE, STICKER])
def test_media_is_said_to_be_unreadable(house: House, content: dict[str, Any]) -> None:
    """The bot says that it cannot read it and offers a person."""
    assert house.ask("", **content)[-1] == "cannot_read"
    assert house.messenger.taken[-1].buttons


@pytest.mark.parametrize("text", ["👍", "4711", "12.345,6", "?!", "❤️❤️"])
def test_a_bare_emoji_or_number_is_asked_about(house: House, text: str) -> None:
    """Nothing is guessed from it; who only writes such things is not led round in circles."""
    assert house.ask(text)[-1] == "rephrase"
    assert house.ask(text)[-1] == "hand_over"


def test_a_bare_number_answers_an_open_question(house: House) -> None:
    """Directly after numbered options it means one of them."""
    house.ask("choose")

    assert house.ask("2")[-1] == "re: /blue"


@pytest.mark.parametrize("content", [PHOTO, VOICE, STICKER, {"text": "4711"}, {"text": "👍"}])
def test_while_waiting_it_is_passed_on(house: House, content: dict[str, Any]) -> None:
    """Who waits for a person is told that it was added, and nothing is asked."""
    house.ask("person")

    assert house.ask(content.get("text", ""), **_without_text(content))[-1] == "added"


def _without_text(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != "text"}
