"""Ask twice what the user means before giving up: Rasa's `action_two_stage_fallback`."""

import copy

from dialogue.runtime.calls import Run, Turn, run_custom, uttered
from dialogue.runtime.events import LISTEN, Event, action, active_loop, bare, intent_of
from dialogue.runtime.responses import bot_said
from dialogue.runtime.tracker import Tracker

TWO_STAGE = "action_two_stage_fallback"
ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"
GIVE_UP = "action_default_fallback"

_UNSURE = "nlu_fallback"
_NO = "out_of_scope"


def run_two_stage(tracker: Tracker, turn: Turn) -> Run:
    """Run the loop once: ask whether the best guess is meant, ask to rephrase, or end it."""
    events: list[Event] = []
    if tracker.loop_name != TWO_STAGE:
        events.append(active_loop(TWO_STAGE))
    if not _done(tracker):
        unsure = bool(events) or intent_of(tracker.message) == _UNSURE
        events += yield from _ask(ASK_AFFIRMATION if unsure else ASK_REPHRASE, tracker, turn)
    if not _done(tracker):
        return events
    events.append(active_loop(None))
    if _gives_up(tracker):
        return events + (yield from _ask(GIVE_UP, tracker, turn))
    return events + _clarified(tracker)


def ask_affirmation(tracker: Tracker) -> list[Event]:
    """Ask whether the best guess is meant, in Rasa's own words."""
    guess = intent_of(tracker.message)
    ranking = tracker.message["parse_data"].get("intent_ranking") if tracker.message else None
    if guess == _UNSURE and ranking and len(ranking) > 1:
        guess = ranking[1]["name"]
    buttons = [
        {"title": "Yes", "payload": f"/{guess}"},
        {"title": "No", "payload": f"/{_NO}"},
    ]
    text = f"Did you mean '{guess}'?"
    return [bot_said({"text": text, "buttons": buttons, "utter_action": ASK_AFFIRMATION})]


def give_up(tracker: Tracker, turn: Turn) -> list[Event]:
    """Say `utter_default` and forget the user's message."""
    return [*uttered("utter_default", tracker, turn), bare("rewind")]


def _ask(name: str, tracker: Tracker, turn: Turn) -> Run:
    if name in tracker.domain.actions:
        return (yield from run_custom(name, tracker, turn))
    if name == ASK_AFFIRMATION:
        return ask_affirmation(tracker)
    if name == ASK_REPHRASE:
        return uttered("utter_ask_rephrase", tracker, turn)
    return give_up(tracker, turn)


def _done(tracker: Tracker) -> bool:
    return intent_of(tracker.message) not in (_UNSURE, _NO) or _gives_up(tracker)


def _gives_up(tracker: Tracker) -> bool:
    return _last_intents(tracker, 2) == [_UNSURE, _UNSURE] or (
        _last_intents(tracker, 3) == [_NO, _UNSURE, _NO]
    )


def _last_intents(tracker: Tracker, number: int) -> list[str | None]:
    """Return the last intents, newest first; a rewind takes a place and has none."""
    events = [e for e in tracker.since_restart() if e["event"] in ("user", "rewind")]
    return [intent_of(e) for e in reversed(events[-number:]) if e["event"] == "user"]


def _clarified(tracker: Tracker) -> list[Event]:
    """Forget the message and take it in again, now sure of it."""
    message = copy.deepcopy(tracker.message or {})
    message["parse_data"]["intent"]["confidence"] = 1.0
    return [bare("rewind"), action(LISTEN), message]
