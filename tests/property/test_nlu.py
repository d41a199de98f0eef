"""Any text is understood without a crash, in bounded work, the same each time."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlu.features import LONGEST, features, shorten
from nlu.interpreter import Interpreter
from nlu.settings import NluSettings
from nlu.training import train
from tests.property.texts import ANY_TEXT, EXAMPLES

ANYTHING = st.one_of(
    ANY_TEXT,
    st.text(alphabet="aäßİſﷺ 0٣👍\n\u200d", max_size=400),
)


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    folder = tmp_path_factory.mktemp("model")
    train(EXAMPLES, NluSettings(tier="small"), folder)
    return Interpreter.load(folder)


@given(text=ANYTHING)
def test_any_text_is_understood(interpreter: Interpreter, text: str) -> None:
    """Confidences are probabilities, the ranking is in order, and a repeat finds the same."""
    found = interpreter.parse(text)

    assert found.text == text
    confidences = [guess.confidence for guess in found.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert interpreter.parse(text) == found


@given(text=ANYTHING)
@example("Ä" * 4_000)
def test_work_for_one_text_is_bounded(text: str) -> None:
    """However long a text is, only so many n-grams of it are looked at."""
    assert len(shorten(text)) <= LONGEST
    _, counts = features(text)
    assert counts.sum() <= 6 * (LONGEST + 2)


def test_the_end_of_a_long_text_counts(tmp_path: Path) -> None:
    """Of a long text both ends are read: the request often comes last."""
    train(EXAMPLES, NluSettings(tier="small"), tmp_path)
    interpreter = Interpreter.load(tmp_path)
    filler = "x" * 100_000

    at_end = interpreter.parse(f"{filler} Zählerstand melden")

    assert at_end.ranking[0].name == "meter"
