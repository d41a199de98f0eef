"""Turn a conversation into the states that policies compare, one for each action and the last.

A state says what the user meant (`user`), what was done last (`prev_action`), which slots are set
as far as they influence the conversation (`slots`), and the active loop (`active_loop`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dialogue.runtime.domain import NOT_SET, Domain
from dialogue.runtime.events import LISTEN, Event, entities_of, intent_of, is_action
from dialogue.runtime.tracker import Tracker

State = dict[str, dict[str, Any]]

_SORTED = json.JSONEncoder(sort_keys=True)


@dataclass(frozen=True)
class RuleOnly:
    """Slots and loops that only rules know: policies that learn from stories do not see them."""

    slots: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset()


def current_state(tracker: Tracker, *, touched_only: bool = False) -> State:
    """Return the state after a tracker's events; `touched_only` leaves initial values out."""
    features = tracker.features
    if touched_only:
        features = {name: each for name, each in features.items() if name in tracker.touched}
    state: State = {}
    user = _meant(tracker.domain, tracker.message)
    if user:
        state["user"] = user
    if features:
        state["slots"] = features
    if tracker.latest_action:
        state["prev_action"] = {"action_name": tracker.latest_action}
    if tracker.loop:
        state["active_loop"] = {"name": tracker.loop.name}
    return state


def past_states(tracker: Tracker, events: Sequence[Event], *, touched_only: bool) -> list[State]:
    """Return all states on the way through applied events."""
    passing = tracker.fresh()
    states = []
    for event in events:
        if is_action(event):
            states.append(current_state(passing, touched_only=touched_only))
        passing.apply(event)
    states.append(current_state(passing, touched_only=touched_only))
    return states


class Step(NamedTuple):
    """What was true before an action, or is true now.

    `judged`: whether it is decided anew here if stories know of the turn, which they do not where
    the action is `hidden`.
    """

    state: State
    judged: bool
    hidden: bool
    done: str | None


class Way:
    """The steps of a conversation, taken once: later events only add to them."""

    def __init__(self, tracker: Tracker) -> None:
        self.rewritten = tracker.rewritten
        self._passing = tracker.fresh()
        self._taken = 0
        self._steps: list[Step] = []

    def follow(self, events: Sequence[Event]) -> list[Step]:
        """Return the steps through applied events, and the last one after them."""
        *more, now = steps_through(self._passing, events[self._taken :])
        self._steps += more
        self._taken = len(events)
        return [*self._steps, now]


def steps_through(passing: Tracker, events: Sequence[Event]) -> Iterator[Step]:
    """Yield the steps on a tracker's way through applied events, and the last one after them."""
    for event in events:
        if is_action(event):
            yield _step(passing, hidden=bool(event.get("hide_rule_turn")))
        passing.apply(event)
    yield _step(passing, hidden=False)


def _step(passing: Tracker, *, hidden: bool) -> Step:
    judged = not passing.followup and passing.latest_action != passing.loop_name
    return Step(current_state(passing), judged, hidden, passing.latest_action)


def steps_of(tracker: Tracker) -> list[Step]:
    """Return the steps of a conversation."""
    way = tracker.way
    if not isinstance(way, Way) or way.rewritten != tracker.rewritten:
        way = Way(tracker)
        tracker.way = way
    return way.follow(tracker.applied)


Place = tuple[State, bool, str | None, State | None]


class Told:
    """What stories tell of a conversation: nothing of turns, slots and loops of rules alone."""

    def __init__(self, rule_only: RuleOnly) -> None:
        self._rule_only = rule_only
        self._hidden = False
        self._done: str | None = None
        self._last: State | None = None

    def after(self, step: Step) -> State | None:
        """Go on by a step; returns the state that stories tell there, None where they do not."""
        if not self._hidden:
            self._done = step.done
        if step.judged:
            self._hidden = step.hidden
        if self._hidden:
            return None
        self._last = _as_in_stories(step.state, self._last, self._done, self._rule_only)
        return self._last

    def place(self, step: Step) -> Place:
        """Return all that decides what follows a step that was just gone."""
        return step.state, self._hidden, self._done, self._last


def is_unheard(state: State | None, message: Event | None) -> bool:
    """Tell whether a state is right after a message without intent.

    In Rasa its text stands there, and is taken out again; nothing that was learnt equals that.
    """
    return message is not None and not intent_of(message) and after_listening(state or {})


def key_of(states: State | Sequence[State]) -> str:
    """Return states as text, in the form whose length decides between Rasa's rules."""
    return _SORTED.encode(states)


def loop_of(state: State) -> str | None:
    """Return the active loop in a state."""
    name = state.get("active_loop", {}).get("name")
    return None if name == NOT_SET else name


def after_listening(state: State) -> bool:
    """Tell whether a state is right after the user's message."""
    return bool(state.get("prev_action", {}).get("action_name") == LISTEN)


def _as_in_stories(now: State, last: State | None, done: str | None, rule_only: RuleOnly) -> State:
    state = dict(now)
    if "slots" in state and not rule_only.slots.isdisjoint(state["slots"]):
        state["slots"] = {k: v for k, v in state["slots"].items() if k not in rule_only.slots}
    if state.get("active_loop", {}).get("name") in rule_only.loops:
        del state["active_loop"]
    if last is not None and not after_listening(state):
        before = last.get("user")
        if before:
            state["user"] = before
        else:
            state.pop("user", None)
    if done:
        state["prev_action"] = {"action_name": done}
    return {kind: each for kind, each in state.items() if each}


def _meant(domain: Domain, message: Event | None) -> dict[str, Any]:
    if message is None:
        return {}
    intent = intent_of(message)
    meant: dict[str, Any] = {"intent": intent} if intent else {}
    if not entities_of(message):
        return meant
    names = set()
    for entity in entities_of(message):
        names.add(entity["entity"])
        names |= {f"{entity['entity']}#{entity[key]}" for key in ("role", "group") if key in entity}
    if intent in domain.intents:
        names &= set(domain.intents[intent])
    if names:
        meant["entities"] = sorted(names)
    return meant
