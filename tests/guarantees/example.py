"""The example bot, trained once per test run."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dialogue.rasa_bot import RasaBot, load
from pforte.bot.training import train

BOT = Path(__file__).parents[2] / "bot"


@cache
def example_bot() -> RasaBot:
    """Return the bot of `bot/`; its model stays mapped when its folder has gone."""
    with TemporaryDirectory() as folder:
        return load(train(BOT, Path(folder)).folder)
