"""Run the action that was predicted: Rasa's own, a response, a form, or a custom action."""

import copy
from collections.abc import Callable

from dialogue.runtime.calls import Run, Turn, run_custom, uttered
from dialogue.runtime.domain import DEFAULT_ACTIONS, Domain
from dialogue.runtime.events import (
    LISTEN,
    REQUESTED_SLOT,
    Event,
    action,
    active_loop,
    bare,
    is_action,
    slot,
)
from dialogue.runtime.extraction import extract_slots
from dialogue.runtime.fallback import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    GIVE_UP,
    TWO_STAGE,
    ask_affirmation,
    give_up,
    run_two_stage,
)
from dialogue.runtime.forms import run_form
from dialogue.runtime.tracker import Tracker

_RETRIEVAL = "response_selector"


def run_action(name: str, tracker: Tracker, turn: Turn) -> Run:
    """Run an action; returns its events. Raises Rejected, Failed."""
    domain = tracker.domain
    if name in DEFAULT_ACTIONS and name not in (*domain.actions, *domain.forms):
        return (yield from _run_default(name, tracker, turn))
    if retrieves(name, domain):
        return _retrieved(name, tracker, turn)
    if name.startswith("utter_"):
        return uttered(name, tracker, turn)
    if name in domain.forms and name not in domain.actions:
        return (yield from run_form(name, tracker, turn))
    return (yield from run_custom(name, tracker, turn))


def retrieves(name: str, domain: Domain) -> bool:
    """Tell whether an action says one of the responses of a retrieval intent."""
    return name.startswith("utter_") and name.removeprefix("utter_") in domain.retrieval_intents


def retrieved_name(name: str, tracker: Tracker) -> str | None:
    """Return the response that was chosen for a retrieval action, `utter_faq/hours`."""
    found = tracker.message["parse_data"].get(_RETRIEVAL, {}) if tracker.message else {}
    chosen = found.get(name.removeprefix("utter_")) or found.get("default")
    response: str | None = chosen["response"]["utter_action"] if chosen else None
    return response


def _retrieved(name: str, tracker: Tracker, turn: Turn) -> list[Event]:
    chosen = retrieved_name(name, tracker)
    return uttered(chosen, tracker, turn) if chosen else []


def _run_default(name: str, tracker: Tracker, turn: Turn) -> Run:
    if name == TWO_STAGE:
        return (yield from run_two_stage(tracker, turn))
    if name == "action_extract_slots":
        return (yield from extract_slots(tracker, turn))
    simple = _SIMPLE.get(name)
    return simple(tracker, turn) if simple else []


def _restart(tracker: Tracker, turn: Turn) -> list[Event]:
    return [*uttered("utter_restart", tracker, turn), bare("restart")]


def _back(tracker: Tracker, turn: Turn) -> list[Event]:
    return [*uttered("utter_back", tracker, turn), bare("rewind"), bare("rewind")]


def _start_session(tracker: Tracker, _turn: Turn) -> list[Event]:
    carried = [e for e in tracker.applied if e["event"] == "slot"]
    if not tracker.domain.carry_over_slots:
        carried = []
    slots = [slot(each["name"], each["value"]) for each in carried]
    return [bare("session_started"), *slots, action(LISTEN)]


def _deactivate(_tracker: Tracker, _turn: Turn) -> list[Event]:
    return [active_loop(None), slot(REQUESTED_SLOT, None)]


def _affirm(tracker: Tracker, _turn: Turn) -> list[Event]:
    return ask_affirmation(tracker)


def _rephrase(tracker: Tracker, turn: Turn) -> list[Event]:
    return uttered("utter_ask_rephrase", tracker, turn)


def _revert_fallback(tracker: Tracker, _turn: Turn) -> list[Event]:
    """Forget the questions of the fallback, and keep what the user made of them."""
    done = [e["name"] for e in tracker.applied if is_action(e) and e["name"] != LISTEN]
    message = copy.deepcopy(tracker.last_message())
    again = [bare("rewind")] * 3 + [action(LISTEN)]
    if message is None:
        return []
    if done[-1:] == [ASK_REPHRASE]:
        return [*again, message]
    if done[-1:] != [ASK_AFFIRMATION]:
        return []
    message["parse_data"]["intent"]["confidence"] = 1.0
    rephrased = again if done[-2:-1] == [ASK_REPHRASE] else []
    return [bare("rewind"), bare("rewind"), action(LISTEN), *rephrased, message]


_SIMPLE: dict[str, Callable[[Tracker, Turn], list[Event]]] = {
    "action_restart": _restart,
    "action_back": _back,
    "action_session_start": _start_session,
    "action_deactivate_loop": _deactivate,
    "action_revert_fallback_events": _revert_fallback,
    GIVE_UP: give_up,
    ASK_AFFIRMATION: _affirm,
    ASK_REPHRASE: _rephrase,
}
