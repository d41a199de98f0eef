"""The example bot keeps its promises on messages that it was not taught."""

import pytest

from dialogue.rasa_bot import RasaBot
from pforte.bot.testing import Result, read_cases, run_cases
from pforte.bot.training import read_bot
from tests.guarantees.example import BOT, example_bot


@pytest.fixture(scope="module")
def bot() -> RasaBot:
    return example_bot()


@pytest.fixture(scope="module")
def result(bot: RasaBot) -> Result:
    return run_cases(bot, read_cases(BOT / "tests"))


def test_nothing_about_it_is_warned_of() -> None:
    """What an author learns from is written as an author should write."""
    assert read_bot(BOT).compiled.warnings == []


def test_what_it_acts_on_is_right(result: Result) -> None:
    """Of its own test messages, at least 95 of 100 that it acts on are understood rightly."""
    assert result.overall.precision >= 0.95, result.wrong


@pytest.mark.parametrize("language", ["de", "en"])
def test_it_knows_what_most_messages_want(result: Result, language: str) -> None:
    """In both languages nine of ten have the right intent first, and most are acted on."""
    tally = result.tallies[language]
    assert tally.accuracy >= 0.9, result.unsure
    assert tally.answered >= 0.65, result.unsure


def test_no_language_is_taken_for_the_other(result: Result) -> None:
    """It may not be tellable, but a German message is never English, nor the other way round."""
    assert result.wrong_language == []


def test_what_it_asks_back_offers_the_right_button(result: Result) -> None:
    """Of what is in scope and not acted on, four of five find their intent among the buttons."""
    assert result.overall.offered >= 0.8 * result.overall.asked_back, result.unsure


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Wann haben Sie geöffnet?", "opening_hours"),
        ("I want to talk to a human", "talk_to_human"),
        ("Ich möchte mit einem Menschen sprechen", "talk_to_human"),
        ("Sind Sie ein Mensch?", "bot_challenge"),
        ("hallo hab ne frage mein zähler wo geb ich den stand ein?", "submit_meter_reading"),
        ("Kündigungsfrist?", "contract_status"),
    ],
)
def test_common_requests_are_understood(bot: RasaBot, text: str, intent: str) -> None:
    """What most people write is acted on at once."""
    assert bot.understand(text).intent == intent


@pytest.mark.parametrize(
    "text", ["Wann wird die Mülltonne abgeholt?", "I want to apply for a job", "asdf jkl"]
)
def test_the_citys_other_services_are_out_of_scope(bot: RasaBot, text: str) -> None:
    """What the bot does not know is asked back, not answered."""
    assert bot.understand(text).intent == "nlu_fallback"


@pytest.mark.parametrize("text", ["zaelerstand is 10400", "zälerstand 44810", "Zählerstand 10400"])
def test_a_reading_is_no_postcode(bot: RasaBot, text: str) -> None:
    """Five digits behind a meter's word are its reading, also where that word is misspelt."""
    assert [each.entity for each in bot.understand(text).entities] == ["meter_reading"]
