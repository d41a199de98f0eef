"""The table of understanding is made of what was measured, and says so where nothing was."""

from pathlib import Path

import pytest

from nlu.training import OUT_OF_SCOPE, Example
from pforte.bench import understanding
from pforte.bench.understanding import (
    LONGEST,
    WORST,
    YARDSTICK,
    Row,
    tables,
    worst_table,
    yardstick,
)

ROW: Row = {
    "accuracy": 0.906,
    "auroc": 0.9044,
    "coverage_at_95": 0.64,
    "coverage_at_98": 0.5,
    "coverage_answered": 0.62,
    "precision_answered": 0.951,
    "ece": 0.041,
    "train_s": 12.34,
    "cpu_ms_per_message": 2.5,
    "model_bytes": 60_000_000,
}


def test_the_tables_hold_each_layer_and_the_mean() -> None:
    """Accuracy, AUROC and coverage of a row; a set without messages out of scope has accuracy."""
    plain = {**ROW, "accuracy": 0.934, "auroc": None}
    rows = {YARDSTICK: {"a": ROW, "b": plain}, "pforte, small": {"a": ROW, "b": plain}}

    told = tables(rows, ["a", "b"])

    assert "| pforte, small | 90.6 / .904 / .64 / .50 | 93.4 | 92.0 |" in told
    assert "| pforte, small | .62 @ 95.1, .041 |" in told
    assert told.count(YARDSTICK) == 2  # it has no threshold
    assert "12.3 s, 2.5 ms, 60 MB" in told


def test_the_yardstick_tells_scope_by_its_decision() -> None:
    """What it was taught is right, and what is like nothing has the lowest confidence."""
    words = {"open": "when do you open", "bill": "where is my bill", "hello": "hello there friend"}
    train = [
        Example(f"{text} {n}", name) for name, text in words.items() for n in ("now", "please")
    ]
    test = [*train, Example("xyzzy quux", OUT_OF_SCOPE)]

    found = yardstick(train, test)

    assert found["accuracy"] == 1
    assert found["auroc"] == 1
    assert found["coverage_at_95"] == pytest.approx(6 / 7)


def test_without_the_sets_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`make bench` goes on where the published sets are not at hand."""
    monkeypatch.setenv("PFORTE_SHARED", str(tmp_path))
    monkeypatch.setattr(understanding, "worst_texts", lambda: {"x": {"cpu_ms": 1, "added_mb": 0}})

    assert understanding.main([]) == 0

    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("understanding: not measured, there are no sets in")
    assert not any("LinearSVC" in line for line in rest)


def test_the_worst_texts_are_long_and_the_dearest_is_first() -> None:
    """Each is as long as it says, and their costs are in order."""
    assert all(0.99 * LONGEST <= len(text) <= LONGEST for text in WORST.values())
    told = worst_table({"a": {"cpu_ms": 1, "added_mb": 2}, "b": {"cpu_ms": 3, "added_mb": 0}})
    assert told.index("  b ") < told.index("  a ")
