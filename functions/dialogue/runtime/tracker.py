"""Keep a conversation as its events, and what follows from them: slots, loop, last message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from dialogue.runtime.domain import NOT_SET, Domain, Feature
from dialogue.runtime.events import LISTEN, SESSION_START, Event, is_action


@dataclass(frozen=True)
class Loop:
    """The active loop: a form, or the two-stage fallback."""

    name: str
    trigger: Event | None = None
    interrupted: bool = False
    rejected: bool = False


class Tracker:
    """A conversation: its events, all of them, and the state after them.

    `touched` are the slots that were set at all, `features` what policies see of the slots.
    `applied` are the events that count: without what was rewound, and with the happy turns of
    loops folded; `rewritten` grows whenever one of them is taken out again. `way` is what the
    states on the way here were, kept by whoever computes them.
    """

    slots: dict[str, Any]
    touched: set[str]
    features: dict[str, Feature]
    message: Event | None
    latest_action: str | None
    followup: str | None
    loop: Loop | None
    paused: bool

    def __init__(self, domain: Domain, events: Iterable[Event] = ()) -> None:
        self.domain = domain
        self.events: list[Event] = []
        self.applied: list[Event] = []
        self.rewritten = 0
        self.way: object | None = None
        self._loops: set[str] = set()
        self._reset()
        self.update_all(events)

    def copy(self) -> Self:
        """Return a tracker that can go its own way."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.events = list(self.events)
        made.applied = list(self.applied)
        made.way = None
        made._loops = set(self._loops)
        made.slots = dict(self.slots)
        made.touched = set(self.touched)
        return made

    def fresh(self) -> Self:
        """Return a tracker of the same domain before anything happened."""
        return type(self)(self.domain)

    def update(self, event: Event) -> None:
        """Add an event."""
        self.events.append(event)
        self._count(event)
        self.apply(event)

    def update_all(self, events: Iterable[Event]) -> None:
        """Add events in their order."""
        for event in events:
            self.update(event)

    @property
    def loop_name(self) -> str | None:
        """Return the name of the active loop."""
        return self.loop.name if self.loop and self.loop.name != NOT_SET else None

    @property
    def loop_rejected(self) -> bool:
        """Tell whether the active loop refused the last message."""
        return self.loop is not None and self.loop.rejected

    @property
    def loop_interrupted(self) -> bool:
        """Tell whether the active loop comes back after something else."""
        return self.loop is not None and self.loop.interrupted

    def since_restart(self) -> list[Event]:
        """Return the events after the last restart."""
        for index in range(len(self.events) - 1, -1, -1):
            if self.events[index]["event"] == "restart":
                return self.events[index + 1 :]
        return list(self.events)

    def last_message(self) -> Event | None:
        """Return the user's last message that counts: none that a loop folded into its turn."""
        return next((each for each in reversed(self.applied) if each["event"] == "user"), None)

    def apply(self, event: Event) -> None:
        """Follow an event without keeping it."""
        kind = event["event"]
        if kind == "slot":
            self._set(event["name"], event["value"])
        elif kind == "action":
            self._acted(event["name"])
        elif kind == "user":
            self.message = event
            self.followup = None
        elif kind == "active_loop":
            self._enter(event["name"])
        elif kind in ("rewind", "undo"):
            self._reset()
            for each in self.applied:
                self.apply(each)
        else:
            self._apply_rare(event, kind)

    def _count(self, event: Event) -> None:
        """Add an event to those that count, or take out what it takes back."""
        if event["event"] == "active_loop" and event["name"] and event["name"] not in self._loops:
            self._loops.add(event["name"])
            # What was an action like any other so far may turn out to have been a loop's run.
            if any(is_action(each) and each["name"] == event["name"] for each in self.events):
                self.rewritten += 1
                self.applied = applied(self.events)
                return
        before = len(self.applied)
        count_in(event, self.applied, self._loops)
        self.rewritten += len(self.applied) != before + 1

    def _apply_rare(self, event: Event, kind: str) -> None:
        if kind == "restart":
            self._reset()
            self.followup = SESSION_START
        elif kind == "session_started":
            self._reset()
        elif kind == "reset_slots":
            self._reset_slots()
        elif kind == "followup":
            self.followup = event["name"]
        elif kind in ("pause", "resume"):
            self.paused = kind == "pause"
        elif kind == "loop_interrupted" and self.loop:
            self.loop = replace(self.loop, interrupted=event["is_interrupted"])
        elif kind == "action_execution_rejected" and self.loop and event["name"] == self.loop_name:
            self.loop = replace(self.loop, rejected=True)

    def _acted(self, name: str) -> None:
        self.latest_action = name
        self.followup = None
        if self.loop and self.loop_name:
            still = self.loop.rejected and name != self.loop_name
            if self.loop.interrupted or self.loop.rejected != still:
                self.loop = replace(self.loop, interrupted=False, rejected=still)

    def _enter(self, name: str | None) -> None:
        trigger = self.message["parse_data"] if self.message else None
        self.loop = None if name is None else Loop(name, trigger)

    def _set(self, name: str, value: Any) -> None:
        definition = self.domain.all_slots.get(name)
        if definition is None:
            return
        value = definition.kept(value)
        self.slots[name] = value
        self.touched.add(name)
        feature = definition.feature(value)
        if feature != self.features.get(name):
            others = {key: each for key, each in self.features.items() if key != name}
            self.features = others if feature is None else {**others, name: feature}

    def _reset(self) -> None:
        self._reset_slots()
        self.message = None
        self.latest_action = None
        self.followup = LISTEN
        self.loop = None
        self.paused = False

    def _reset_slots(self) -> None:
        self.slots = dict(self.domain.initial_slots)
        self.touched = set()
        self.features = self.domain.initial_features


def applied(events: Sequence[Event]) -> list[Event]:
    """Return the events that count: without what was rewound, and loops' happy turns folded."""
    loops = loops_of(events)
    done: list[Event] = []
    for event in events:
        count_in(event, done, loops)
    return done


def loops_of(events: Iterable[Event]) -> set[str]:
    """Return the names of the loops that became active at all."""
    return {e["name"] for e in events if e["event"] == "active_loop" and e["name"]}


def count_in(event: Event, done: list[Event], loops: set[str]) -> None:
    """Add an event to those that count, `done`, or take out of them what it takes back."""
    kind = event["event"]
    if kind in ("restart", "session_started"):
        done.clear()
    elif kind == "undo":
        _undo_to("action", done)
    elif kind == "rewind":
        _undo_to("user", done)
        _undo_to("action", done)
    elif kind == "action" and event["name"] in loops and not _begins(event["name"], done):
        _fold(event["name"], done)
    else:
        done.append(event)


def _undo_to(kind: str, done: list[Event]) -> None:
    while done:
        if done.pop()["event"] == kind:
            return


def _begins(loop: str, done: list[Event]) -> bool:
    """Tell whether a loop's run is its first, or one after something else took the turn."""
    following: str | None = None
    for event in reversed(done):
        kind = event["event"]
        if kind == "active_loop" and event["name"] is None:
            return True
        if kind == "action_execution_rejected" and event["name"] == loop:
            return True
        if kind == "user" and following not in (None, loop):
            return True
        if kind == "action":
            if event["name"] == loop:
                return False
            following = event["name"]
    return True


def _fold(loop: str, done: list[Event]) -> None:
    """Drop messages and actions since the loop's last run; its slots stay."""
    for index in range(len(done) - 1, -1, -1):
        event = done[index]
        if is_action(event) and event["name"] == loop:
            return
        if event["event"] in ("action", "user", "user_featurization"):
            del done[index]
