"""What encoders read, and how they split it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlu.encoder import Encoder, capitals_tell, plain
from nlu.neighbours import KEPT, Neighbours, prepare
from nlu.sentence_pieces import BEGIN, END, UNKNOWN, Pieces

VOCABULARY = ["<unk>", "<s>", "</s>", "▁", "▁zu", "g", "▁zug", "▁a", "b", "ab", "▁ab"]
SCORES = np.array([0, 0, 0, -5, -3, -4, -2, -3, -3, -4, -9], dtype=np.float32)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("WO IST MEIN ZÄHLER?", "wo ist mein zähler?"),
        ("Wo ist mein Zähler", "Wo ist mein Zähler"),
        ("Stand 12345", "Stand 0"),
        ("Stand 1.234,5", "Stand 0"),
        ("COVID und EMI", "COVID und EMI"),
        ("EMI?", "EMI?"),
        ("", ""),
    ],
)
def test_numbers_and_shouting_do_not_matter(written: str, read: str) -> None:
    """Numbers are one number; a message all in capitals is read in lower case."""
    assert plain(written, cased=True) == read


def test_capitals_are_read_where_they_tell() -> None:
    """Of examples in correct German they are; of others case does not matter."""
    assert capitals_tell(["Wo ist mein Zähler?", "Die Rechnung ist zu hoch"])
    assert not capitals_tell(["Where is my bill?", "wo ist mein zähler", "WO IST MEIN ZÄHLER"])
    assert plain("Wo ist mein Zähler 7?", cased=False) == "wo ist mein zähler 0?"


@pytest.mark.parametrize(
    ("text", "ids"),
    [("zug", [6]), ("zu g", [4, 3, 5]), ("ab", [7, 8]), ("zug?", [6, UNKNOWN]), ("", [3])],
)
def test_the_likeliest_pieces_are_found(text: str, ids: list[int]) -> None:
    """Of all ways to split a text, the one with the highest probability; else unknown pieces."""
    assert Pieces.of(VOCABULARY, SCORES).split(text) == [BEGIN, *ids, END]


def test_the_vocabulary_survives_its_files(tmp_path: Path) -> None:
    """What the build step writes is what runs."""
    Pieces.of(VOCABULARY, SCORES).save(tmp_path)
    assert Pieces.load(tmp_path).split("zug ab") == [BEGIN, 6, 7, 8, END]


@dataclass
class Lengths:
    """An encoder by how long a text is."""

    width: int

    def knows(self, word: str) -> bool:
        """Take no word for known."""
        return False

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return powers of each text's length."""
        return np.array([[len(text) ** n for n in range(self.width)] for text in texts], np.float32)


def test_each_encoder_has_its_own_weight() -> None:
    """However wide they are, their parts of a vector are as long as their shares say."""
    texts = ["a", "ab", "abcd", "abcdefg"]
    encoders = (Lengths(3), Lengths(5))
    vectors = prepare(texts, (0.5, 0.2), encoders)[0].vectors
    squares = vectors**2
    assert squares[:, :3].sum(axis=1) == pytest.approx(np.full(4, 0.5), abs=1e-5)
    assert squares[:, 3:].sum(axis=1) == pytest.approx(np.full(4, 0.2), abs=1e-5)


def _spread(examples: int, directions: int) -> tuple[list[str], Encoder]:
    """Return texts, and an encoder whose vectors of them differ along so many directions."""
    texts = [str(number) for number in range(examples)]
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(examples, directions)) @ draw.normal(size=(directions, 400))

    @dataclass
    class Known:
        width: int = 400

        def knows(self, word: str) -> bool:
            return False

        def encode(self, wanted: Sequence[str]) -> NDArray[np.float32]:
            return vectors[[int(text) for text in wanted]].astype(np.float32)

    return texts, Known()


def test_of_many_examples_directions_that_tell_nothing_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A message passes less memory, and cosines stay what they are; files keep it."""
    monkeypatch.setattr("nlu.neighbours.plain", lambda text, cased: text)
    texts, encoder = _spread(1200, 100)
    neighbours, meanings = prepare(texts, (1.0,), (encoder,))
    assert neighbours.vectors.shape == (1200, KEPT)
    whole = encoder.encode(texts) - neighbours.means
    whole /= np.sqrt((whole * whole).sum(axis=1, keepdims=True))
    assert np.abs(meanings @ meanings.T - whole @ whole.T).max() < 1e-4
    neighbours.save(tmp_path)
    again = Neighbours.load(tmp_path, (1.0,), (encoder,), cased=neighbours.cased)
    assert (again.meaning(texts[:3]) == neighbours.meaning(texts[:3])).all()


def test_of_few_examples_all_directions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of examples cannot say what does not matter."""
    monkeypatch.setattr("nlu.neighbours.plain", lambda text, cased: text)
    texts, encoder = _spread(300, 5)
    assert prepare(texts, (1.0,), (encoder,))[0].vectors.shape == (300, 400)
