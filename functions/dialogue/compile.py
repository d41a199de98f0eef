"""Check a project's parts against each other and make the bot of them. Training only."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conversation.bot import DangerWord, FrontDoor
from conversation.message import Button
from conversation.understanding import Language
from dialogue.compiled import HAND_OVER, LANGUAGE_SLOT, CompiledBot, SlotValue, Variation
from dialogue.project import Project
from dialogue.responses import choose
from dialogue.rules import Rule
from dialogue.runtime.domain import DEFAULT_INTENTS
from dialogue.source import Node, ProjectError, entries, read_yaml
from nlu.settings import NluSettings

BUILT_IN_RESPONSES = Path(__file__).with_name("front_door_responses.yml")

_PAYLOAD = re.compile(r"/([^{@\s]+)")
_RESPONSE_KEYS = {"text", "buttons", "condition", "channel", "metadata", "id"}
_FALLBACK = {"threshold": "threshold", "ambiguity_threshold": "ambiguity"}
"""Keys of Rasa's FallbackClassifier, and what they are called here."""

_LANGUAGES: tuple[Language, ...] = ("de", "en")


def compile_project(project: Project) -> CompiledBot:
    """Return the bot. Raises ProjectError where it could not behave as written."""
    intents = (*project.intents, *DEFAULT_INTENTS)
    slots = {name: _initial(project, name, node) for name, node in project.slots.items()}
    responses = _responses(project, intents)
    bot = CompiledBot(
        front_door=_front_door(project, responses, intents),
        intents=intents,
        rules=_rules(project, intents),
        responses=responses,
        slots=slots,
    )
    _check_examples(project)
    return bot


def nlu_settings(project: Project) -> NluSettings:
    """Return what config.yml says under `pforte:`. Raises ProjectError.

    The keys of Rasa's FallbackClassifier, where an author set them, win over `precision`; Rasa's
    own defaults for them do not count.
    """
    settings = project.settings.read_as(NluSettings, project.settings.plain() or {})
    for component in project.pipeline.sequence("pipeline"):
        fields = component.value if isinstance(component.value, dict) else {}
        name = fields["name"].text("name") if "name" in fields else ""
        if name.rpartition(".")[2] == "FallbackClassifier":
            own = {ours: _share(fields[key]) for key, ours in _FALLBACK.items() if key in fields}
            settings = settings.model_copy(update=own)
    return settings


def _share(node: Node) -> float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        node.fail(f"a threshold is a number from 0 to 1, not '{value}'. Correct it.")
    return float(value)


def _rules(project: Project, intents: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    rules: dict[str, Rule] = {}
    for rule in project.rules:
        if rule.intent not in intents:
            rule.node.fail(
                f"intent '{rule.intent}' is not in the domain. Add it there or correct the rule."
            )
        for action in rule.actions:
            _check_action(project, action)
        other = rules.setdefault(rule.intent, rule)
        if _names(other) != _names(rule):
            rule.node.fail(
                f"intent '{rule.intent}' already has a rule at {other.node.place} that does "
                "something else. Keep one of them."
            )
    for intent, node in project.intents.items():
        if intent not in rules:
            project.warn(node, f"intent '{intent}' has no rule: the bot does not answer it.")
    return {intent: _names(rule) for intent, rule in rules.items()}


def _names(rule: Rule) -> tuple[str, ...]:
    names = (action.text("action") for action in rule.actions)
    return tuple(name for name in names if name != "action_listen")


def _check_action(project: Project, node: Node) -> None:
    name = node.text("action")
    if name in project.responses or name in (HAND_OVER, "action_listen"):
        return
    if name.startswith("utter_"):
        node.fail(f"response '{name}' is not in the domain. Add it or correct the name.")
    if name not in project.actions:
        node.fail(
            f"action '{name}' is not in the domain, or is one of Rasa's own that is not "
            "supported yet. Add it to 'actions:' or correct the name."
        )


def _check_examples(project: Project) -> None:
    for example in project.examples:
        if example.intent not in (*project.intents, *DEFAULT_INTENTS):
            example.node.fail(
                f"intent '{example.intent}' is not in the domain. Add it there or correct it."
            )
    _check_entities(project)
    taught = {example.intent for example in project.examples}
    for intent, node in project.intents.items():
        if intent not in taught:
            project.warn(node, f"intent '{intent}' has no examples: it is never recognised.")
    if len(taught) < 2:
        raise ProjectError(
            f"{project.front_door.file}: examples of at least two intents are needed to tell one "
            "from another. Add them in data/."
        )


def _check_entities(project: Project) -> None:
    told = set(project.entities)
    for example in project.examples:
        for entity in example.entities:
            if entity.entity not in told:
                told.add(entity.entity)
                project.warn(
                    example.node, f"entity '{entity.entity}' is not in the domain: add it there."
                )


def _initial(project: Project, name: str, node: Node) -> SlotValue:
    fields = node.mapping(f"slot '{name}'")
    for mapping in entries(fields, "mappings"):
        kind = mapping.mapping("a mapping").get("type")
        if kind is None or kind.value != "custom":
            project.warn(mapping, f"slot '{name}' is not filled: only 'type: custom' is run yet.")
    return _slot_value(fields["initial_value"]) if "initial_value" in fields else None


def _responses(project: Project, intents: tuple[str, ...]) -> dict[str, tuple[Variation, ...]]:
    built_in = read_yaml(BUILT_IN_RESPONSES, BUILT_IN_RESPONSES.name).mapping("a bot's file")
    nodes = built_in["responses"].mapping("responses") | project.responses
    responses = {}
    for name, node in nodes.items():
        variations = [
            _variation(project, name, entry, intents)
            for entry in node.sequence(f"response '{name}'")
        ]
        kept = tuple(variation for variation in variations if variation is not None)
        if not kept:
            node.fail(f"response '{name}' has no variation. Add '- text: …'.")
        for language in _LANGUAGES:
            if choose(name, kept, {LANGUAGE_SLOT: language}, 0) is None:
                project.warn(node, f"response '{name}' may say nothing in '{language}'.")
        responses[name] = kept
    return responses


def _variation(
    project: Project, name: str, entry: Node, intents: tuple[str, ...]
) -> Variation | None:
    fields = entry.mapping(f"a variation of '{name}'")
    if "channel" in fields:
        project.warn(fields["channel"], "variations for one channel are not used yet.")
        return None
    if "text" not in fields:
        entry.fail(f"a variation of '{name}' has no 'text:'. Only texts are said yet; add one.")
    for key in sorted(set(fields) - _RESPONSE_KEYS):
        project.warn(fields[key], f"'{key}' of a response is not sent yet.")
    return Variation(
        text=fields["text"].text("text"),
        buttons=tuple(_button(button, intents) for button in entries(fields, "buttons")),
        condition=_condition(project, entries(fields, "condition")),
    )


def _button(node: Node, intents: tuple[str, ...]) -> Button:
    fields = node.mapping("a button")
    for key in ("title", "payload"):
        if key not in fields:
            node.fail(f"a button needs '{key}:'. Add it.")
    payload = fields["payload"].text("payload")
    match = _PAYLOAD.fullmatch(payload)
    if match is None or match[1] not in intents:
        fields["payload"].fail(
            f"payload '{payload}' is not '/' and an intent of the domain. Correct it."
        )
    return Button(title=fields["title"].text("title"), payload=payload)


def _condition(project: Project, written: list[Node]) -> dict[str, SlotValue]:
    condition: dict[str, SlotValue] = {}
    for entry in written:
        fields = entry.mapping("a condition")
        if set(fields) != {"type", "name", "value"} or fields["type"].value != "slot":
            entry.fail("a condition reads {type: slot, name: …, value: …}. Correct it.")
        slot = fields["name"].text("name")
        if slot not in project.slots and slot != LANGUAGE_SLOT:
            fields["name"].fail(f"slot '{slot}' is not in the domain. Add it or correct it.")
        condition[slot] = _slot_value(fields["value"])
    return condition


def _slot_value(node: Node) -> SlotValue:
    value = node.plain()
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if not texts and not isinstance(value, str | bool | int | float | None):
        node.fail("a slot's value is a text, number, true, false or a list of texts. Correct it.")
    checked: SlotValue = value
    return checked


def _front_door(
    project: Project,
    responses: Mapping[str, tuple[Variation, ...]],
    intents: tuple[str, ...],
) -> FrontDoor:
    node = project.front_door
    fields = node.mapping("pforte.yml")
    values = {key: value.plain() for key, value in fields.items()}
    if "languages" in values:
        languages = values.pop("languages")
        if languages not in (["de"], ["en"], ["de", "en"], ["en", "de"]):
            fields["languages"].fail("languages is a list of 'de' and 'en'. Correct it.")
        values["default_language"] = languages[0]
    values.pop("danger", None)
    values["danger_words"] = [_danger(entry, responses) for entry in entries(fields, "danger")]
    front_door = node.read_as(FrontDoor, values)
    for intent, team in front_door.team_by_intent.items():
        place = node.at(("team_by_intent", intent))
        if intent not in intents:
            place.fail(f"intent '{intent}' is not in the domain. Correct it.")
        if team not in (*front_door.teams, front_door.default_team):
            place.fail(f"team '{team}' is not among the teams. Add it there or correct it.")
    return front_door


def _danger(entry: Node, responses: Mapping[str, tuple[Variation, ...]]) -> dict[str, Any]:
    values: dict[str, Any] = entry.plain() if isinstance(entry.value, dict) else {}
    name = values.get("response")
    variations = responses.get(str(name))
    if variations is None:
        entry.fail(f"response '{name}' of danger words is not in the domain. Add it there.")
    texts = {}
    for language in _LANGUAGES:
        variation = choose(str(name), variations, {LANGUAGE_SLOT: language}, 0)
        if variation is not None:
            texts[language] = variation.text
    word = entry.read_as(DangerWord, values | {"response": texts})
    return word.model_dump()
