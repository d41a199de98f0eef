"""Which word of the examples a misspelt one is taken for."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlu.neighbours import prepare
from nlu.spelling import Spelling
from tests.unit.nlu.test_encoder import Lengths

EXAMPLES = [
    "Ich möchte meinen Zählerstand melden",
    "Meine Rechnung ist da",
    "ich möchte die Rechnung zahlen",
    "ich will zahlen",
    "Der Schlüssel geht nicht",
]


def _spelling(*others: str) -> Spelling:
    """Return the examples' spelling; the encoder reads other words as a whole, too."""
    return Spelling.of(EXAMPLES, set(others).__contains__)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Rehnung", "Rechnung"),
        ("Rechhnung", "Rechnung"),
        ("Recjnung", "Rechnung"),
        ("Recnhung", "Rechnung"),
        ("Rechnun", "Rechnung"),
        ("Rechnungx", "Rechnung"),
        ("rechnugn", "Rechnung"),
        ("zaelerstand", "Zählerstand"),
        ("zaehlerstand", "Zählerstand"),
        ("ZÄHLERSTAND", "Zählerstand"),
        ("Schlussel", "Schlüssel"),
        ("meine rechnugn,die is da!", "Meine Rechnung,die is da!"),
    ],
)
def test_a_slip_is_read_as_the_word_that_was_meant(written: str, meant: str) -> None:
    """One letter too many, too few, wrong or moved; capitals and umlauts as examples have them."""
    assert _spelling().correct(written) == meant


@pytest.mark.parametrize(
    "written", ["Bechnung", "Rehnug", "wil", "Berechnung", "4711", "👍", "", "Kündigung", "x" * 900]
)
def test_what_is_no_slip_stays(written: str) -> None:
    """People get the first letter right; two slips, and short words, could be anything."""
    assert _spelling().correct(written) == written


def test_a_word_of_its_own_stays() -> None:
    """What the encoder knows is no slip, though one letter away."""
    assert _spelling("melde").correct("melde") == "melde"
    assert _spelling().correct("melde") == "melden"


def test_of_two_words_the_more_frequent_one_was_meant() -> None:
    """Examples say which."""
    spelling = Spelling.of(["zahlen", "zählen", "mahlen", "stall", "stalle"] * 2 + ["stalle"], _no)
    assert spelling.correct("stallt") == "stalle"


def _no(_: str) -> bool:
    return False


def test_the_work_for_one_text_is_bounded() -> None:
    """Only so many words are looked for, however many there are, and the same each time."""
    asked: list[str] = []

    def knows(word: str) -> bool:
        asked.append(word)
        return False

    spelling = Spelling.of(EXAMPLES, knows)
    text = " ".join(f"Rechnun{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600))
    once = spelling.correct(text)
    assert 0 < len(asked) <= 30
    assert spelling.correct(text) == once


def test_files_keep_it(tmp_path: Path) -> None:
    """What was saved corrects alike."""
    _spelling().save(tmp_path)
    assert Spelling.load(tmp_path, _no).correct("rechnugn wil") == "Rechnung wil"


def test_a_message_is_as_near_to_examples_as_what_it_means() -> None:
    """Words and meaning are compared without the slip; without encoders it is letters that tell."""
    neighbours, _ = prepare(EXAMPLES, (0.5,), (Lengths(3),))

    def cosines(text: str) -> NDArray[np.float32]:
        return neighbours.cosines(text, neighbours.meaning([text])[0])

    assert (cosines("meine rechnugn ist da") == cosines("meine Rechnung ist da")).all()
    small, _ = prepare(EXAMPLES, (), ())
    none = np.zeros(0, dtype=np.float32)
    slip, right = (small.cosines(text, none).max() for text in ("rechnugn da", "rechnung da"))
    assert slip < right
