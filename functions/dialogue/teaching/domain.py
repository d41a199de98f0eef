"""Read the domain: intents, entities, slots with their mappings, forms, responses, actions."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from dialogue.runtime.domain import DEFAULT_INTENTS, OTHER, Domain, Form, Slot
from dialogue.source import Node, entries
from dialogue.teaching.files import Files

_SLOT_TYPES = ("text", "bool", "categorical", "float", "list", "any")
_CLASSES = {"bool": "BooleanSlot"} | {
    kind: f"{kind.capitalize()}Slot" for kind in _SLOT_TYPES if kind != "bool"
}
_TYPES_OF_CLASSES = {f"rasa.shared.core.slots.{name}": kind for kind, name in _CLASSES.items()}
"""Rasa's own classes, by which its tools write a slot's type into a domain."""

_NEEDED = {
    "from_entity": "entity",
    "from_intent": "value",
    "from_trigger_intent": "value",
    "from_text": None,
    "custom": None,
}
_UNSUPPORTED_ACTIONS = ("action_query_knowledge_base",)
_READ_ELSEWHERE = {"version", "rules", "stories", "policies", "config"}
_KEYS = {
    *("actions", "e2e_actions", "entities", "forms", "intents", "responses", "session_config"),
    *("slots", "importers"),
}


def read_domain(files: Files) -> Domain:
    """Return the domain of all files. Raises ProjectError."""
    for key, node in files.sections:
        if key not in _KEYS | _READ_ELSEWHERE:
            files.warn(node, f"unknown key '{key}' is ignored. Is it misspelt?")
        if key == "e2e_actions" and node.value:
            node.fail("end-to-end actions are not supported. Give the texts as responses.")
    entities, labels, ignored = _entities(files)
    slots = {name: _slot(name, node) for name, node in _merged(files, "slots").items()}
    intents = _intents(files, entities, labels, ignored)
    responses = {
        name: _response(files, name, node, slots, intents)
        for name, node in _merged(files, "responses").items()
    }
    actions, need_domain = _actions(files)
    retrieving = [f"utter_{intent}" for intent in files.retrieval_intents]
    expiration, carry_over = _session(files)
    config = {key: node for each in files.of("config") for key, node in _map(each).items()}
    stored = config.get("store_entities_as_slots")
    return Domain(
        intents=intents,
        entities=entities,
        slots=slots,
        forms={name: _form(name, node) for name, node in _merged(files, "forms").items()},
        responses=responses,
        actions=list(dict.fromkeys([*_ordered(actions, responses), *retrieving])),
        retrieval_intents=files.retrieval_intents,
        need_domain=need_domain,
        session_expiration_time=expiration,
        carry_over_slots=carry_over,
        store_entities_as_slots=stored is None or bool(stored.value),
    )


def _ordered(actions: list[str], responses: Mapping[str, Any]) -> list[str]:
    return [*responses, *(name for name in actions if name not in responses)]


def _map(node: Node) -> dict[str, Node]:
    return node.mapping("the section")


def _merged(files: Files, key: str) -> dict[str, Node]:
    """Return the entries of a section that several files may have; the first of a name counts."""
    merged: dict[str, Node] = {}
    for section in files.of(key):
        for name, node in section.mapping(key).items():
            if name in merged:
                files.warn(node, f"'{name}' of {key} is already at {merged[name].place}.")
            merged.setdefault(name, node)
    return merged


def _named(files: Files, key: str) -> dict[str, Node | None]:
    """Return the entries of a list of names, some with settings."""
    found: dict[str, Node | None] = {}
    for section in files.of(key):
        for entry in section.sequence(key):
            if isinstance(entry.value, dict):
                for name, settings in entry.value.items():
                    found.setdefault(name, settings)
            else:
                found.setdefault(entry.text(f"an entry of {key}"), None)
    return found


def _entities(files: Files) -> tuple[list[str], dict[str, list[str]], set[str]]:
    """Return the entities, their `entity#role` and `entity#group`, and those without influence."""
    labels: dict[str, list[str]] = {}
    ignored = set()
    named = _named(files, "entities")
    for name, settings in named.items():
        if settings is None:
            continue
        fields = settings.mapping(f"entity '{name}'")
        for kind in ("roles", "groups"):
            texts = [each.text(kind) for each in entries(fields, kind)]
            labels.setdefault(name, []).extend(f"{name}#{text}" for text in texts)
        if "influence_conversation" in fields and fields["influence_conversation"].value is False:
            ignored.add(name)
    return list(named), labels, ignored


def _intents(
    files: Files, entities: list[str], labels: dict[str, list[str]], ignored: set[str]
) -> dict[str, list[str]]:
    intents = {}
    named = _named(files, "intents")
    for name in (*named, *DEFAULT_INTENTS, *files.retrieval_intents):
        settings = named.get(name)
        fields = settings.plain() if settings else {}
        if settings and not isinstance(fields, dict):
            settings.fail(f"settings of intent '{name}' are 'use_entities' and 'ignore_entities'.")
        used = fields.get("use_entities", True)
        without = set(fields.get("ignore_entities", ignored) or [])
        if used is True:
            wanted = (set(entities) - ignored) | {each for some in labels.values() for each in some}
        else:
            wanted = _labelled(set(used or []), labels)
        intents[name] = sorted(wanted - _labelled(without, labels))
    return intents


def _labelled(names: set[str], labels: dict[str, list[str]]) -> set[str]:
    return names | {each for name in names for each in labels.get(name, [])}


def _slot(name: str, node: Node) -> Slot:
    fields = node.mapping(f"slot '{name}'")
    written = fields["type"].value if "type" in fields else None
    kind = _TYPES_OF_CLASSES.get(str(written), written)
    if kind not in _SLOT_TYPES:
        fields.get("type", node).fail(
            f"slot '{name}' has the type '{kind}'. Choose one of {', '.join(_SLOT_TYPES)}."
        )
    if "mappings" not in fields:
        node.fail(f"slot '{name}' has no 'mappings:'. Add at least '- type: custom'.")
    plain = {key: each.plain() for key, each in fields.items()}
    influence = plain.get("influence_conversation", kind != "any")
    if kind == "any" and influence:
        fields["influence_conversation"].fail(
            f"slot '{name}' of type 'any' cannot influence the conversation. Set it to false."
        )
    low, high = float(plain.get("min_value", 0.0)), float(plain.get("max_value", 1.0))
    if low >= high:
        node.fail(f"slot '{name}' has a min_value that is not below its max_value. Correct it.")
    return Slot(
        type=kind,
        initial_value=plain.get("initial_value"),
        influence=bool(influence),
        values=_values(plain.get("values")),
        min_value=low,
        max_value=high,
        mappings=[_mapping(name, each) for each in fields["mappings"].sequence("mappings")],
    )


def _values(written: list[Any] | None) -> list[str]:
    lowered = [str(value).lower() for value in written or [] if value is not None]
    return [value for value in lowered if value != OTHER]


def _mapping(name: str, node: Node) -> dict[str, Any]:
    node.mapping(f"a mapping of slot '{name}'")
    plain: dict[str, Any] = node.plain() or {}
    kind = plain.get("type")
    if kind not in _NEEDED:
        node.fail(f"a mapping of slot '{name}' has the type '{kind}'. Choose {', '.join(_NEEDED)}.")
    needed = _NEEDED[kind]
    if needed and plain.get(needed) is None:
        node.fail(f"a mapping '{kind}' of slot '{name}' needs '{needed}:'. Add it.")
    for condition in plain.get("conditions") or []:
        if not isinstance(condition, dict) or "active_loop" not in condition:
            node.fail("a mapping's condition reads 'active_loop: form' (or null). Correct it.")
    return plain


def _form(name: str, node: Node) -> Form:
    if node.value is None:
        return Form([])
    fields = node.mapping(f"form '{name}'")
    if "required_slots" not in fields or isinstance(fields["required_slots"].value, dict):
        node.fail(
            f"form '{name}' needs 'required_slots:' with a list of slots. Mappings belong to "
            "the slots since Rasa 3."
        )
    required = fields["required_slots"].sequence("required_slots")
    ignored = fields["ignored_intents"].plain() if "ignored_intents" in fields else []
    return Form(
        [each.text("a required slot") for each in required],
        ignored if isinstance(ignored, list) else [ignored] if ignored else [],
    )


def _response(
    files: Files, name: str, node: Node, slots: Collection[str], intents: Collection[str]
) -> list[dict[str, Any]]:
    variations = []
    for entry in node.sequence(f"response '{name}'"):
        fields = entry.mapping(f"a variation of '{name}'")
        for condition in entries(fields, "condition"):
            told = condition.mapping("a condition")
            if set(told) != {"type", "name", "value"}:
                condition.fail("a condition reads {type: slot, name: …, value: …}. Correct it.")
            if told["name"].value not in slots:
                files.warn(told["name"], f"slot '{told['name'].value}' is not in the domain.")
        for button in entries(fields, "buttons"):
            _check_button(files, button, intents)
        if not fields.keys() & {"text", "image", "buttons", "quick_replies"}:
            files.warn(entry, f"this variation of '{name}' says nothing that is sent here.")
        variations.append(entry.plain() or {})
    return variations


def _check_button(files: Files, button: Node, intents: Collection[str]) -> None:
    fields = button.mapping("a button")
    for key, other in (("title", "payload"), ("payload", "title")):
        if key not in fields:
            files.warn(button, f"a button needs '{key}:': its {other} stands for it. Add it.")
    if "payload" not in fields:
        return
    payload = fields["payload"].text("payload")
    intent = re.split(r"[{@]", payload.removeprefix("/"), maxsplit=1)[0].strip()
    if payload.startswith("/") and intent not in intents:
        files.warn(fields["payload"], f"payload '{payload}' names no intent of the domain.")


def _actions(files: Files) -> tuple[list[str], list[str]]:
    named = _named(files, "actions")
    for section in files.of("actions"):
        for entry in section.sequence("actions"):
            if entry.value in _UNSUPPORTED_ACTIONS:
                entry.fail(f"'{entry.value}' is not supported. Leave it out.")
    needing = [
        name
        for name, settings in named.items()
        if settings and (settings.plain() or {}).get("send_domain")
    ]
    return list(named), needing


def _session(files: Files) -> tuple[float, bool]:
    fields = {k: node for each in files.of("session_config") for k, node in _map(each).items()}
    minutes = fields.get("session_expiration_time")
    carried = fields.get("carry_over_slots_to_new_session")
    if minutes is not None and not isinstance(minutes.value, int | float | None):
        minutes.fail("session_expiration_time is a number of minutes, 0 for never. Correct it.")
    known = minutes is not None and minutes.value is not None
    return float(minutes.value) if minutes and known else 60, carried is None or bool(carried.value)
