"""Hold how the command answers: exit statuses, one clear line, and no traceback for people."""

import argparse
import os
import subprocess
import sys

import pytest

from pforte import cli
from pforte.failure import CALLED_WRONGLY, Failure
from tests.templates import ROOT


def test_a_command_that_nobody_knows_is_called_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and the commands that there are."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["dance"])
    assert ended.value.code == 2
    assert "phone" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types --help sees all that can be done."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(command in told for command in ("up", "agent", "connect", "phone", "parse", "bot"))


def test_the_bare_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types only `pforte` gets a line per command on stderr, and status 2."""
    assert cli.main([]) == CALLED_WRONGLY
    told = capsys.readouterr()
    assert told.out == ""
    lines = {line.split()[0]: line.split()[1:] for line in told.err.splitlines() if line.strip()}
    assert all(lines[command] for command in cli._COMMANDS)


@pytest.mark.parametrize(
    ("command", "channels"),
    [
        ("connect", ("whatsapp", "telegram", "messenger", "instagram", "email", "webchat")),
        ("phone", ("whatsapp", "telegram", "messenger", "instagram", "email", "webchat")),
        ("parse", ("whatsapp", "telegram", "messenger", "instagram", "email")),
        ("templates", ("whatsapp",)),
    ],
)
def test_a_missing_channel_is_told_which_there_are(
    capsys: pytest.CaptureFixture[str], command: str, channels: tuple[str, ...]
) -> None:
    """The error itself names the channels; nobody has to ask for help first."""
    with pytest.raises(SystemExit) as ended:
        cli.main([command])
    assert ended.value.code == CALLED_WRONGLY
    error = capsys.readouterr().err.rpartition("error:")[2]
    assert all(channel in error for channel in channels)


@pytest.mark.parametrize("status", [1, 2])
def test_a_failure_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    """What cannot be done is said in one line on stderr, with the status of its kind."""

    def fail(_: argparse.Namespace) -> int:
        raise Failure("the house is shut", status)

    parser = argparse.ArgumentParser()
    parser.set_defaults(run=fail)
    monkeypatch.setattr(cli, "_parser", lambda _: parser)
    assert cli.main([]) == status
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "pforte: the house is shut\n")


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says which file, and what is wrong with it, without Python's own wording."""
    called = ["connect", "webchat", "--issuer", "https://portal.example", "--keys", "no-such.pem"]
    assert cli.main(called) == CALLED_WRONGLY
    assert capsys.readouterr().err == "pforte: no-such.pem: No such file or directory\n"


def test_a_house_that_is_not_open_is_said_so(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """`pforte agent list` without a house says how to start one."""
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path_factory.mktemp("empty")))
    assert cli.main(["agent", "list"]) == 1
    assert "make up" in capsys.readouterr().err


def test_whoever_has_seen_enough_is_told_nothing_more() -> None:
    """`pforte … | head` ends without an error about pipes."""
    read, write = os.pipe()
    os.close(read)
    code = "import sys; from pforte.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "parse", "telegram", "events/telegram/blocked.json"]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, "")
