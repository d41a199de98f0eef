"""The example bot keeps its promises on messages that it was not taught."""

from pathlib import Path

import pytest

from dialogue.rasa_bot import RasaBot, load
from pforte.bot.testing import read_cases, run_cases
from pforte.bot.training import train

BOT = Path(__file__).parents[3] / "bot"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> RasaBot:
    trained = train(BOT, tmp_path_factory.mktemp("bot"))
    assert trained.warnings == []
    return load(trained.folder)


def test_what_it_acts_on_is_right(bot: RasaBot) -> None:
    """Of its own test messages, at least 95 of 100 that it acts on are understood rightly."""
    result = run_cases(bot, read_cases(BOT / "tests"))

    acted = result.acted_right + len(result.wrong)
    assert acted >= 0.4 * result.messages
    assert result.acted_right >= 0.95 * acted, result.wrong
    assert result.wrong_language == []


def test_most_of_what_it_asks_back_offers_the_right_guess(bot: RasaBot) -> None:
    """Asking back with buttons helps: the right intent is among the first."""
    result = run_cases(bot, read_cases(BOT / "tests"))
    assert result.best_guess >= 0.8 * result.asked_back


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
