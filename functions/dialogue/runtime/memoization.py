"""Do what a story did after the same states, as Rasa's two memoization policies do."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, ClassVar, Self

from dialogue.runtime.domain import Domain
from dialogue.runtime.events import LISTEN, Event, intent_of, is_action
from dialogue.runtime.policies import AUGMENTED, MEMOIZATION, Prediction, score
from dialogue.runtime.states import (
    Place,
    RuleOnly,
    State,
    Step,
    Told,
    is_unheard,
    key_of,
    steps_of,
    steps_through,
)
from dialogue.runtime.tracker import Tracker


@dataclass(frozen=True)
class MemoizationSettings:
    """A policy's settings in config.yml; `max_history` None means all of the conversation."""

    augmented: bool = False
    max_history: int | None = None
    use_nlu_confidence_as_score: bool = False
    priority: int = 3

    def seen[S](self, states: Sequence[S]) -> Sequence[S]:
        """Return the last states, as far back as the policy looks."""
        return states[-self.max_history :] if self.max_history else states


class _Mark:
    """A place on a conversation's path, and the state that stories tell there, if any."""

    def __init__(self, place: Place, state: State | None) -> None:
        self.place = place
        self.state = state

    @cached_property
    def text(self) -> str:
        """Return the state as text."""
        return key_of(self.state or {})


_Path = tuple[_Mark, ...]


@dataclass(frozen=True)
class MemoizationPolicy:
    """Stories, ready to be recalled: actions by the digest of the states before them.

    `longest`: how many states are before an action at most; `intents`: after which an action is
    known at all.
    """

    domain: Domain
    settings: MemoizationSettings
    lookup: Mapping[str, str]
    rule_only: RuleOnly
    longest: int
    intents: frozenset[str]

    def predict(self, tracker: Tracker) -> Prediction:
        """Return what a story does here, with confidence 0 where none tells."""
        name = AUGMENTED if self.settings.augmented else MEMOIZATION
        action = self._recall(tracker)
        if action is None or action not in self.domain.known_actions:
            return Prediction(LISTEN, 0.0, name, self.settings.priority)
        confidence = score(tracker, as_understood=self.settings.use_nlu_confidence_as_score)
        return Prediction(action, confidence, name, self.settings.priority)

    def _recall(self, tracker: Tracker) -> str | None:
        heard_now = tracker.latest_action == LISTEN and tracker.message is not None
        if heard_now and intent_of(tracker.message) not in self.intents:
            return None
        path = self._path(steps_of(tracker), ())
        action = self._lookup(path, tracker.message)
        if action is not None or not self.settings.augmented:
            return action
        # Forget the oldest action and what was before it, again and again, and look once more.
        found = (self._lookup(shorter, tracker.message) for shorter in self._shorter(tracker))
        return next((action for action in found if action is not None), None)

    def _lookup(self, path: _Path, message: Event | None) -> str | None:
        seen = self.settings.seen([mark for mark in path if mark.state is not None])
        if not 0 < len(seen) <= self.longest or is_unheard(seen[-1].state, message):
            return None
        return self.lookup.get(digest([mark.text for mark in seen]))

    def _shorter(self, tracker: Tracker) -> list[_Path]:
        """Return the paths that begin with an action, the longest first."""
        events = tracker.applied
        paths: list[_Path] = [()]
        for start in reversed(self._starts(events)):
            steps = steps_through(tracker.fresh(), events[start:])
            paths.append(self._path(steps, paths[-1]))
        return paths[:0:-1]

    def _path(self, steps: Iterable[Step], shorter: _Path) -> _Path:
        """Return the path of steps; `shorter` is the one that begins a step later.

        What was before is soon forgotten: where both come to the same place, they go on the same.
        A path that becomes longer than any story is none.
        """
        told = Told(self.rule_only)
        marks: list[_Mark] = []
        left = inf if self.settings.max_history else self.longest
        for number, step in enumerate(steps):
            state = told.after(step)
            place = told.place(step)
            if number and shorter and shorter[number - 1].place == place:
                return (*marks, *shorter[number - 1 :])
            marks.append(_Mark(place, state))
            left -= state is not None
            if left < 0:
                return ()
        return tuple(marks)

    def _horizon(self, events: Sequence[Event]) -> int:
        """Return where the last `max_history` actions begin."""
        actions = 0
        for index in range(len(events) - 1, -1, -1):
            if self.settings.max_history and is_action(events[index]):
                actions += 1
                if actions > self.settings.max_history and events[index]["name"] == LISTEN:
                    return index
        return 0

    def _starts(self, events: Sequence[Event]) -> Sequence[int]:
        """Return where the actions are, but for those from which on is longer than any story."""
        begin = self._horizon(events)
        actions = [i for i, event in enumerate(events) if i >= begin and is_action(event)]
        first = 0 if self.settings.max_history else self._first_start(events, actions)
        return actions[first:]

    def _first_start(self, events: Sequence[Event], actions: Sequence[int]) -> int:
        """Return the first action from which on a story may be long enough.

        Counted are the states that stories know for certain: not those of rules, and not those
        after a loop or before an action that was asked for, where it depends on the turn before.
        """
        unsure = {event["name"] for event in events if event["event"] == "active_loop"}
        if any(event["event"] == "followup" for event in events):
            return 0
        certain = 1
        following: Event | None = None
        for position in range(len(actions) - 1, -1, -1):
            event = events[actions[position]]
            hidden = bool(following and following.get("hide_rule_turn"))
            certain += event["name"] not in unsure and not hidden
            if certain > self.longest:
                return position + 1
            following = event
        return 0

    def plain(self) -> dict[str, Any]:
        """Return the policy in JSON types, without domain and tables."""
        return {
            "settings": vars(self.settings),
            "slots_of_rules": sorted(self.rule_only.slots),
            "loops_of_rules": sorted(self.rule_only.loops),
            "longest": self.longest,
            "intents": sorted(self.intents),
        }

    def tables(self) -> dict[str, Mapping[str, Any]]:
        """Return what the policy looks up."""
        return {"stories": self.lookup}

    TABLES: ClassVar[dict[str, Callable[[Any], Any]]] = {"stories": str}

    @classmethod
    def of(
        cls, plain: dict[str, Any], domain: Domain, tables: Mapping[str, Mapping[str, Any]]
    ) -> Self:
        """Return the policy that `plain` and `tables` wrote."""
        settings = MemoizationSettings(**plain["settings"])
        rule_only = RuleOnly(frozenset(plain["slots_of_rules"]), frozenset(plain["loops_of_rules"]))
        intents = frozenset(plain["intents"])
        return cls(domain, settings, tables["stories"], rule_only, plain["longest"], intents)


def digest(texts: Iterable[str]) -> str:
    """Return what states are recalled by, each given as text."""
    return hashlib.blake2b("\n".join(texts).encode(), digest_size=12).hexdigest()
