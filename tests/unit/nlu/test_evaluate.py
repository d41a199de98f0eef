"""`pforte nlu evaluate` tells what a layer is worth, and refuses what it cannot read."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from nlu.settings import NluSettings
from nlu.training import OUT_OF_SCOPE, Example
from pforte.cli import main
from pforte.nlu import evaluate
from pforte.nlu.encoders import prepared

TAUGHT = {"open": "when do you open", "bill": "where is my bill", "hello": "hello there friend"}
TRAIN = [Example(f"{text} {n}", name) for name, text in TAUGHT.items() for n in ("now", "please")]
TEST = [*TRAIN, Example("xyzzy quux", OUT_OF_SCOPE)]


def test_what_a_layer_is_worth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Messages out of scope are no intent's: they count where it is told from what is in scope."""
    for name, rows in (("train", TRAIN), ("test", [*TRAIN, Example("xyzzy quux", "out_of_scope")])):
        lines = [f"{row.text}\t{row.intent}\n" for row in rows]
        (tmp_path / f"{name}.tsv").write_text("".join(lines))
    paths = [f"--{name}={tmp_path / name}.tsv" for name in ("train", "test")]

    assert main(["nlu", "evaluate", *paths, "--tier", "small", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["accuracy"], found["macro_f1"], found["auroc"]) == (1, 1, 1)
    assert found["coverage_at_95"] == pytest.approx(6 / 7, abs=1e-4)


def test_shares_are_those_of_the_messages() -> None:
    """Ties count half, and equally sure messages are answered together or not at all."""
    confidence, right = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    assert evaluate.auroc_of(confidence, right) == pytest.approx(0.875)
    assert evaluate.auroc_of(confidence, np.ones(4, dtype=bool)) is None
    assert evaluate.coverage_at(confidence, right, 0.95) == 0.25
    assert evaluate.coverage_at(confidence, right, 0.6) == 0.75
    assert evaluate.coverage_at(confidence, ~right, 0.95) == 0


def test_a_layer_is_as_large_as_its_own_encoders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another tier has left beside them does not count."""
    (tmp_path / "universal").symlink_to((prepared("default") / "universal").resolve())
    monkeypatch.setattr(evaluate, "prepared", lambda _: tmp_path)
    sizes = []
    for _ in range(2):
        sizes.append(evaluate.evaluate(TRAIN, TEST, NluSettings(tier="default")).model_bytes)
        (tmp_path / "e5").mkdir(exist_ok=True)
        (tmp_path / "e5" / "weights.bin").touch()
        os.truncate(tmp_path / "e5" / "weights.bin", 1_000_000)
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (None, 2, "there is no such file"),
        (b"\n", 1, "has no examples"),
        (b"hello\tgreet\nhello\n", 1, "rows.tsv:2: write 'text<TAB>intent'"),
        (b"\xff\tgreet\n", 1, "is not UTF-8"),
    ],
)
def test_a_wrong_file_is_one_clear_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    status: int,
    told: str,
) -> None:
    """It names the file, and the line where there is one."""
    path = tmp_path / "rows.tsv"
    if content is not None:
        path.write_bytes(content)

    assert main(["nlu", "evaluate", f"--train={path}", f"--test={path}"]) == status

    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
