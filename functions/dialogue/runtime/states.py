"""Turn a conversation into the states that policies compare, one for each action and the last.

A state says what the user meant (`user`), what was done last (`prev_action`), which slots are set
as far as they influence the conversation (`slots`), and the active loop (`active_loop`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dialogue.runtime.domain import NOT_SET, Domain
from dialogue.runtime.events import LISTEN, Event, entities_of, intent_of, is_action
from dialogue.runtime.tracker import Tracker

State = dict[str, dict[str, Any]]


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
        for event in events[self._taken :]:
            if is_action(event):
                self._steps.append(self._step(hidden=bool(event.get("hide_rule_turn"))))
            self._passing.apply(event)
        self._taken = len(events)
        return [*self._steps, self._step(hidden=False)]

    def _step(self, *, hidden: bool) -> Step:
        passing = self._passing
        judged = not passing.followup and passing.latest_action != passing.loop_name
        return Step(current_state(passing), judged, hidden, passing.latest_action)


def steps_of(tracker: Tracker) -> list[Step]:
    """Return the steps of a conversation."""
    way = tracker.way
    if not isinstance(way, Way) or way.rewritten != tracker.rewritten:
        way = Way(tracker)
        tracker.way = way
    return way.follow(tracker.applied)


def states_without_rules(steps: Sequence[Step], rule_only: RuleOnly) -> list[State]:
    """Return the states as stories tell them: without turns, slots and loops of rules alone."""
    states: list[State] = []
    hidden = False
    done: str | None = None
    for step in steps:
        if not hidden:
            done = step.done
        if step.judged:
            hidden = step.hidden
        if not hidden:
            states.append(_as_in_stories(step.state, states, done, rule_only))
    return states


def heard(states: list[State], message: Event | None) -> list[State]:
    """Return states for a prediction; right after a message without intent `user` is empty.

    In Rasa its text stands there, and is taken out again; nothing that was learnt equals that.
    """
    if not states or message is None or intent_of(message) or not after_listening(states[-1]):
        return states
    return [*states[:-1], {**states[-1], "user": {}}]


def key_of(states: Sequence[State]) -> str:
    """Return states as text, in the form whose length decides between Rasa's rules."""
    return json.dumps(states, sort_keys=True)


def loop_of(state: State) -> str | None:
    """Return the active loop in a state."""
    name = state.get("active_loop", {}).get("name")
    return None if name == NOT_SET else name


def after_listening(state: State) -> bool:
    """Tell whether a state is right after the user's message."""
    return bool(state.get("prev_action", {}).get("action_name") == LISTEN)


def _as_in_stories(now: State, states: list[State], done: str | None, rule_only: RuleOnly) -> State:
    state = dict(now)
    if "slots" in state and not rule_only.slots.isdisjoint(state["slots"]):
        state["slots"] = {k: v for k, v in state["slots"].items() if k not in rule_only.slots}
    if state.get("active_loop", {}).get("name") in rule_only.loops:
        del state["active_loop"]
    if states and not after_listening(state):
        before = states[-1].get("user")
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
    names = set()
    for entity in entities_of(message):
        names.add(entity["entity"])
        names |= {f"{entity['entity']}#{entity[key]}" for key in ("role", "group") if key in entity}
    if intent in domain.intents:
        names &= set(domain.intents[intent])
    meant: dict[str, Any] = {"intent": intent} if intent else {}
    if names:
        meant["entities"] = sorted(names)
    return meant
