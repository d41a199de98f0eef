"""Train a bot's folder into a package that Lambda and the command load."""

import fcntl
import hashlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pforte.failure import CALLED_WRONGLY, FOUND_WRONG, Failure

if TYPE_CHECKING:
    from dialogue.compile import Compiled
    from dialogue.project import Project
    from nlu.settings import NluSettings
    from nlu.training import Example, Report

STATE = Path(".pforte")

_COMMAND = Path(__file__).parents[1]
_FUNCTIONS = _COMMAND.parent / "functions"
_PACKAGE = '"""A trained bot, written by `pforte bot train`: data, no code."""\n'
_INPUTS = "inputs.sha256"


class Source(NamedTuple):
    """What the files of a bot say."""

    project: "Project"
    compiled: "Compiled"
    settings: "NluSettings"


class Trained(NamedTuple):
    """What training made: where, out of what, and how good it is by its own examples."""

    folder: Path
    report: "Report"
    warnings: list[str]
    seconds: float
    size: int


def train(bot: Path, out: Path) -> Trained:
    """Train the bot in a folder into `out`; the same inputs make the same bytes. Raises Failure."""
    from dialogue.compiled import DIALOGUE_FOLDER, FILE, MODEL_FOLDER
    from dialogue.runtime.compiled import save
    from nlu.encoder import load_encoders
    from nlu.entities.training import Taught
    from nlu.entities.training import train as train_entities
    from nlu.training import train as train_nlu
    from pforte.nlu.encoders import link, prepared

    began = time.perf_counter()
    inputs = _fingerprint(bot)  # before anything is read: what changes meanwhile is not in it
    source = read_bot(bot)
    project, compiled, settings = source
    _clear(out)
    vectors = prepared(settings.tier)
    report = train_nlu(
        examples_of(source),
        settings,
        out / MODEL_FOLDER,
        _titles(source),
        load_encoders(settings.tier, vectors),
    )
    link(settings.tier, vectors, out / MODEL_FOLDER)
    taught = [Taught(example.text, example.entities) for example in project.examples]
    train_entities(taught, project.vocabulary, compiled.runtime.domain.entities, out / MODEL_FOLDER)
    (out / "__init__.py").write_text(_PACKAGE, "utf-8")
    (out / FILE).write_text(compiled.bot.to_json() + "\n", "utf-8")
    (out / DIALOGUE_FOLDER).mkdir()
    save(compiled.runtime, out / DIALOGUE_FOLDER)
    (out / _INPUTS).write_text(inputs + "\n", "utf-8")
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return Trained(out, report, compiled.warnings, time.perf_counter() - began, size)


def read_bot(bot: Path) -> Source:
    """Read a bot's folder. Raises Failure."""
    from conversation.errors import PforteError
    from dialogue.compile import compile_project, nlu_settings
    from dialogue.project import read_project

    if not bot.is_dir():
        raise Failure(f"{bot}: there is no such folder. Name a bot's with --bot.", CALLED_WRONGLY)
    try:
        project = read_project(bot)
        return Source(project, compile_project(bot, project), nlu_settings(project))
    except PforteError as error:
        raise Failure(str(error), FOUND_WRONG) from error


def default_out(bot: Path) -> Path:
    """Return where a bot is trained to unless told otherwise."""
    if bot.resolve() == Path("bot").resolve():
        return STATE / "trained_bot"
    return STATE / f"trained_bot-{hashlib.sha256(str(bot.resolve()).encode()).hexdigest()[:8]}"


def trained(bot: Path) -> Path:
    """Return the folder of the bot's training, after training it if its files have changed.

    Whoever comes while another process trains waits, and finds it done.
    """
    out = default_out(bot)
    mark = out / _INPUTS
    STATE.mkdir(exist_ok=True)
    with (STATE / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = mark.read_text("utf-8").strip() if mark.is_file() else ""
        if not bot.is_dir() or known != _fingerprint(bot):
            train(bot, out)
    return out


def examples_of(source: Source) -> "list[Example]":
    """Return the examples; those that nothing answers and whose name says so are out of scope."""
    from dialogue.runtime.fallback import GIVE_UP
    from nlu.training import OUT_OF_SCOPE, OUT_OF_SCOPE_NAMES, Example

    runtime = source.compiled.runtime
    outside = {name for name in OUT_OF_SCOPE_NAMES if runtime.first_action(name) == GIVE_UP}
    return [
        Example(each.text, OUT_OF_SCOPE if each.intent in outside else each.intent, each.language)
        for each in source.project.examples
    ]


def _titles(source: Source) -> "list[Example]":
    """Return the titles of intents: what a button says is said by customers too."""
    from dialogue.compiled import INTENT_TITLE
    from nlu.training import Example

    return [
        Example(str(variation.get("text", "")), intent)
        for intent in source.compiled.runtime.domain.intents
        for variation in source.compiled.bot.responses.get(f"{INTENT_TITLE}{intent}", ())
    ]


def _clear(out: Path) -> None:
    """Empty the folder of an earlier training; a folder that is something else is left alone."""
    if out.is_dir() and any(out.iterdir()) and not (out / _INPUTS).is_file():
        raise Failure(f"{out}: is not empty and no trained bot. Name another folder with --out.", 2)
    if out.is_dir():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _INPUTS).touch()  # what is interrupted is known for a training, and trained again


def _fingerprint(bot: Path) -> str:
    """Return a hash of all that a trained bot is made of, the trainer included."""
    digest = hashlib.sha256()
    for root, file in _inputs(bot):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def _inputs(bot: Path) -> Iterator[tuple[Path, Path]]:
    for root, folder in (
        (bot, bot),
        (_FUNCTIONS, _FUNCTIONS / "nlu"),
        (_FUNCTIONS, _FUNCTIONS / "dialogue"),
        (_FUNCTIONS, _FUNCTIONS / "conversation"),
        (_COMMAND, _COMMAND / "nlu"),
    ):
        for file in sorted(folder.rglob("*")):
            inside = file.relative_to(root).parts
            hidden = any(part.startswith((".", "__pycache__")) for part in inside)
            if file.is_file() and not hidden and inside[0] not in ("tests", "actions"):
                yield root, file
