"""Read where the entities of an example are: `[text](entity)` and its longer forms.

`[text](entity:value)`, `[text]{"entity": …, "value": …, "role": …, "group": …}`, and
`[text][{…}, {…}]` where one stretch is several entities. Training only.
"""

import json
import re
from typing import Any

from conversation.understanding import Entity
from dialogue.source import Node

_ANNOTATION = re.compile(
    r"\[(?P<text>[^\]]+)\]"
    r"(?:\((?P<name>[^:)]+)(?::(?P<value>[^)]+))?\)|(?P<one>\{[^}]+\})|(?P<many>\[\{.*?\}\s*\]))"
)
_LEFT_OPEN = re.compile(r"\](?:\(|\{|\[\{)|\[[^\[\]()]*\([\w-]+(?::[^)]*)?\)")
"""What is left of an annotation that lacks a bracket: `](…`, `]{…` or `[text(entity)`."""

_KEYS = {"entity", "value", "role", "group"}


def read_annotated(node: Node) -> tuple[str, tuple[Entity, ...]]:
    """Return an example without its annotations, and the entities. Raises ProjectError."""
    written = node.text("an example")
    plain, at = "", 0
    entities: list[Entity] = []
    for match in _ANNOTATION.finditer(written):
        plain += written[at : match.start()]
        start = len(plain)
        plain += match["text"]
        at = match.end()
        entities += [_entity(node, fields, match["text"], start) for fields in _fields(node, match)]
    plain += written[at:]
    if _LEFT_OPEN.search(plain):
        node.fail(
            f"'{plain[:40]}' has an annotation without all of its brackets. Write [text](entity)."
        )
    return plain, tuple(entities)


def _fields(node: Node, match: re.Match[str]) -> list[dict[str, Any]]:
    """Return what an annotation says, once for each entity."""
    if match["name"]:
        return [{"entity": match["name"], "value": match["value"]}]
    try:
        read = json.loads(match["one"] or match["many"])
    except ValueError:
        node.fail(
            f"the annotation of '{match['text']}' is no JSON. Put names and values into double "
            "quotes."
        )
    return read if isinstance(read, list) else [read]


def _entity(node: Node, fields: dict[str, Any], text: str, start: int) -> Entity:
    unknown = set(fields) - _KEYS
    name = fields.get("entity")
    if not isinstance(name, str) or not name.strip():
        node.fail(f"the annotation of '{text}' names no entity. Add \"entity\".")
    if unknown:
        node.fail(f"the annotation of '{text}' has an unknown key '{min(unknown)}'. Correct it.")
    value = fields.get("value")
    return Entity(
        entity=name.strip(),
        value=text if value is None else str(value),
        start=start,
        end=start + len(text),
        role=fields.get("role"),
        group=fields.get("group"),
    )
