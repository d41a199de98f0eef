"""How near a text's words and letters are to those of the examples."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlu.features import BUCKETS, features
from nlu.index import Index

EXAMPLES = [
    "ich möchte meinen zählerstand melden",
    "ich möchte kündigen",
    "bitte den zählerstand ablesen, bitte",
    "wann kommt meine rechnung",
    "meine rechnung ist zu hoch, viel zu hoch",
    "umzug",
] * 3 + [f"nummer {chr(97 + n) * 5}" for n in range(40)]

TEXTS = (
    "ich möchte meinen zählerstand melden",
    "rechnung rechnung rechnung",
    "zu hoch ist meine rechnung, viel zu hoch!",
    "völlig unbekannte wörter",
    "umzug umziehen umgezogen",
    "ich",
    "x" * 3000,
    "",
    "👍",
)


def _vectors(texts: list[str]) -> NDArray[np.float64]:
    """Return TF-IDF vectors of length 1 as textbooks have them, rarity from the examples."""
    counts = np.zeros((len(texts), BUCKETS))
    for row, text in zip(counts, texts, strict=True):
        buckets, often = features(text)
        row[buckets] = often
    held = (counts[: len(EXAMPLES)] > 0).sum(axis=0)
    rarity = np.log((1 + len(EXAMPLES)) / (1 + held)) + 1
    weights = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0) * rarity
    length = np.sqrt((weights * weights).sum(axis=1, keepdims=True))
    vectors: NDArray[np.float64] = weights / np.maximum(length, 1e-6)
    return vectors


@pytest.fixture(params=[0, 0.1, 1])
def index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Index:
    """Return an index to which all n-grams, some or none are common."""
    monkeypatch.setattr("nlu.index._MANY", request.param)
    return Index.of(EXAMPLES)


def test_cosines_are_those_of_tf_idf(index: Index) -> None:
    """Common n-grams stand apart: nothing of it shows."""
    together = _vectors([*EXAMPLES, *TEXTS])
    expected = together[len(EXAMPLES) :] @ together[: len(EXAMPLES)].T
    found = np.stack([index.cosines(text) for text in TEXTS])
    assert np.abs(found - expected).max() < 1e-5


def test_it_finds_what_was_saved(index: Index, tmp_path: Path) -> None:
    """What training writes is what runs."""
    index.save(tmp_path)
    again = Index.load(tmp_path)
    for text in TEXTS:
        assert (again.cosines(text) == index.cosines(text)).all()
