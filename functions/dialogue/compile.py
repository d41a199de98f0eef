"""Check a project's parts against each other and make the bot of them. Training only."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from conversation.bot import DangerWord, FrontDoor
from conversation.understanding import LANGUAGES
from dialogue.compiled import INTENT_TITLE, LANGUAGE_SLOT, SLOT_TITLE, CompiledBot
from dialogue.project import Project
from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import DEFAULT_INTENTS, Domain
from dialogue.runtime.responses import generate
from dialogue.source import Node, ProjectError, entries, read_yaml
from dialogue.teaching.bot import teach
from nlu.settings import NluSettings

_BUILT_IN = Path(__file__).with_name("front_door_responses.yml")

Variation = dict[str, Any]

_FALLBACK = {"threshold": "threshold", "ambiguity_threshold": "ambiguity"}
"""Keys of Rasa's FallbackClassifier, and what they are called here."""


class Compiled(NamedTuple):
    """A bot as far as its files tell: what it says, what its dialogue learnt, what was odd."""

    bot: CompiledBot
    runtime: Runtime
    warnings: list[str]


def compile_project(folder: Path, project: Project) -> Compiled:
    """Return the bot. Raises ProjectError where it could not behave as written."""
    taught = teach(folder)
    domain = taught.runtime.domain
    built_in = built_in_responses()
    bot = CompiledBot(
        front_door=_front_door(project, built_in | domain.responses, domain),
        responses=built_in | _own(domain.responses),
    )
    _check_examples(project, taught.runtime)
    return Compiled(bot, taught.runtime, [*taught.warnings, *project.warnings])


def built_in_responses() -> dict[str, list[Variation]]:
    """Return what the house says where a bot has no words of its own for it."""
    written = read_yaml(_BUILT_IN, _BUILT_IN.name).plain()
    responses: dict[str, list[Variation]] = written["responses"]
    return responses


def _own(responses: Mapping[str, list[Variation]]) -> dict[str, list[Variation]]:
    """Return what the front door says in the bot's words; all else the dialogue says."""
    return {
        name: written
        for name, written in responses.items()
        if name.startswith(("utter_pforte_", INTENT_TITLE, SLOT_TITLE))
    }


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


def _check_examples(project: Project, runtime: Runtime) -> None:
    domain = runtime.domain
    told, taught = set(domain.entities), set()
    for example in project.examples:
        if example.intent not in domain.intents:
            example.node.fail(
                f"intent '{example.intent}' is not in the domain. Add it there or correct it."
            )
        taught.add(example.intent)
        for entity in example.entities:
            if entity.entity not in told:
                told.add(entity.entity)
                project.warn(
                    example.node, f"entity '{entity.entity}' is not in the domain: add it there."
                )
    tapped = _tapped(domain.responses)
    for intent in domain.intents:
        if intent not in (*taught, *tapped, *DEFAULT_INTENTS):
            project.warnings.append(
                f"{project.front_door.file}: intent '{intent}' has no examples: it is never "
                "recognised."
            )
    if len(taught) < 2:
        raise ProjectError(
            f"{project.front_door.file}: examples of at least two intents are needed to tell one "
            "from another. Add them in data/."
        )


def _tapped(responses: Mapping[str, list[Variation]]) -> set[str]:
    """Return the intents that options lead to."""
    return {
        str(button.get("payload", "")).strip("/").partition("{")[0]
        for written in responses.values()
        for variation in written
        for button in variation.get("buttons") or ()
    }


def _front_door(
    project: Project, responses: Mapping[str, list[Variation]], domain: Domain
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
    values["identity"] = _identity(fields.get("identity"), domain.slots)
    front_door = node.read_as(FrontDoor, values)
    for intent, team in front_door.team_by_intent.items():
        place = node.at(("team_by_intent", intent))
        if intent not in domain.intents:
            place.fail(f"intent '{intent}' is not in the domain. Correct it.")
        if team not in (*front_door.teams, front_door.default_team):
            place.fail(f"team '{team}' is not among the teams. Add it there or correct it.")
    known: set[tuple[str, str, str]] = set()
    for number, template in enumerate(front_door.templates):
        one = (template.channel, template.name, template.language)
        if one in known:
            node.at(("templates", number)).fail(
                f"template '{template.name}' stands there twice for '{template.language}'. "
                "Remove one of them."
            )
        known.add(one)
    return front_door


def _identity(node: Node | None, known: Collection[str]) -> dict[str, list[str]]:
    """Return the slots by claim; one slot may stand without a list."""
    found: dict[str, list[str]] = {}
    for claim, named in (node.mapping("identity") if node else {}).items():
        slots = named.plain() if isinstance(named.value, list) else [named.plain()]
        for slot in slots:
            if slot not in known:
                named.fail(f"slot '{slot}' is not in the domain. Add it there or correct it.")
        found[claim] = slots
    return found


def _danger(entry: Node, responses: Mapping[str, list[Variation]]) -> dict[str, Any]:
    values: dict[str, Any] = entry.plain() if isinstance(entry.value, dict) else {}
    name = str(values.get("response"))
    if name not in responses:
        entry.fail(f"response '{name}' of danger words is not in the domain. Add it there.")
    texts = {}
    for language in LANGUAGES:
        said = generate(name, responses[name], {LANGUAGE_SLOT: language}, "", 0)
        if said is not None and said.get("text"):
            texts[language] = said["text"]
    word = entry.read_as(DangerWord, values | {"response": texts})
    return word.model_dump()
