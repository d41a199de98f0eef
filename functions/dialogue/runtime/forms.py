"""Ask for what a form needs: activation, validation, the next question, the end.

Rasa has written what the message sets into the tracker before the form runs; here it is validated.
"""

from typing import Any

from dialogue.runtime.calls import Rejected, Run, Turn, run_custom, uttered
from dialogue.runtime.events import (
    LISTEN,
    REQUESTED_SLOT,
    Event,
    action,
    active_loop,
    entities_of,
    intent_of,
    is_slot,
    slot,
)
from dialogue.runtime.extraction import extract_slots
from dialogue.runtime.tracker import Tracker


def run_form(name: str, tracker: Tracker, turn: Turn) -> Run:
    """Run a form once. Raises Rejected where the message fills nothing of it."""
    events: list[Event] = []
    if tracker.loop_name != name:
        events = [active_loop(name)]
        started = tracker.copy()
        started.update_all(events)
        events += yield from _activate(name, started, turn)
    if not _done(events):
        events += yield from _ask(name, tracker, turn, events)
    if _done(events):
        events.append(active_loop(None))
    return events


def _activate(name: str, tracker: Tracker, turn: Turn) -> Run:
    """Extract again, for what the triggering intent sets, and validate what is known already."""
    extracted = [event for event in (yield from extract_slots(tracker, turn)) if is_slot(event)]
    tracker.update_all(extracted)
    if _validator(name) not in tracker.domain.known_actions:
        return extracted
    known = {
        required: tracker.slots[required]
        for required in _required(name, tracker)
        if tracker.slots.get(required) is not None
    }
    validated = yield from _validate(name, known, tracker, turn)
    names = {event["name"] for event in validated if is_slot(event)}
    return validated + [event for event in extracted if event["name"] not in names]


def _ask(name: str, tracker: Tracker, turn: Turn, before: list[Event]) -> Run:
    events: list[Event] = []
    if all(event["event"] == "active_loop" for event in before):
        events = yield from _validate_if_required(name, tracker, turn)
    if not _refused(events):
        events += yield from _request_next(name, tracker, turn, before + events)
    return events


def _validate_if_required(name: str, tracker: Tracker, turn: Turn) -> Run:
    heard = tracker.latest_action == LISTEN and not tracker.loop_interrupted
    if tracker.loop and not heard:
        return (yield from _validate(name, {}, tracker, turn))
    candidates = _candidates(name, tracker)
    events = yield from _validate(name, candidates, tracker, turn)
    filled = any(is_slot(event) and event["name"] != REQUESTED_SLOT for event in events)
    if _requested(name, tracker) and not candidates and not filled and not _refused(events):
        raise Rejected(name)
    return events


def _validate(name: str, candidates: dict[str, Any], tracker: Tracker, turn: Turn) -> Run:
    if _validator(name) not in tracker.domain.known_actions:
        return []
    events = [slot(key, value) for key, value in candidates.items()]
    return (yield from run_custom(_validator(name), _trial(name, tracker, events), turn))


def _candidates(name: str, tracker: Tracker) -> dict[str, Any]:
    """Return what was set since the user's message, of the slots that the form asks for."""
    wanted = {*_required(name, tracker), _requested(name, tracker)}
    begin = 0
    for index in range(len(tracker.events) - 1, -1, -1):
        event = tracker.events[index]
        if event["event"] == "restart" or _same_message(event, tracker.message):
            begin = index
            break
    since = tracker.events[begin:]
    return {e["name"]: e["value"] for e in since if is_slot(e) and e["name"] in wanted}


def _same_message(event: Event, message: Event | None) -> bool:
    if event["event"] != "user" or message is None:
        return False
    keys = [[sorted(entity) for entity in entities_of(each)] for each in (event, message)]
    same = event["text"] == message["text"] and intent_of(event) == intent_of(message)
    return same and keys[0] == keys[1]


def _request_next(name: str, tracker: Tracker, turn: Turn, before: list[Event]) -> Run:
    if _done(before):
        return [slot(REQUESTED_SLOT, None)]
    events: list[Event] = []
    # A validation that sets `requested_slot` itself has chosen: a form with dynamic slots.
    wanted = next((each["value"] for each in before if is_slot(each, REQUESTED_SLOT)), None)
    trial = _trial(name, tracker, before)
    if not wanted:
        missing = (each for each in _required(name, tracker) if trial.slots.get(each) is None)
        wanted = next(missing, None)
        events.append(slot(REQUESTED_SLOT, wanted))
    if not wanted:
        return [slot(REQUESTED_SLOT, None)]
    return events + (yield from _question(name, wanted, trial, turn))


def _question(name: str, wanted: str, tracker: Tracker, turn: Turn) -> Run:
    for asking in (
        f"action_ask_{name}_{wanted}",
        f"utter_ask_{name}_{wanted}",
        f"action_ask_{wanted}",
        f"utter_ask_{wanted}",
    ):
        if asking in tracker.domain.known_actions:
            if asking.startswith("utter_"):
                return uttered(asking, tracker, turn)
            return (yield from run_custom(asking, tracker, turn))
    return []


def _trial(name: str, tracker: Tracker, more: list[Event]) -> Tracker:
    """Return the conversation as rasa-sdk's validators read it: candidates at its very end."""
    trial = tracker.copy()
    trial.events = trial.since_restart()
    trial.update(slot(REQUESTED_SLOT, _requested(name, tracker)))
    trial.update(action(name))
    trial.update_all(more)
    return trial


def _requested(name: str, tracker: Tracker) -> str | None:
    return tracker.slots.get(REQUESTED_SLOT) if tracker.loop_name == name else None


def _required(name: str, tracker: Tracker) -> list[str]:
    return tracker.domain.forms[name].required_slots


def _validator(name: str) -> str:
    return f"validate_{name}"


def _refused(events: list[Event]) -> bool:
    return any(event["event"] == "action_execution_rejected" for event in events)


def _done(events: list[Event]) -> bool:
    """Tell whether nothing is left to ask, or validation ended the form."""
    if _refused(events):
        return False
    asked = [event["value"] for event in events if is_slot(event, REQUESTED_SLOT)]
    loops = [event["name"] for event in events if event["event"] == "active_loop"]
    return asked[-1:] == [None] or loops[-1:] == [None]
