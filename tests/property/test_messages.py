"""Any message is understood in bounded work: so many pieces are read of it, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlu.clauses import CHARACTERS, LIMIT, TOKENS
from nlu.encoder import Encoder
from nlu.interpreter import Interpreter
from nlu.settings import NluSettings
from nlu.training import train
from tests.property.texts import ANY_TEXT, EXAMPLES

SENTENCES = ("Ich möchte nicht kündigen.", "Wann haben Sie geöffnet?", "Vielen Dank!", "No!", "1.5")

ANYTHING = st.one_of(
    ANY_TEXT,
    st.text(alphabet="aäß .,!?;\n0٣👍שء\u200d\u200b\u202e\x00\x1b", max_size=400),
    st.lists(st.sampled_from(SENTENCES), max_size=60).map(" ".join),
)


@dataclass
class Reader:
    """An encoder that counts what it is given to read."""

    read: list[str] = field(default_factory=list)
    width: int = 512

    def knows(self, word: str) -> bool:
        """Take no word for known."""
        return False

    def encode(self, texts: Sequence[str]) -> NDArray[np.floating[Any]]:
        """Return a vector by the letters of each text."""
        self.read += texts
        vectors = np.ones((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text[:500]:
                vectors[row, ord(letter) % 512] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    folder = tmp_path_factory.mktemp("model")
    train(EXAMPLES, NluSettings(tier="small", threshold=0.2), folder)
    return Interpreter.load(folder)


@given(text=ANYTHING)
@example("Ich möchte nicht kündigen. " * 4_000)
@example("x" * 100_000)
@example("a b " * 25_000)
@example("\u202e\u0634\u05e9\u200b" * 25_000)
def test_any_message_is_read_in_bounded_work(interpreter: Interpreter, text: str) -> None:
    """What is read is counted: pieces, words and characters, whatever is in a message."""
    reader = Reader()
    encoders: tuple[Encoder, ...] = (reader,)
    size = len(interpreter.labels)
    neighbours = replace(
        interpreter.neighbours,
        shares=(0.5,),
        encoders=encoders,
        means=np.zeros(512, dtype=np.float32),
        turns=(np.eye(512, dtype=np.float32),),
        vectors=np.full((size, 512), 0.002, dtype=np.float32),
    )

    found = replace(interpreter, neighbours=neighbours).parse(text)

    assert found.text == text
    assert len(reader.read) <= LIMIT
    assert sum(len(piece) for piece in reader.read) <= 2 * CHARACTERS
    assert sum(len(piece.split()) for piece in reader.read) <= 2 * TOKENS


@given(text=ANYTHING)
def test_requests_are_several_or_none(interpreter: Interpreter, text: str) -> None:
    """Each is another intent that is acted on; the message's own is one of them."""
    found = interpreter.parse(text)

    intents = [request.intent for request in found.requests]
    assert len(intents) != 1
    assert len(set(intents)) == len(intents)
    assert not intents or found.intent in intents
    assert (found.doubt is None) == (found.intent != "nlu_fallback") or not found.ranking
