"""Pack a trained bot for its layers: what answers, and what classifies, each a package.

Run by `layers/bot/Makefile` as `python -m pforte.bot.packing bot|model FOLDER ARCHITECTURE`. The
model is by far the larger part, and only one function needs it. The bot is trained once for both.
"""

import json
import shutil
import sys
from pathlib import Path

from aws.http_actions import HttpActions
from bootstrap.settings import ACTION_SERVER, BOT_PACKAGE, MODEL_PACKAGE
from conversation.errors import PforteError
from dialogue.compiled import MODEL_FOLDER
from dialogue.project import FRONT_DOOR_FILE
from dialogue.source import read_yaml
from dialogue.teaching.domain import read_domain
from dialogue.teaching.files import read_files
from pforte.bot.training import trained
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.nlu.encoders import link_file
from pforte.nlu.onnx_runtime import ARCHITECTURES, put_runtime

_PARTS = ("bot", "model")
_SECRETS = frozenset(("token", "headers", "basic_auth"))
_MODEL_INIT = '"""A trained bot\'s model, written by `pforte bot train`: data, no code."""\n'


def pack(part: str, bot: Path, folder: Path, architecture: str) -> Path:
    """Put a part (`bot` or `model`) of the trained bot into a layer's folder; returns where.

    `architecture` is that of the function that will classify: `arm64` or `x86_64`. Raises Failure.
    """
    if part == "bot" and not (bot / FRONT_DOOR_FILE).is_file():
        # what is made up for trying a bot out names no company and no privacy notice
        raise Failure(f"{bot}/{FRONT_DOOR_FILE}: is missing. A house needs it; see docs/bot.md.")
    whole = trained(bot)
    if part == "bot":
        packed = folder / BOT_PACKAGE
        shutil.copytree(whole, packed, ignore=shutil.ignore_patterns(MODEL_FOLDER))
        _pack_action_server(bot, packed)
    else:
        packed = folder / MODEL_PACKAGE
        shutil.copytree(whole / MODEL_FOLDER, packed, copy_function=link_file)
        (packed / "__init__.py").write_text(_MODEL_INIT, "utf-8")
        if (packed / "e5").is_dir():
            put_runtime(folder, architecture)
    return packed


def _pack_action_server(bot: Path, packed: Path) -> None:
    """Write down where the bot's actions run, if it names a server of its own. Raises Failure."""
    endpoints = bot / "endpoints.yml"
    if not endpoints.is_file():
        return
    try:
        server = (
            read_yaml(endpoints, str(endpoints)).mapping("endpoints.yml").get("action_endpoint")
        )
        if server is None:
            return
        named = server.mapping("action_endpoint")
        if "url" not in named or set(named) & _SECRETS:
            server.fail(
                "action_endpoint must name a url, and no token or other secret: they would stand "
                "in the files of the bot. Store a token where docs/operations.md says."
            )
        url = named["url"].text("url")
        domain = read_domain(read_files(bot)).for_actions()
        HttpActions(url, domain)
    except PforteError as error:
        raise Failure(str(error)) from error
    (packed / ACTION_SERVER).write_text(json.dumps({"url": url, "domain": domain}), "utf-8")


def main(arguments: list[str]) -> int:
    """Pack what is named; for the layers' Makefile."""
    if len(arguments) != 3 or arguments[0] not in _PARTS or arguments[2] not in ARCHITECTURES:
        usage = f"{'|'.join(_PARTS)} FOLDER {'|'.join(ARCHITECTURES)}"
        print(f"usage: python -m pforte.bot.packing {usage}", file=sys.stderr)
        return CALLED_WRONGLY
    try:
        pack(arguments[0], Path("bot"), Path(arguments[1]), arguments[2])
    except Failure as failure:
        print(f"pforte.bot.packing: {failure}", file=sys.stderr)
        return failure.status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
