"""Any text is searched without a crash, in bounded work, and what is found is in the text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.masking import is_card, masked_text
from conversation.understanding import Entity
from nlu.entities import builtin, crf
from nlu.entities.extractor import Extractor
from nlu.entities.times import times
from nlu.entities.tokens import pieces, tokens
from nlu.entities.training import Taught, train
from nlu.entities.vocabulary import Vocabulary
from nlu.features import LONGEST
from tests.property.texts import ANY_TEXT

WORDS = (
    *("am", "um", "at", "in", "vor", "nächsten", "Montag", "Mai", "may", "3.4.", "31.2.", "17:30"),
    *("5", "pm", "Uhr", "halb", "Ende des Monats", "KW 99", "heute", "Abend", "tomorrow", "zwei"),
    *("Wochen", "9999", "Jahren", "years ago", "12,50 €", "$5", "DE89 3704 0044 0532 0130 00"),
    *("+49 030", "10115", "Berlin", "a@b.de", "Anna", "an", "•••• 1111", "4111", "PIN", ":"),
    *("Passwort ist", "0000", "١٢", "½", "²", "①", "ß", "İ"),
)

ANYTHING = st.one_of(
    ANY_TEXT,
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(alphabet="0123456789.,:/- ", max_size=60),
)
MOMENTS = st.integers(0, 250_000_000_000_000)
"""Until the year 9892 (ms)."""


@pytest.fixture(scope="module")
def extractor(tmp_path_factory: pytest.TempPathFactory) -> Extractor:
    folder = tmp_path_factory.mktemp("model")
    examples = [
        Taught(f"an {name}", (Entity(entity="person", value=name, start=3, end=3 + len(name)),))
        for name in ("Anna", "Bob Ross", "Carla")
    ]
    vocabulary = Vocabulary(lookups={"person": ["Berlin"]}, regexes={"person": [r"\w*z\w*"]})
    train(examples, vocabulary, builtin.NAMES, folder)
    return Extractor.load(folder)


@given(text=ANYTHING, now=MOMENTS)
def test_what_is_found_is_in_the_text(extractor: Extractor, text: str, now: int) -> None:
    """Stretches are inside the text, hold something, and a repeat finds the same."""
    found = extractor.extract(text, now)

    for entity in found:
        assert 0 <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end].strip()
        assert entity.value
        assert entity.extractor
    assert extractor.extract(text, now) == found


@given(text=ANYTHING)
def test_of_one_entity_no_two_overlap(extractor: Extractor, text: str) -> None:
    """A slot is filled by one thing, not by a thing and its half."""
    last: dict[str, int] = {}
    for entity in extractor.extract(text, 0):
        assert entity.start >= last.get(entity.entity, 0)
        last[entity.entity] = entity.end


@given(text=ANYTHING)
def test_the_work_for_one_text_is_bounded(text: str) -> None:
    """However long a text is, only its ends are read, and where they stand is known."""
    read = list(pieces(text))

    assert sum(len(piece) for _, piece in read) <= LONGEST
    assert sum(len(tokens(piece)) for _, piece in read) <= LONGEST
    assert all(text[offset : offset + len(piece)] == piece for offset, piece in read)


@given(now=MOMENTS, text=st.sampled_from(["am 3.4.", "in 9999 Jahren", "Montag um 8", "am 30."]))
def test_any_moment_has_a_next_one(now: int, text: str) -> None:
    """Dates at the edge of the calendar are left out, never an error."""
    for entity in times(text, now):
        assert entity.value[:4].isdigit()


@given(text=ANYTHING)
def test_masking_leaves_no_card_number(text: str) -> None:
    """No run of digits that is a card's number is left, and a second pass changes nothing."""
    masked = masked_text(text)

    for run in masked.split():
        assert not (run.isascii() and run.isdigit() and is_card(run))
    assert masked_text(masked) == masked


@given(
    digits=st.lists(st.integers(0, 9), min_size=12, max_size=18),
    first=st.integers(1, 9),
    size=st.integers(2, 19),
    sign=st.sampled_from(["", " ", "-", "."]),
)
def test_every_card_number_is_masked_however_it_is_grouped(
    digits: list[int], first: int, size: int, sign: str
) -> None:
    """Any number of the right length with the right last digit is taken for a card's."""
    body = f"{first}{''.join(map(str, digits))}"[:-1]
    number = next(body + str(last) for last in range(10) if is_card(body + str(last)) or last == 9)
    written = sign.join(number[at : at + size] for at in range(0, len(number), size))

    if is_card(number):
        assert masked_text(f"Karte {written} bitte") == f"Karte •••• {number[-4:]} bitte"


@settings(max_examples=25)
@given(st.data())
def test_the_gradient_is_that_of_the_loss(data: st.DataObject) -> None:
    """The field's slope is what differences of its loss say."""
    draw = data.draw
    token = st.tuples(st.lists(st.integers(0, 4), min_size=1, max_size=3), st.integers(0, 2))
    sentence = st.lists(token, min_size=1, max_size=4)
    sentences = draw(st.lists(sentence, min_size=1, max_size=3))
    corpus = crf.Corpus.of(
        [([row for row, _ in each], [label for _, label in each]) for each in sentences], (5, 3)
    )
    allowed = np.ones((3, 3), dtype=bool)
    at = np.sin(np.arange(5 * 3 + 9.0))

    def loss(flat: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, crf.Floats]:
        weights = crf.Weights(flat[:15].reshape(5, 3), flat[15:].reshape(3, 3))
        return crf._loss(corpus, weights, allowed)

    slope = loss(at)[1]
    for place in range(len(at)):
        step = np.zeros_like(at)
        step[place] = 1e-5
        assert slope[place] == pytest.approx(
            (loss(at + step)[0] - loss(at - step)[0]) / 2e-5, abs=1e-4
        )
