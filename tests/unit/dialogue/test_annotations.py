"""Examples say where their entities are, in all of Rasa's forms."""

from pathlib import Path

import pytest

from conversation.understanding import Entity
from dialogue.annotations import read_annotated
from dialogue.project import Project, read_file
from dialogue.source import Node, ProjectError, read_yaml

FORMS = {
    "from [Berlin](city) please": (
        "from Berlin please",
        (Entity(entity="city", value="Berlin", start=5, end=11),),
    ),
    "in [NYC](city:New York)": (
        "in NYC",
        (Entity(entity="city", value="New York", start=3, end=6),),
    ),
    '[Köln]{"entity": "city", "role": "from"} to [Bonn]{"entity": "city", "role": "to"}': (
        "Köln to Bonn",
        (
            Entity(entity="city", value="Köln", start=0, end=4, role="from"),
            Entity(entity="city", value="Bonn", start=8, end=12, role="to"),
        ),
    ),
    'call [Ada][{"entity": "name"}, {"entity": "person", "value": "A", "group": "1"}]': (
        "call Ada",
        (
            Entity(entity="name", value="Ada", start=5, end=8),
            Entity(entity="person", value="A", start=5, end=8, group="1"),
        ),
    ),
    "a [bracket] and (another)": ("a [bracket] and (another)", ()),
}


@pytest.mark.parametrize("written", FORMS)
def test_an_annotation_becomes_text_and_entities(written: str) -> None:
    """The annotation is gone from the text, and offsets are those of the text without it."""
    assert read_annotated(Node(written, "nlu.yml", 3)) == FORMS[written]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[a]{entity: x}", "no JSON"),
        ('[a]{"value": "x"}', "names no entity"),
        ('[a]{"entity": "x", "rolle": "y"}', "unknown key 'rolle'"),
    ],
)
def test_a_broken_annotation_is_told_with_its_line(written: str, said: str) -> None:
    """An annotation that cannot be meant so stops the training."""
    with pytest.raises(ProjectError, match=f"nlu.yml:3: .*{said}"):
        read_annotated(Node(written, "nlu.yml", 3))


def _project(folder: Path, nlu: str) -> Project:
    path = folder / "nlu.yml"
    path.write_text(nlu, "utf-8")
    project = Project(settings=Node(None, "config.yml", 1), front_door=Node(None, "pforte.yml", 1))
    read_file(project, path, read_yaml(path, "nlu.yml"))
    return project


def test_synonyms_patterns_and_words_are_read(tmp_path: Path) -> None:
    """What stands beside the examples is known by entity; an annotated value is a synonym too."""
    project = _project(
        tmp_path,
        "nlu:\n"
        "- intent: go\n  examples: |\n    - to [NYC](city:New York)\n"
        "- synonym: Cologne\n  examples: |\n    - Köln\n    - Colonia\n"
        "- regex: meter\n  examples: |\n    - \\d{8}\n"
        "- lookup: city\n  examples:\n  - Bonn\n  - Berlin\n",
    )

    known = project.vocabulary
    assert known.synonyms == {"nyc": "New York", "köln": "Cologne", "colonia": "Cologne"}
    assert known.regexes == {"meter": [r"\d{8}"]}
    assert known.lookups == {"city": ["Bonn", "Berlin"]}


def test_a_broken_pattern_is_told_with_its_line(tmp_path: Path) -> None:
    """A regular expression that cannot be read stops the training, not the first message."""
    with pytest.raises(ProjectError, match=r"nlu.yml:4: '\(a' is no regular expression"):
        _project(tmp_path, "nlu:\n- regex: meter\n  examples: |\n    - (a\n")
