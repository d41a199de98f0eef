"""The layers that a trained bot is packed into."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from bootstrap.settings import ACTION_SERVER
from dialogue.compiled import MODEL_FOLDER
from dialogue.rasa_bot import load
from dialogue.teaching.domain import read_domain
from dialogue.teaching.files import read_files
from pforte.bot import packing, training
from pforte.failure import Failure

WriteBot = Callable[..., Path]

TRAIN_WHEN_TOLD = """\
import sys
from pathlib import Path
from pforte.bot import training
import nlu.training, nlu.entities.training, dialogue.compile  # what is slow to load
really = training.train
training.train = lambda *how: (print("trains", flush=True), really(*how))
print("ready", flush=True)
sys.stdin.readline()
print(training.trained(Path(sys.argv[1])))
"""
"""What two builds of a layer do, or two commands: here, at the same moment."""


@pytest.fixture
def bot(write_bot: WriteBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a bot, with a state of its own."""
    monkeypatch.chdir(tmp_path)
    return write_bot()


def test_two_layers_are_one_bot(bot: Path, tmp_path: Path) -> None:
    """What answers is in one, what classifies in the other, and together they are the whole."""
    said = packing.pack("bot", bot, tmp_path / "one", "arm64")
    model = packing.pack("model", bot, tmp_path / "other", "arm64")
    assert [said.name, model.name] == ["trained_bot", "trained_model"]
    assert not list(said.rglob("*.npy"))
    assert not list(model.rglob("bot.json"))
    assert all((package / "__init__.py").is_file() for package in (said, model))
    assert load(said, model).understand("guten tag").ranking


def test_both_layers_are_trained_once(
    bot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is packed from the same training, so that they are of one bot."""
    packing.pack("bot", bot, tmp_path / "one", "arm64")
    monkeypatch.setattr(training, "train", None)
    packing.pack("model", bot, tmp_path / "other", "arm64")


def test_two_processes_at_once_train_once(bot: Path) -> None:
    """Whoever comes second waits for the first and takes what it made."""
    root = Path(training.__file__).parents[2]
    path = os.pathsep.join([str(root), str(root / "functions")])
    with ExitStack() as running:
        both = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", TRAIN_WHEN_TOLD, str(bot)],
                    env={**os.environ, "PYTHONPATH": path},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(2)
        ]
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in both:
            assert process.stdin is not None
            process.stdin.write("now\n")
            process.stdin.flush()
        told = [process.communicate()[0] for process in both]
    folder = f"{training.default_out(bot)}\n"
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(told) == sorted([folder, f"trains\n{folder}"])


def test_a_layer_brings_what_its_encoder_runs_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the function's processor: what was trained here runs on another one there."""
    (tmp_path / "whole" / MODEL_FOLDER / "e5").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(packing, "trained", lambda _: tmp_path / "whole")
    put = []
    monkeypatch.setattr(packing, "put_runtime", lambda *called: put.append(called))
    model = packing.pack("model", tmp_path / "bot", tmp_path / "layer", "arm64")
    assert put == [(model.parent, "arm64")]


def test_a_server_of_own_actions_is_packed_with_the_domain(bot: Path, tmp_path: Path) -> None:
    """Where `endpoints.yml` names a server, the function asks it and tells it of the bot."""
    endpoints = bot / "endpoints.yml"
    endpoints.write_text("nlg:\n  url: https://nlg.example\n")
    packed = packing.pack("bot", bot, tmp_path / "none", "arm64")
    assert not (packed / ACTION_SERVER).exists()
    endpoints.write_text("action_endpoint:\n  url: https://actions.example/webhook\n")
    packed = packing.pack("bot", bot, tmp_path / "own", "arm64")
    server = json.loads((packed / ACTION_SERVER).read_text())
    assert server["url"] == "https://actions.example/webhook"
    assert server["domain"] == read_domain(read_files(bot)).for_actions()


def test_a_house_is_not_built_on_a_front_door_that_is_made_up(bot: Path, tmp_path: Path) -> None:
    """A plain Rasa bot can be tried out; customers must be told whose assistant answers."""
    (bot / "pforte.yml").unlink()
    assert training.trained(bot).is_dir()
    with pytest.raises(Failure, match=r"pforte\.yml: is missing"):
        packing.pack("bot", bot, tmp_path / "layer", "arm64")


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("{url: 'http://actions.example/webhook'}", "https://"),
        ("{url: 'https://actions.example/webhook', token: secret}", "endpoints.yml:1: .*secret"),
        ("{}", "endpoints.yml:1: .*url"),
    ],
)
def test_a_server_that_cannot_be_asked_ends_the_build(
    bot: Path, tmp_path: Path, server: str, why: str
) -> None:
    """Words in the clear and secrets in a bot's files are found before anything is deployed."""
    (bot / "endpoints.yml").write_text(f"action_endpoint: {server}\n")
    with pytest.raises(Failure, match=why):
        packing.pack("bot", bot, tmp_path / "layer", "arm64")


def test_a_broken_bot_ends_the_build(
    bot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Make sees that the step failed, and what to do about it."""
    (bot / "domain.yml").write_text("intents: [\n")
    assert packing.main(["model", str(tmp_path / "layer"), "x86_64"]) != 0
    assert "domain.yml" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["all", "layer", "arm64"], ["bot", "layer", "mips"], ["bot", "layer"], []]
)
def test_what_does_not_exist_is_called_wrongly(wrong: list[str]) -> None:
    """There are two parts, and two processors."""
    assert packing.main(wrong) == 2
