"""Make and read the events of a tracker, in the form in which Rasa writes them as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

Event = dict[str, Any]

LISTEN = "action_listen"
SESSION_START = "action_session_start"
REQUESTED_SLOT = "requested_slot"
SESSION_METADATA_SLOT = "session_started_metadata"

TYPES = frozenset(
    {
        *("action", "active_loop", "agent", "action_execution_rejected", "bot", "cancel_reminder"),
        *("entities", "export", "followup", "form", "form_validation", "loop_interrupted"),
        *("pause", "reminder", "reset_slots", "restart", "resume", "rewind", "session_started"),
        *("slot", "undo", "user", "user_featurization"),
    }
)
"""All types of events that Rasa knows."""


def said(
    text: str | None,
    intent: str | None,
    entities: Sequence[Mapping[str, Any]] = (),
    *,
    confidence: float = 1.0,
    ranking: Sequence[Mapping[str, Any]] = (),
    **more: Any,
) -> Event:
    """Return a user's message; an entity has `entity`, `value`, and maybe `role`, `group`.

    `more` goes into the parse data (`response_selector`, `metadata`, …).
    """
    parsed = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [dict(entity) for entity in entities],
        "intent_ranking": [dict(each) for each in ranking],
        **more,
    }
    return {"event": "user", "text": text, "parse_data": parsed}


def action(
    name: str, policy: str | None = None, confidence: float | None = None, *, hidden: bool = False
) -> Event:
    """Return that an action was run; `hidden` from policies that know no rules."""
    return {
        "event": "action",
        "name": name,
        "policy": policy,
        "confidence": confidence,
        "hide_rule_turn": hidden,
    }


def slot(name: str, value: Any) -> Event:
    """Return that a slot was set."""
    return {"event": "slot", "name": name, "value": value}


def active_loop(name: str | None) -> Event:
    """Return that a form or other loop became active, or none."""
    return {"event": "active_loop", "name": name}


def rejected(name: str, policy: str | None = None, confidence: float | None = None) -> Event:
    """Return that an action refused to run."""
    return {
        "event": "action_execution_rejected",
        "name": name,
        "policy": policy,
        "confidence": confidence,
    }


def bare(kind: str) -> Event:
    """Return an event that says all by its type."""
    return {"event": kind}


def intent_of(message: Event | None) -> str | None:
    """Return the intent of a user's message."""
    name: str | None = message["parse_data"]["intent"]["name"] if message else None
    return name


def entities_of(message: Event | None) -> list[dict[str, Any]]:
    """Return the entities of a user's message."""
    found: list[dict[str, Any]] = message["parse_data"]["entities"] if message else []
    return found


def values_for(mapping: Mapping[str, Any], entities: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the values of entities with exactly a mapping's entity, role and group."""
    return [
        entity.get("value")
        for entity in entities
        if all(entity.get(key) == mapping.get(key) for key in ("entity", "role", "group"))
    ]


def is_slot(event: Event, name: str | None = None) -> bool:
    """Tell whether an event sets a slot, or this very slot."""
    return event["event"] == "slot" and (name is None or event["name"] == name)


def is_action(event: Event) -> bool:
    """Tell whether an event says that an action was run."""
    return bool(event["event"] == "action")
