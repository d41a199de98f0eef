"""Hold that every call of the command that the documentation shows is one that it takes."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from pforte import cli

_ROOT = Path(__file__).parents[2]
_PROGRAM = ".venv/bin/pforte "


def _shown() -> Iterator[tuple[str, str]]:
    for page in (_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))):
        for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
            call = line.strip().removeprefix("$ ")
            if call.startswith(_PROGRAM):
                yield f"{page.relative_to(_ROOT)}:{number}", call.removeprefix(_PROGRAM)


@pytest.mark.parametrize(("place", "call"), list(_shown()), ids=lambda value: value[:40])
def test_a_documented_call_is_taken(place: str, call: str) -> None:
    """Nobody who copies a line from the documentation is told that it is wrong."""
    for one in call.split("&& " + _PROGRAM):
        words = shlex.split(one, comments=True)
        assert cli.parse(words).run, place


def test_calls_are_found() -> None:
    """The test above looks at something."""
    assert len(list(_shown())) >= 10
