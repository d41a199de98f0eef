"""Follow rules as Rasa's RulePolicy does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Self

from dialogue.runtime.domain import NOT_SET, Domain
from dialogue.runtime.events import LISTEN, Event, intent_of
from dialogue.runtime.policies import RULES, Prediction, score
from dialogue.runtime.states import State, key_of, loop_of, steps_of
from dialogue.runtime.tracker import Tracker

DEFAULT_ACTION_OF_INTENT = {
    "restart": "action_restart",
    "back": "action_back",
    "session_start": "action_session_start",
}

INTERRUPTED = "loop_was_interrupted"
DO_NOT_PREDICT_LOOP = "do_not_predict_loop_action"

Source = tuple[Literal["rule", "default", "loop", "none"], str]
"""What a prediction comes from: a rule by its key, an intent, or a loop and `listen`."""


class Rule(NamedTuple):
    """The states after which an action follows; the last state is the present."""

    states: list[State]
    action: str
    key: str


class Unhappy(NamedTuple):
    """What stories and rules say of a loop that was left, after these states."""

    states: list[State]
    condition: str


class Found(NamedTuple):
    """A prediction with its source; `action` is None where no rule says anything."""

    action: str | None
    source: Source
    interrupted: bool = False
    no_user: bool = False


@dataclass(frozen=True)
class RuleSettings:
    """The policy's settings in config.yml."""

    core_fallback_threshold: float = 0.3
    core_fallback_action_name: str = "action_default_fallback"
    enable_fallback_prediction: bool = True
    use_nlu_confidence_as_score: bool = False
    priority: int = 4


@dataclass(frozen=True)
class RulePolicy:
    """Rules, ready to be followed.

    `rules` by what the present must have in common with theirs, those with the longest key first;
    `unhappy` by loop; `hidden` are the sources of which stories know nothing.
    """

    domain: Domain
    settings: RuleSettings
    rules: Mapping[str, Sequence[Rule]]
    unhappy: Mapping[str, Sequence[Unhappy]]
    hidden: Mapping[str, bool] = field(default_factory=dict)

    def predict(self, tracker: Tracker) -> Prediction:
        """Return what the rules say; the core fallback where they say nothing."""
        found = self.find(tracker)
        settings = self.settings
        confidence = score(tracker, as_understood=settings.use_nlu_confidence_as_score)
        action = found.action
        fallback = (LISTEN, 0.0)
        if settings.enable_fallback_prediction and settings.core_fallback_threshold > 0:
            fallback = (settings.core_fallback_action_name, settings.core_fallback_threshold)
        known = action in self.domain.known_actions
        if action is None or not known or confidence < fallback[1]:
            action, confidence = fallback
        events: tuple[Event, ...] = ()
        if found.interrupted:
            events = ({"event": "loop_interrupted", "is_interrupted": True},)
        return Prediction(
            action=action,
            confidence=confidence,
            policy=RULES,
            priority=settings.priority,
            events=events,
            no_user=found.no_user,
            hidden=name_of(found.source) in self.hidden,
            otherwise=fallback,
        )

    def find(self, tracker: Tracker, states: Sequence[State] | None = None) -> Found:
        """Return what follows: a default action, the active loop, or the longest rule that fits.

        `states` are the conversation's, where they are known already.
        """
        if tracker.latest_action == LISTEN and tracker.message:
            intent = intent_of(tracker.message) or ""
            default = DEFAULT_ACTION_OF_INTENT.get(intent)
            if default:
                return Found(default, ("default", intent))
        loop = tracker.loop_name
        if loop and not tracker.loop_rejected:
            if tracker.latest_action == loop:
                return Found(LISTEN, ("loop", f"{loop} {LISTEN}"), no_user=True)
            if tracker.latest_action:
                return Found(loop, ("loop", loop), no_user=True)
        if states is None:
            states = [step.state for step in steps_of(tracker)]
        return self._find_rule(tracker, states)

    def _find_rule(self, tracker: Tracker, states: Sequence[State]) -> Found:
        best = next(self._fitting(states), None)
        action = best.action if best else None
        source: Source = ("rule", best.key) if best else ("none", "")
        loop = tracker.loop_name
        if not loop:
            return Found(action, source)
        unhappy = self.unhappy.get(loop, ())
        conditions = {each.condition for each in unhappy if _fits(each.states, states)}
        if best and action == LISTEN and not loop_of(best.states[-1]):
            if DO_NOT_PREDICT_LOOP not in conditions:
                return Found(loop, source)
            action = None
        return Found(action, source, interrupted=INTERRUPTED in conditions)

    def _fitting(self, states: Sequence[State]) -> Iterator[Rule]:
        """Yield the rules that fit the conversation, longest key first."""
        done, meant = _sign(states[-1])
        signs = dict.fromkeys((_name(done, meant), _name(done, None)))
        candidates = [rule for sign in signs for rule in self.rules.get(sign, ())]
        candidates.sort(key=lambda rule: -len(rule.key))
        return (rule for rule in candidates if _fits(rule.states, states))

    def plain(self) -> dict[str, Any]:
        """Return the policy in JSON types, without domain and tables."""
        return {"settings": vars(self.settings)}

    def tables(self) -> dict[str, Mapping[str, Any]]:
        """Return what the policy looks up."""
        return {
            "rules": {
                sign: [[rule.states, rule.action] for rule in rules]
                for sign, rules in self.rules.items()
            },
            "unhappy": self.unhappy,
            "hidden": self.hidden,
        }

    TABLES: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "rules": lambda plain: [Rule(states, action, key_of(states)) for states, action in plain],
        "unhappy": lambda plain: [Unhappy(*each) for each in plain],
        "hidden": bool,
    }

    @classmethod
    def of(
        cls, plain: dict[str, Any], domain: Domain, tables: Mapping[str, Mapping[str, Any]]
    ) -> Self:
        """Return the policy that `plain` and `tables` wrote."""
        return cls(domain, RuleSettings(**plain["settings"]), **tables)


def by_sign(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return rules as a policy looks them up."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in sorted(rules, key=lambda rule: -len(rule.key)):
        found[_name(*_sign(rule.states[-1]))].append(rule)
    return dict(found)


def name_of(source: Source) -> str:
    """Return a source as text."""
    return " ".join(source)


def _name(done: str | None, meant: str | None) -> str:
    return f"{done} {meant}"


def _sign(state: State) -> tuple[str | None, str | None]:
    """Return what a state must have in common with a rule's for the rule to fit."""
    done = state.get("prev_action", {}).get("action_name")
    return done, state.get("user", {}).get("intent")


def _fits(rule: Sequence[State], states: Sequence[State]) -> bool:
    return all(
        _state_fits(rule_state, state)
        for rule_state, state in zip(reversed(rule), reversed(states), strict=False)
    )


def _state_fits(rule_state: State, state: State) -> bool:
    if ("prev_action" in rule_state) != ("prev_action" in state):
        return False
    if "prev_action" not in rule_state:
        return True
    return all(
        _value_fits(value, state.get(kind, {}).get(name))
        for kind, each in rule_state.items()
        for name, value in each.items()
    )


def _value_fits(wanted: Any, found: Any) -> bool:
    if wanted == NOT_SET:
        return not found or found == NOT_SET
    return not wanted or bool(found == wanted)
