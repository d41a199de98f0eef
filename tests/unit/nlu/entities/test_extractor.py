"""A bot's entities: what its author lists, what its examples teach, in Rasa's ways."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from conversation.understanding import Entity
from nlu.entities.extractor import Extractor
from nlu.entities.training import Taught, train
from nlu.entities.vocabulary import Vocabulary

NAMES = ("Anna", "Bob", "Carla", "David", "Erika", "Fritz")


def _taught(text: str, *entities: tuple[str, str] | tuple[str, str, str]) -> Taught:
    found = []
    for written, name, *role in entities:
        start = text.index(written)
        found.append(
            Entity(
                entity=name,
                value=written,
                start=start,
                end=start + len(written),
                role=role[0] if role else None,
            )
        )
    return Taught(text, tuple(found))


TRANSFERS = [
    *(_taught(f"send money to {name}", (name, "person")) for name in NAMES),
    *(_taught(f"überweise an {name} bitte", (name, "person")) for name in NAMES),
    _taught("hello there"),
    _taught("what does it cost"),
]
TRIPS = [
    _taught(f"from {one} to {other}", (one, "person", "from"), (other, "person", "to"))
    for one, other in pairwise(NAMES)
]


def _extractor(
    folder: Path,
    examples: Sequence[Taught] = (),
    vocabulary: Vocabulary | None = None,
    declared: tuple[str, ...] = (),
) -> Extractor:
    train(examples, vocabulary or Vocabulary(), declared, folder)
    return Extractor.load(folder)


def _found(extractor: Extractor, text: str) -> list[tuple[str, str, str | None]]:
    entities = extractor.extract(text)
    assert all(text[each.start : each.end].strip() for each in entities)
    return [(each.entity, each.value, each.role) for each in entities]


def test_what_examples_annotate_is_found_in_new_words(tmp_path: Path) -> None:
    """The tagger learns from the words around, not the list of values."""
    extractor = _extractor(tmp_path, TRANSFERS)

    assert _found(extractor, "send money to Zoltan") == [("person", "Zoltan", None)]
    assert _found(extractor, "überweise an Quirin bitte") == [("person", "Quirin", None)]
    assert _found(extractor, "what does it cost") == []


def test_roles_are_learnt(tmp_path: Path) -> None:
    """The same kind of thing in two roles is told apart by where it stands."""
    extractor = _extractor(tmp_path, TRIPS)

    assert _found(extractor, "from Xaver to Yves") == [
        ("person", "Xaver", "from"),
        ("person", "Yves", "to"),
    ]


def test_one_stretch_may_be_several_entities(tmp_path: Path) -> None:
    """What an annotation says twice of one stretch is found twice."""
    examples = [
        _taught(f"send money to {name}", (name, "person"), (name, "name")) for name in NAMES
    ]

    assert _found(_extractor(tmp_path, examples), "send money to Zoltan") == [
        ("person", "Zoltan", None),
        ("name", "Zoltan", None),
    ]


def test_patterns_need_an_annotated_example(tmp_path: Path) -> None:
    """As in Rasa a regex or lookup extracts only what is an entity in some example."""
    vocabulary = Vocabulary(
        regexes={"person": [r"[Kk]unde \d+"], "meter": [r"\d{8}"]}, lookups={"person": ["Zoe"]}
    )
    extractor = _extractor(tmp_path, TRANSFERS, vocabulary)

    assert _found(extractor, "KUNDE 12 und 12345678") == [("person", "KUNDE 12", None)]
    assert _found(extractor, "zoe, Zoette") == [("person", "zoe", None)]


@pytest.mark.parametrize("text", ["a+b", "(A+B)!"])
def test_lookup_words_are_literal_and_whole(tmp_path: Path, text: str) -> None:
    """Signs in a lookup word mean themselves; the longest word wins."""
    vocabulary = Vocabulary(lookups={"plan": ["a", "a+b"]})
    extractor = _extractor(tmp_path, [_taught("my x plan", ("x", "plan"))], vocabulary)

    assert [value.lower() for _, value, _ in _found(extractor, text)] == ["a+b"]


def test_synonyms_compare_whole_values_without_case(tmp_path: Path) -> None:
    """After extraction a value gets its one spelling; a part of a value does not."""
    vocabulary = Vocabulary(synonyms={"nyc": "New York"}, lookups={"city": ["NYC", "NYC North"]})
    extractor = _extractor(tmp_path, [_taught("to x", ("x", "city"))], vocabulary)

    values = [value for _, value, _ in _found(extractor, "Nyc or nyc north")]

    assert values == ["New York", "nyc north"]


def test_of_the_same_entity_the_longest_stands(tmp_path: Path) -> None:
    """Two extractors that find one thing give it once; different things may overlap."""
    vocabulary = Vocabulary(lookups={"person": ["Zoltan Nagy"]})
    extractor = _extractor(tmp_path, TRANSFERS, vocabulary)

    assert _found(extractor, "send money to Zoltan Nagy") == [("person", "Zoltan Nagy", None)]


def test_the_ends_of_a_long_text_are_read(tmp_path: Path) -> None:
    """Offsets are those of the whole text."""
    extractor = _extractor(tmp_path, declared=("iban", "email"))
    text = f"a@b.de {'x ' * 50_000}DE89 3704 0044 0532 0130 00"

    found = extractor.extract(text)

    assert [text[each.start : each.end] for each in found] == [
        "a@b.de",
        "DE89 3704 0044 0532 0130 00",
    ]


def test_the_same_examples_make_the_same_bytes(tmp_path: Path) -> None:
    """Training has no chance in it, and its files hold no pickles."""
    for name in ("one", "two"):
        train(TRANSFERS, Vocabulary(), ("time",), tmp_path / name)

    one, two = ({f.name: f.read_bytes() for f in (tmp_path / n).iterdir()} for n in ("one", "two"))

    assert one == two
    assert {name.rpartition(".")[2] for name in one} == {"json", "npy"}


def test_a_bot_without_entities_finds_none(tmp_path: Path) -> None:
    """A folder that was trained without entities is a bot as well."""
    assert Extractor.load(tmp_path).extract("Berlin at 5") == ()
