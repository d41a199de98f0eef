"""What holds for each encoder, as the build makes it."""

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from nlu import e5, universal
from nlu.e5 import E5Encoder
from nlu.encoder import load_encoders
from nlu.sentence_pieces import BEGIN, END, UNKNOWN
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


class Reader(NamedTuple):
    """An encoder, and the module that says its width and how much it reads."""

    encoder: UniversalEncoder | E5Encoder
    module: ModuleType


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the accurate tier's encoders, which are all."""
    return prepared("accurate", tmp_path_factory.mktemp("ready"))


@pytest.fixture(scope="module", params=[0, 1], ids=["universal", "e5"])
def reader(vectors: Path, request: pytest.FixtureRequest) -> Reader:
    """Return an encoder as the interpreter loads it."""
    encoder = load_encoders("accurate", vectors)[request.param]
    assert isinstance(encoder, UniversalEncoder | E5Encoder)
    return Reader(encoder, (universal, e5)[request.param])


def test_the_same_text_is_the_same_bytes(reader: Reader) -> None:
    """Whatever was read before or beside it: training makes the same files."""
    alone = [reader.encoder.encode([text])[0].tobytes() for text in TEXTS]
    assert [row.tobytes() for row in reader.encoder.encode(TEXTS[::-1])[::-1]] == alone


def test_other_letters_than_latin_are_unknown(reader: Reader) -> None:
    """Their pieces would make the table half as large again, or double, and no example has them."""
    first, *inner, last = reader.encoder.pieces.split("Привет")
    assert (first, last) == (BEGIN, END)
    assert inner[-6:] == [UNKNOWN] * 6


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "x" * 3000, "д" * 3000, "ab " * 3000])
def test_any_text_is_read(reader: Reader, text: str) -> None:
    """A vector of length 1, whatever it is; of too many pieces the first and the last count."""
    (vector,) = reader.encoder.encode([text])
    assert vector.shape == (reader.module.WIDTH,)
    assert float(vector @ vector) == pytest.approx(1, abs=1e-4)


def test_the_middle_of_an_endless_text_does_not_count(reader: Reader) -> None:
    """The work for one text is bounded."""
    begin, end = "ab " * reader.module.LONGEST, "cd " * reader.module.LONGEST
    encode = reader.encoder.encode
    assert (encode([begin + "why? " + end]) == encode([begin + end])).all()


def test_nothing_is_read_of_no_texts(reader: Reader) -> None:
    """No clauses beside the whole, for one."""
    assert reader.encoder.encode([]).shape == (0, reader.module.WIDTH)
