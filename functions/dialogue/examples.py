"""Read the examples of intents from `nlu:` sections. Training only.

A file's name says the language of its examples (`nlu_de.yml`, `de/….yml`); `metadata:
{language: en}` at an intent's block says it for the block.
"""

from collections.abc import Iterator
from typing import NamedTuple

from conversation.understanding import Entity, Language
from dialogue.annotations import read_annotated
from dialogue.source import Node, Warn

BESIDE = ("synonym", "regex", "lookup")
"""Entries of `nlu:` that are no examples of an intent: see `vocabulary`."""

_KEYS = ("intent", "examples", "metadata")


class Example(NamedTuple):
    """A text that means an intent, and the entities that are annotated in it."""

    text: str
    intent: str
    language: Language | None
    node: Node
    entities: tuple[Entity, ...] = ()


def read_examples(section: Node, language: Language | None, warn: Warn) -> list[Example]:
    """Read the intents' examples of one `nlu:` section. Raises ProjectError.

    What is not supported yet goes to `warn`.
    """
    examples: list[Example] = []
    for block in section.sequence("nlu"):
        fields = block.mapping("an entry of nlu")
        if any(key in fields for key in BESIDE):
            continue
        if "intent" not in fields:
            block.fail("an entry of nlu needs 'intent: name'. Add it.")
        for key in fields:
            if key not in _KEYS:
                fields[key].fail(f"an intent's block has no key '{key}'. Correct or remove it.")
        intent = fields["intent"].text("intent")
        if "/" in intent:
            warn(block, f"retrieval intents ('{intent}') are not used yet.")
            continue
        spoken = _language(fields.get("metadata"), language)
        if "examples" not in fields:
            block.fail(f"intent '{intent}' has no 'examples: |'. Add some or remove it.")
        taught = list(lines(fields["examples"]))
        if not taught:
            block.fail(f"intent '{intent}' has no examples. Add some or remove it.")
        for node in taught:
            plain, entities = read_annotated(node)
            examples.append(Example(plain, intent, spoken, node, entities))
    return examples


def _language(metadata: Node | None, default: Language | None) -> Language | None:
    fields = metadata.value if metadata else None
    node = fields.get("language") if isinstance(fields, dict) else None
    if node is None:
        return default
    languages: dict[str, Language] = {"de": "de", "en": "en"}
    if node.value not in languages:
        node.fail("the language of examples is 'de' or 'en'. Correct it.")
    return languages[node.value]


def lines(examples: Node) -> Iterator[Node]:
    """Yield each example with its own line, from a block of `- ` lines or a list."""
    if isinstance(examples.value, list):
        for entry in examples.value:
            yield entry.at(("text",))
        return
    if not isinstance(examples.value, str):
        examples.fail("examples are a block ('examples: |') of lines that begin with '- '.")
    for offset, raw in enumerate(examples.value.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        node = Node(line.removeprefix("-").strip(), examples.file, examples.line + offset)
        if not line.startswith("-"):
            node.fail(f"'{line[:40]}' does not begin with '- '. Each example is such a line.")
        if not node.value:
            node.fail("an example is empty. Write a text behind '- ' or remove the line.")
        yield node
