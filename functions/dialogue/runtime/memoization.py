"""Do what a story did after the same states, as Rasa's two memoization policies do."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from dialogue.runtime.domain import Domain
from dialogue.runtime.events import LISTEN, Event, is_action
from dialogue.runtime.policies import AUGMENTED, MEMOIZATION, Prediction, score
from dialogue.runtime.states import RuleOnly, State, heard, key_of, states_without_rules
from dialogue.runtime.tracker import Tracker, applied


@dataclass(frozen=True)
class MemoizationSettings:
    """A policy's settings in config.yml; `max_history` None means all of the conversation."""

    augmented: bool = False
    max_history: int | None = None
    use_nlu_confidence_as_score: bool = False
    priority: int = 3


@dataclass(frozen=True)
class MemoizationPolicy:
    """Stories, ready to be recalled: actions by the digest of the states before them."""

    domain: Domain
    settings: MemoizationSettings
    lookup: Mapping[str, str]
    rule_only: RuleOnly

    def predict(self, tracker: Tracker) -> Prediction:
        """Return what a story does here, with confidence 0 where none tells."""
        name = AUGMENTED if self.settings.augmented else MEMOIZATION
        action = self._recall(tracker)
        if action is None or action not in self.domain.known_actions:
            return Prediction(LISTEN, 0.0, name, self.settings.priority)
        confidence = score(tracker, as_understood=self.settings.use_nlu_confidence_as_score)
        return Prediction(action, confidence, name, self.settings.priority)

    def _recall(self, tracker: Tracker) -> str | None:
        events = applied(tracker.events)
        states = self._states(tracker, events)
        action = self.lookup.get(digest(states))
        if action is not None or not self.settings.augmented:
            return action
        # Forget the oldest action and what was before it, again and again, and look once more.
        rest = _from_action(applied(events[self._horizon(events) :]), 1)
        while rest is not None:
            shorter = self._states(tracker, rest)
            if shorter != states:
                action = self.lookup.get(digest(shorter))
                if action is not None:
                    return action
                states = shorter
            rest = _from_action(rest, 2)
        return None

    def _states(self, tracker: Tracker, events: Sequence[Event]) -> list[State]:
        states = states_without_rules(tracker, events, self.rule_only)
        kept = states[-self.settings.max_history :] if self.settings.max_history else states
        return heard(kept, tracker.message)

    def _horizon(self, events: Sequence[Event]) -> int:
        """Return where the last `max_history` actions begin."""
        actions = 0
        for index in range(len(events) - 1, -1, -1):
            if self.settings.max_history and is_action(events[index]):
                actions += 1
                if actions > self.settings.max_history and events[index]["name"] == LISTEN:
                    return index
        return 0

    def plain(self) -> dict[str, Any]:
        """Return the policy in JSON types, without domain and rules."""
        return {"settings": vars(self.settings), "lookup": dict(self.lookup)}

    @classmethod
    def of(cls, plain: dict[str, Any], domain: Domain, rule_only: RuleOnly) -> Self:
        """Return the policy that `plain` wrote."""
        settings = MemoizationSettings(**plain["settings"])
        return cls(domain, settings, plain["lookup"], rule_only)


def digest(states: Sequence[State]) -> str:
    """Return what states are recalled by."""
    return hashlib.blake2b(key_of(states).encode(), digest_size=12).hexdigest()


def _from_action(events: Sequence[Event], nth: int) -> list[Event] | None:
    """Return the events from the first or second action on, None where there is none."""
    actions = [index for index, event in enumerate(events) if is_action(event)]
    return applied(events[actions[nth - 1] :]) if len(actions) >= nth else None
