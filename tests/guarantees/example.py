"""The example bot, trained once for all tests and again only when its files have changed."""

from functools import cache
from pathlib import Path

from dialogue.rasa_bot import RasaBot, load
from pforte.bot.training import trained

BOT = Path(__file__).parents[2] / "bot"


@cache
def example_bot() -> RasaBot:
    """Return the bot of `bot/`."""
    return load(trained(BOT))
