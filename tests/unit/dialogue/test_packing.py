"""The layers that a trained bot is packed into."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dialogue.compiled import MODEL_FOLDER
from dialogue.rasa_bot import load
from pforte.bot import packing, training

WriteBot = Callable[..., Path]


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


def test_an_engine_is_fitted_to_the_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was trained here runs on another processor there."""
    (tmp_path / "whole" / MODEL_FOLDER / "e5").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(packing, "trained", lambda _: tmp_path / "whole")
    fitted = []
    monkeypatch.setattr(packing, "fit_engine", lambda *called: fitted.append(called))
    model = packing.pack("model", tmp_path / "bot", tmp_path / "layer", "arm64")
    assert fitted == [(model / "e5", "arm64")]


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
