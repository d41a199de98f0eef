"""Fill slots from the last message: Rasa's `action_extract_slots`."""

from collections.abc import Mapping
from typing import Any

from dialogue.runtime.calls import Run, Turn, run_custom_for_slots
from dialogue.runtime.domain import DEFAULT_INTENTS, Domain
from dialogue.runtime.events import (
    REQUESTED_SLOT,
    SESSION_METADATA_SLOT,
    Event,
    entities_of,
    intent_of,
    is_slot,
    slot,
    values_for,
)
from dialogue.runtime.tracker import Tracker

VALIDATE = "action_validate_slot_mappings"

Mapped = Mapping[str, Any]

_NOT_THE_AUTHORS = {
    *(REQUESTED_SLOT, SESSION_METADATA_SLOT, "knowledge_base_listed_objects"),
    *("knowledge_base_last_object", "knowledge_base_last_object_type"),
}


def extract_slots(tracker: Tracker, turn: Turn) -> Run:
    """Return what the last message sets, validated where the bot has an action for it."""
    events: list[Event] = []
    called: set[str] = set()
    for name, definition in tracker.domain.slots.items():
        if name in _NOT_THE_AUTHORS:
            continue
        for mapping in definition.mappings:
            if not _applies(name, mapping, tracker):
                continue
            values = _values(mapping, tracker)
            if values:
                value = values if definition.type == "list" else values[-1]
                if value is not None or tracker.slots.get(name) is not None:
                    events.append(slot(name, value))
                    break
            custom = mapping.get("action") if mapping["type"] == "custom" else None
            if custom and custom not in called:
                called.add(custom)
                events += yield from run_custom_for_slots(custom, tracker, turn)
    return (yield from _validated(events, tracker, turn))


def _listed(value: Any) -> list[Any]:
    """Return a list; the domain allows one entry to stand for itself."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _validated(events: list[Event], tracker: Tracker, turn: Turn) -> Run:
    slots = [event for event in events if is_slot(event)]
    if VALIDATE not in tracker.domain.actions:
        # Rasa drops here what custom actions said, as it does above a validation.
        return slots
    trial = tracker.copy()
    trial.events = trial.since_restart()
    trial.update_all(slots)
    validated = yield from run_custom_for_slots(VALIDATE, trial, turn)
    names = {event["name"] for event in validated if is_slot(event)}
    return validated + [event for event in slots if event["name"] not in names]


def _applies(name: str, mapping: Mapped, tracker: Tracker) -> bool:
    return (
        _valid(mapping, tracker.domain)
        and _intent_fits(mapping, tracker)
        and _conditions_hold(name, mapping, tracker)
        and not _taken_by_requested(name, mapping, tracker)
    )


def _valid(mapping: Mapped, domain: Domain) -> bool:
    """Rasa passes over a mapping of an entity or intent that the domain does not have."""
    if mapping["type"] == "from_entity":
        return mapping.get("entity") in domain.entities
    if mapping["type"] == "from_intent":
        return all(
            intent in domain.intents or intent in DEFAULT_INTENTS
            for intent in _listed(mapping.get("intent"))
            if intent
        )
    return True


def _intent_fits(mapping: Mapped, tracker: Tracker) -> bool:
    wanted = _listed(mapping.get("intent"))
    intent = intent_of(tracker.message)
    if wanted:
        return intent in wanted
    return intent not in (*_listed(mapping.get("not_intent")), *_ignored(tracker))


def _ignored(tracker: Tracker) -> list[str]:
    """Return what fills no slot now; conditions of other loops do not hold anyway."""
    form = tracker.domain.forms.get(tracker.loop_name or "")
    return form.ignored_intents if form else []


def _conditions_hold(name: str, mapping: Mapped, tracker: Tracker) -> bool:
    conditions = mapping.get("conditions")
    if not conditions or mapping["type"] == "from_trigger_intent":
        return True
    requested = tracker.slots.get(REQUESTED_SLOT)
    if tracker.loop_rejected and requested == name:
        return False
    return any(
        each.get("requested_slot") in (None, "", requested)
        if each.get("active_loop") and each["active_loop"] == tracker.loop_name
        else each.get("active_loop") is None and tracker.loop_name is None
        for each in conditions
    )


def _taken_by_requested(name: str, mapping: Mapped, tracker: Tracker) -> bool:
    """Tell whether the same mapping fills several slots of the form, and another is asked for."""
    form = tracker.domain.forms.get(tracker.loop_name or "")
    if mapping["type"] != "from_entity" or form is None or name not in form.required_slots:
        return False
    if tracker.slots.get(REQUESTED_SLOT) == name:
        return False
    slots = tracker.domain.slots
    same = sum(
        each == mapping
        for required in form.required_slots
        if required in slots
        for each in slots[required].mappings
    )
    return same > 1


def _values(mapping: Mapped, tracker: Tracker) -> list[Any]:
    kind = mapping["type"]
    if kind == "from_entity":
        return values_for(mapping, entities_of(tracker.message))
    if kind == "from_intent" or (kind == "from_trigger_intent" and _triggers(mapping, tracker)):
        return [mapping.get("value")]
    if kind == "from_text":
        return [tracker.message["text"] if tracker.message else None]
    return []


def _triggers(mapping: Mapped, tracker: Tracker) -> bool:
    loops = [each.get("active_loop") for each in mapping.get("conditions", ())]
    return tracker.loop_name is not None and (not loops or tracker.loop_name in loops)
