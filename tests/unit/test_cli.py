"""Hold how the command answers: exit statuses, one clear line, and no traceback for people."""

import argparse

import pytest

from pforte import cli
from pforte.failure import Failure


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


def test_a_house_that_is_not_open_is_said_so(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """`pforte agent list` without a house says how to start one."""
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path_factory.mktemp("empty")))
    assert cli.main(["agent", "list"]) == 1
    assert "make up" in capsys.readouterr().err
