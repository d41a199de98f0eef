"""Let agents work: the desk's page and API (API Gateway, HTTP API)."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from bootstrap.house import BOT_FOLDER, house
from conversation.bot import FrontDoor
from desk.outside import Outside
from desk.routes import Desk
from dialogue.compiled import FILE, CompiledBot


@cache
def _desk() -> Desk:
    found = house()
    return Desk(
        Outside(
            table=found.table,
            inbound=found.inbound,
            outbound=found.outbound,
            archive=found.archive,
            directory=found.login,
            clock=found.clock,
            random=found.random,
            front_door=_front_door(found.settings.bot_dir),
        )
    )


def _front_door(bot_dir: str) -> FrontDoor:
    """Read the settings of the trained bot, without the model that only `converse` needs."""
    folder = Path(bot_dir) if bot_dir else files(BOT_FOLDER)
    return CompiledBot.from_json(folder.joinpath(FILE).read_bytes()).front_door


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request to the desk."""
    return _desk()(event, context)
