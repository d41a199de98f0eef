"""Training refuses broken examples: file, line, what is wrong, and what to do about it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pforte.cli import main

WriteBot = Callable[..., Path]

BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "bad YAML": ("nlu:\n- intent: greet\n  examples: [\n", 4, "Check indentation and quotes."),
    "a tab": (
        "nlu:\n- intent: greet\n\texamples: |\n    - hi\n",
        3,
        "Check indentation and quotes.",
    ),
    "an unclosed annotation": (
        "nlu:\n- intent: greet\n  examples: |\n    - hi\n    - I am [Bob](name\n",
        5,
        "Write [text](entity).",
    ),
    "an annotation without its bracket": (
        "nlu:\n- intent: greet\n  examples: |\n    - I am [Bob(name), hi\n",
        4,
        "Write [text](entity).",
    ),
    "an annotation that is no JSON": (
        "nlu:\n- intent: greet\n  examples: |\n    - I am [Bob]{'entity': 'name'}\n",
        4,
        "Put names and values into double quotes.",
    ),
    "an unknown key": (
        "nlu:\n- intent: greet\n  exampels: |\n    - hi\n",
        3,
        "no key 'exampels'. Correct or remove it.",
    ),
    "an unknown key of a lookup": (
        "nlu:\n- lookup: plan\n  words: |\n    - one\n",
        3,
        "no key 'words'. Correct or remove it.",
    ),
    "an intent without examples": (
        "nlu:\n- intent: thank\n  examples: |\n- intent: greet\n  examples: |\n    - hi\n",
        2,
        "has no examples. Add some or remove it.",
    ),
    "an empty example": (
        "nlu:\n- intent: greet\n  examples: |\n    - hi\n    -\n",
        5,
        "Write a text behind '- ' or remove the line.",
    ),
    "a line that is no example": (
        "nlu:\n- intent: greet\n  examples: |\n    - hi\n    hello\n",
        5,
        "Each example is such a line.",
    ),
    "an entry without an intent": (
        "nlu:\n- examples: |\n    - hi\n",
        2,
        "needs 'intent: name'. Add it.",
    ),
    "no list": ("nlu: greet\n", 1, "Begin each entry with '- '."),
    "no mapping": ("- greet\n", 1, "Indent its keys below it."),
    "a wrong pattern": (
        "nlu:\n- regex: meter\n  examples: |\n    - (\\d+\n",
        4,
        "is no regular expression",
    ),
    "another encoding": ("nlu:\n- intent: grüße\n".encode("latin-1"), 2, "Save the file as UTF-8."),
    "a binary file": (b"\x89PNG\r\n\x1a\n\x00\x00", 1, "Save the file as UTF-8."),
    "a control character": (
        "nlu:\n- intent: greet\n  examples: |\n    - h\x00i\n",
        4,
        "a control character (U+0000)",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_examples_are_refused(
    write_bot: WriteBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
) -> None:
    """Exit 1 and one line, before anything of an earlier training is touched."""
    monkeypatch.chdir(tmp_path)
    folder = write_bot()
    content, line, remedy = BROKEN[what]
    file = folder / "data" / "broken_en.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert main(["bot", "train", "--bot", str(folder)]) == 1

    told = capsys.readouterr().err
    assert told.startswith(f"pforte: {file}:{line}: ")
    assert remedy in told
    assert told.count("\n") == 1
    assert not (tmp_path / ".pforte").exists()
