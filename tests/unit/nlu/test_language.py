"""German and English are told apart in a word or two, and None is said where nothing tells."""

from pathlib import Path

import pytest

from dialogue.project import read_project
from nlu.language import LanguageModel, train

BOT = Path(__file__).parents[3] / "bot"


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    examples = read_project(BOT).examples
    return train([(e.text, e.language) for e in examples if e.language])


@pytest.mark.parametrize(
    "text",
    [
        "hallo",
        "Zählerstand",
        "zaehlerstand",
        "zaelerstand is 10400",
        "moin",
        "danke",
        "ja",
        "nein",
        "Rechnung bitte",
        "wann offen?",
        "Hi, ich habe eine Frage",
        "Kündigung",
        "mein internet ist weg",
        "WLAN kaputt seit gestern",
        "Treppenhausbeleuchtung",
    ],
)
def test_german_is_told(model: LanguageModel, text: str) -> None:
    """Short German messages are German, in any spelling."""
    assert model.detect(text) == "de"


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "invoice please",
        "thanks",
        "yes",
        "no",
        "meter reading",
        "when are you open?",
        "my internet is down",
        "I moved to Müllerstraße 5",
        "cancel my contract",
    ],
)
def test_english_is_told(model: LanguageModel, text: str) -> None:
    """Short English messages are English, German names in them or not."""
    assert model.detect(text) == "en"


@pytest.mark.parametrize(
    "text", ["ok", "hi", "Hey!", "", "12345", "👍", "WLAN", "super", "SM-8VT3", "is"]
)
def test_what_tells_nothing_is_none(model: LanguageModel, text: str) -> None:
    """Words of both languages change nothing."""
    assert model.detect(text) is None


@pytest.mark.parametrize("text", ["asdf", "tralala", "Kevin", "hmpf", "lorem ipsum"])
def test_a_short_word_that_nobody_knows_is_none(model: LanguageModel, text: str) -> None:
    """A few letters are no language: a name or a noise does not turn the conversation's."""
    assert model.detect(text) is None


def test_a_bot_without_languages_still_tells_function_words() -> None:
    """Examples without a language leave the list of common words."""
    model = train([])
    assert model.detect("ich habe eine Frage") == "de"
    assert model.detect("where is my bill") == "en"
    assert model.detect("Xylophon") is None


def test_numbers_and_codes_have_no_language() -> None:
    """That English examples hold more numbers makes no number English."""
    model = train([("meter 12345 and 678", "en"), ("Zähler", "de")])
    assert model.detect("67890") is None
    assert model.detect("333") is None


def test_the_model_survives_its_file(model: LanguageModel, tmp_path: Path) -> None:
    """What training writes is what runs."""
    model.save(tmp_path)
    assert LanguageModel.load(tmp_path) == model
