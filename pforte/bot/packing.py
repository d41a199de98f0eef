"""Pack a trained bot for its layers: what answers, and what classifies, each a package.

Run by `layers/bot/Makefile` as `python -m pforte.bot.packing bot|model FOLDER ARCHITECTURE`. The
model is by far the larger part, and only one function needs it. The bot is trained once for both.
"""

import shutil
import sys
from pathlib import Path

from bootstrap.settings import BOT_PACKAGE, MODEL_PACKAGE
from dialogue.compiled import MODEL_FOLDER
from pforte.bot.training import trained
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.nlu.encoders import link_file
from pforte.nlu.engine import ARCHITECTURES, fit_engine

_PARTS = ("bot", "model")
_MODEL_INIT = '"""A trained bot\'s model, written by `pforte bot train`: data, no code."""\n'


def pack(part: str, bot: Path, folder: Path, architecture: str) -> Path:
    """Put a part (`bot` or `model`) of the trained bot into a layer's folder; returns where.

    `architecture` is that of the function that will classify: `arm64` or `x86_64`.
    """
    whole = trained(bot)
    if part == "bot":
        packed = folder / BOT_PACKAGE
        shutil.copytree(whole, packed, ignore=shutil.ignore_patterns(MODEL_FOLDER))
    else:
        packed = folder / MODEL_PACKAGE
        shutil.copytree(whole / MODEL_FOLDER, packed, copy_function=link_file)
        (packed / "__init__.py").write_text(_MODEL_INIT, "utf-8")
        if (packed / "e5").is_dir():
            fit_engine(packed / "e5", architecture)
    return packed


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
