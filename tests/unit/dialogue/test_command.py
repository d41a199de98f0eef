"""`pforte bot` trains, parses, tests and talks; what is wrong is one line."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pforte.bot.training import Source, read_bot, train, trained
from pforte.cli import main

WriteBot = Callable[..., Path]


@pytest.fixture
def folder(write_bot: WriteBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_bot()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_training_twice_makes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """The same bot is the same layer, wherever and however often it is trained."""
    one = train(folder, tmp_path / "one").folder
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    command = [sys.executable, "-m", "pforte", "bot", "train", "--bot", str(moved), "--out", "two"]
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), str(root / "functions")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)

    assert contents(one) == contents(tmp_path / "two")


@pytest.mark.parametrize(
    "module", ["pforte.bot.testing", "pforte.bot.packing", "pforte.bench.understanding"]
)
def test_one_thread_adds_up(module: str) -> None:
    """Whatever begins a training: with several, the last digits of a model are a matter of luck."""
    tell = f"import {module}, numpy, threadpoolctl; print(threadpoolctl.threadpool_info())"
    root = Path(__file__).parents[3]
    threads = {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in threads}
    environment["PYTHONPATH"] = os.pathsep.join([str(root), str(root / "functions")])

    command = [sys.executable, "-c", tell]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    pools = ast.literal_eval(told.stdout)
    assert {pool["num_threads"] for pool in pools} == {1}


def test_the_trained_bot_is_a_package_without_pickle(folder: Path, tmp_path: Path) -> None:
    """The layer holds importable data that cannot run code when it is loaded."""
    trained = contents(train(folder, tmp_path / "out").folder)

    assert {Path(name).suffix for name in trained} <= {
        *(".py", ".json", ".npy", ".sha256"),
        *(".stories", ".rules", ".unhappy", ".hidden"),
    }
    assert "__init__.py" in trained
    assert not any(b"\x80\x04\x95" in content for content in trained.values())


def test_training_does_not_empty_a_folder_that_is_something_else(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in --out costs nobody their files."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")

    status = main(["bot", "train", "--bot", str(folder), "--out", str(home)])

    assert status == 2
    assert (home / "letter.txt").exists()
    assert "is not empty and no trained bot" in capsys.readouterr().err


def test_train_reports_in_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts read what training found."""
    assert main(["bot", "train", "--bot", str(folder), "--json"]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert (facts["intents"], facts["examples"]) == (3, 12)
    assert facts["bytes"] > 0


def test_parse_prints_what_a_text_means(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Intent, confidence, ranking and language, for people and as JSON."""
    assert main(["bot", "parse", "--bot", str(folder), "when do you open", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["ranking"][0]["name"] == "opening_hours"
    assert found["language"] == "en"
    assert main(["bot", "parse", "--bot", str(folder), "when do you open"]) == 0
    assert "opening_hours" in capsys.readouterr().out


def test_parse_trains_anew_when_the_bot_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody asks yesterday's bot by accident."""
    main(["bot", "parse", "--bot", str(folder), "mango", "--json"])
    assert json.loads(capsys.readouterr().out)["ranking"][0]["confidence"] < 0.5
    nlu = folder / "data" / "nlu_en.yml"
    nlu.write_text(nlu.read_text().replace("- hello there", "- mango"))

    main(["bot", "parse", "--bot", str(folder), "mango", "--json"])

    assert json.loads(capsys.readouterr().out)["ranking"][0]["name"] == "greet"


def test_an_interrupted_training_is_made_up_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C leaves nothing behind that has to be removed by hand."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("nlu.entities.training.train", interrupted)
        assert main(["bot", "train", "--bot", str(folder)]) == 130

    assert main(["bot", "train", "--bot", str(folder)]) == 0


def test_what_is_written_during_a_training_is_trained_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file saved while the bot was trained is not taken for one that it was trained with."""
    nlu = folder / "data" / "nlu_en.yml"

    def read_and_be_too_late(bot: Path) -> Source:
        source = read_bot(bot)
        nlu.write_text(nlu.read_text().replace("- hello there", "- mango"))
        return source

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("pforte.bot.training.read_bot", read_and_be_too_late)
        trained(folder)

    main(["bot", "parse", "--bot", str(folder), "mango", "--json"])

    assert json.loads(capsys.readouterr().out)["ranking"][0]["name"] == "greet"


@pytest.mark.parametrize(
    ("file", "text", "status", "line"),
    [
        ("data/rules.yml", "rules: 3\n", 1, "data/rules.yml:1: rules must be a list"),
        ("data/rules.yml", "rules: [\n", 1, "data/rules.yml:2: not valid YAML"),
    ],
)
def test_a_wrong_bot_is_one_clear_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    text: str,
    status: int,
    line: str,
) -> None:
    """Wrong files are found wrong: exit 1, one line, no traceback."""
    (folder / file).write_text(text)

    assert main(["bot", "train", "--bot", str(folder)]) == status

    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1


def test_a_folder_that_is_not_there_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one line."""
    assert main(["bot", "parse", "--bot", "/nowhere", "hi"]) == 2
    assert capsys.readouterr().err == (
        "pforte: /nowhere: there is no such folder. Name a bot's with --bot.\n"
    )


def test_test_messages_fail_where_the_bot_acts_on_a_wrong_intent(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asking back is no failure; acting on the wrong intent is, and is named."""
    tests = folder / "tests" / "nlu_en.yml"
    tests.parent.mkdir()
    examples = "    - hello\n    - let me talk to a human\n"
    tests.write_text(f"nlu:\n- intent: greet\n  examples: |\n{examples}")

    assert main(["bot", "test", "--bot", str(folder)]) == 1

    out = capsys.readouterr().out
    assert "tests/nlu_en.yml:5: 'let me talk to a human' is greet, taken for talk_to_human" in out
    assert "all  2 in scope: 1 understood, 1 wrong, 0 asked back" in out
    assert "right where it acts 50.0%" in out


def test_test_messages_out_of_scope_are_right_where_the_bot_does_not_act(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are counted apart: asking back is right for them, acting is wrong, in any language."""
    tests = folder / "tests" / "nlu_en.yml"
    tests.parent.mkdir()
    examples = "    - xylophone\n    - let me talk to a human\n"
    tests.write_text(f"nlu:\n- intent: out_of_scope\n  examples: |\n{examples}")

    assert main(["bot", "test", "--bot", str(folder), "--json"]) == 1

    found = json.loads(capsys.readouterr().out)
    assert found["tallies"]["en"] == found["tallies"]["all"]
    counts = found["tallies"]["en"]
    assert (counts["in_scope"], counts["out_of_scope"], counts["wrong_out_of_scope"]) == (0, 2, 1)
    assert counts["precision"] == 0
    assert "is out of scope, taken for talk_to_human" in found["wrong"][0]


def test_a_bot_without_test_messages_is_a_wrong_call(folder: Path) -> None:
    """Nothing tested is no success."""
    assert main(["bot", "test", "--bot", str(folder)]) == 2
