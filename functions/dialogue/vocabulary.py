"""Read synonyms, regular expressions and lookup words from `nlu:` sections. Training only."""

import re
from collections.abc import Iterable

from dialogue.examples import BESIDE, Example, lines
from dialogue.source import Node
from nlu.entities.vocabulary import Vocabulary


def read_vocabulary(section: Node, into: Vocabulary) -> None:
    """Add one `nlu:` section's to what is known. Raises ProjectError."""
    for block in section.sequence("nlu"):
        fields = block.mapping("an entry of nlu")
        kind = next((key for key in BESIDE if key in fields), None)
        if kind is None:
            continue
        for key in fields:
            if key not in (kind, "examples", "metadata"):
                fields[key].fail(f"a {kind}'s block has no key '{key}'. Correct or remove it.")
        name = fields[kind].text(kind)
        if "examples" not in fields:
            block.fail(f"{kind} '{name}' has no 'examples: |'. Add some or remove it.")
        for node in lines(fields["examples"]):
            word = node.text("an example")
            if kind == "synonym":
                into.synonyms[word.lower()] = name
            elif kind == "lookup":
                into.lookups.setdefault(name, []).append(word)
            else:
                _check(node, word)
                into.regexes.setdefault(name, []).append(word)


def add_annotated(examples: Iterable[Example], into: Vocabulary) -> None:
    """Add the synonyms that annotations make by giving a value that is not what is written."""
    for example in examples:
        for entity in example.entities:
            written = example.text[entity.start : entity.end]
            if written != entity.value:
                into.synonyms.setdefault(written.lower(), entity.value)


def _check(node: Node, pattern: str) -> None:
    try:
        re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        node.fail(f"'{pattern}' is no regular expression: {error}. Correct it.")
