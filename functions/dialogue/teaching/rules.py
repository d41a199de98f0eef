"""Learn rules: what follows after which states, and whether stories say the same."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dialogue.runtime.domain import NOT_SET, Domain
from dialogue.runtime.events import LISTEN, is_action, rejected
from dialogue.runtime.rules import (
    DEFAULT_ACTION_OF_INTENT,
    DO_NOT_PREDICT_LOOP,
    INTERRUPTED,
    Rule,
    RulePolicy,
    RuleSettings,
    Source,
    Unhappy,
    by_sign,
    name_of,
)
from dialogue.runtime.states import (
    RuleOnly,
    State,
    after_listening,
    key_of,
    loop_of,
    past_states,
)
from dialogue.runtime.tracker import applied
from dialogue.source import Node, ProjectError
from dialogue.teaching.steps import SNIPPET
from dialogue.teaching.trackers import StoryTracker

Example = tuple[list[State], str]
"""The states before an action, and the action."""


class Learnt(NamedTuple):
    """Rules, and what other policies must not see."""

    policy: RulePolicy
    rule_only: RuleOnly


def learn_rules(
    rules: Sequence[StoryTracker],
    stories: Sequence[StoryTracker],
    domain: Domain,
    settings: RuleSettings,
    *,
    check: bool = True,
    restrict: bool = True,
) -> Learnt:
    """Return the rules. Raises ProjectError where they contradict stories or each other.

    `check` and `restrict` are Rasa's `check_for_contradictions` and `restrict_rules`.
    """
    for rule in rules if restrict else ():
        if sum(event["event"] == "user" for event in rule.events) > 1:
            _place(rule).fail(
                f"rule '{rule.name}' has more than one user message. Make a story of it."
            )
    if check:
        _check_complete(rules, domain)
    of_rules = [example for rule in rules for example in examples(rule)]
    of_stories = [example for story in stories for example in examples(story)]
    lookup = by_sign(_rules(of_rules))
    policy = RulePolicy(domain, settings, lookup, _unhappy([*of_rules, *of_stories]))
    if not check:
        return Learnt(policy, RuleOnly())
    hidden = _Check(policy, lookup).run(rules, [*stories, *rules])
    named = {name_of(source): True for source in hidden if source[0] != "none"}
    return Learnt(replace(policy, hidden=named), _rule_only(of_rules, of_stories))


def examples(tracker: StoryTracker) -> Iterator[Example]:
    """Yield the states before each action of a story or rule, and the action."""
    events = applied(tracker.events)
    states = tracker.states
    if tracker.is_rule:
        states = past_states(tracker, events, touched_only=True)
    actions = [event for event in events if is_action(event)]
    for index, event in enumerate(actions, 1):
        if not event.get("unpredictable"):
            yield states[:index], event["name"]


def _place(tracker: StoryTracker) -> Node:
    return tracker.node or Node(None, tracker.name, 1)


def _since_snippet(states: Sequence[State]) -> list[State]:
    """Return the states after the last place where any past may have been."""
    for index in range(len(states) - 1, -1, -1):
        if _done(states[index]) == SNIPPET:
            return list(states[index + 1 :])
    return list(states)


def _done(state: State) -> str | None:
    name: str | None = state.get("prev_action", {}).get("action_name")
    return name


def _rules(of_rules: Sequence[Example]) -> list[Rule]:
    found: dict[str, Rule] = {}
    ambiguous = set()
    for states, action in of_rules:
        kept = _since_snippet(states)
        if not kept:
            continue
        key = key_of(kept)
        if found.setdefault(key, Rule(kept, action, key)).action != action:
            ambiguous.add(key)
    return [rule for key, rule in found.items() if key not in ambiguous and rule.action != SNIPPET]


def _unhappy(of_all: Sequence[Example]) -> dict[str, list[Unhappy]]:
    found: dict[str, Unhappy] = {}
    for states, action in of_all:
        now = states[-1]
        loop = loop_of(now)
        if not loop:
            continue
        kept = [now]
        if len(states) > 1 and _done(states[-2]):
            kept = [{"prev_action": states[-2]["prev_action"]}, now]
        kept = _since_snippet(kept)
        if kept and after_listening(now) and action == loop:
            found[key_of(kept)] = Unhappy(kept, INTERRUPTED)
        elif kept and not after_listening(now) and action != loop:
            found[key_of(kept)] = Unhappy(kept, DO_NOT_PREDICT_LOOP)
    by_loop: dict[str, list[Unhappy]] = defaultdict(list)
    for each in found.values():
        by_loop[loop_of(each.states[-1]) or ""].append(each)
    return dict(by_loop)


def _rule_only(of_rules: Sequence[Example], of_stories: Sequence[Example]) -> RuleOnly:
    rule_slots, rule_loops = _slots_and_loops(of_rules)
    story_slots, story_loops = _slots_and_loops(of_stories)
    return RuleOnly(
        frozenset(rule_slots - story_slots - {NOT_SET}),
        frozenset(rule_loops - story_loops - {NOT_SET}),
    )


def _slots_and_loops(of_some: Sequence[Example]) -> tuple[set[str], set[str]]:
    states = [state for before, _action in of_some for state in before]
    slots = {name for state in states for name in state.get("slots", {})}
    loops = {state["active_loop"]["name"] for state in states if "active_loop" in state}
    return slots, loops


def _check_complete(rules: Sequence[StoryTracker], domain: Domain) -> None:
    """An action that sets slots or a loop in one rule must say so in every rule."""
    slots, loops = _effects(rules, domain)
    for rule in rules:
        following = [_done(state) for state in rule.states[1:]] + [LISTEN]
        for state, after in zip(rule.states, following, strict=False):
            done = _done(state)
            if not done or SNIPPET in (done, after):
                continue
            missing = slots[done] - set(state.get("slots", {}))
            if missing:
                _place(rule).fail(
                    f"action '{done}' sets {_quoted(missing)} in another rule, but not in rule "
                    f"'{rule.name}'. Add 'slot_was_set' after it (null, if it stays empty), or "
                    "'wait_for_user_input: false' if it comes last."
                )
            if loops[done] and state.get("active_loop", {}).get("name") not in loops[done]:
                _place(rule).fail(
                    f"form '{done}' sets the active loop in another rule, but not in rule "
                    f"'{rule.name}'. Add 'active_loop: {done}' (or null) after it, or "
                    "'wait_for_user_input: false' if it comes last."
                )


def _effects(
    rules: Sequence[StoryTracker], domain: Domain
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    slots: dict[str, set[str]] = defaultdict(set)
    loops: dict[str, set[str]] = defaultdict(set)
    seen = {name for name, each in domain.all_slots.items() if each.influence}
    for rule in rules:
        done: str | None = None
        for event in rule.events:
            if event["event"] in ("action", "user"):
                done = event["name"] if is_action(event) else None
            elif done and event["event"] == "slot" and event["name"] in seen:
                slots[done].add(event["name"])
            elif done and event["event"] == "active_loop":
                loops[done].add(event["name"])
    return slots, loops


def _quoted(names: set[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


@dataclass
class _Check:
    """Run the rules on all that was written, as on a conversation."""

    policy: RulePolicy
    rules: dict[str, list[Rule]]
    sources: dict[Source, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    used: set[Source] = field(default_factory=set)

    def run(self, rules: Sequence[StoryTracker], both: Sequence[StoryTracker]) -> frozenset[Source]:
        """Return the sources that no story tells the same of. Raises ProjectError."""
        for tracker in rules:
            for running, wanted, predicted, source in self._predictions(tracker):
                if source[0] in ("default", "loop"):
                    self.sources[source].append((source[1], predicted or wanted))
                else:
                    self.sources[source].append((running.name, wanted))
        for tracker in both:
            for running, wanted, predicted, source in self._predictions(tracker):
                if not running.is_rule and predicted == wanted:
                    self.used.add(source)
                self._compare(running, wanted, predicted, source)
        if self.errors:
            raise ProjectError("\n".join(self.errors))
        forms = self.policy.domain.forms
        everything: set[Source] = set(self.sources)
        everything |= {("default", intent) for intent in DEFAULT_ACTION_OF_INTENT}
        everything |= {("loop", form) for form in forms}
        everything |= {("loop", f"{form} {LISTEN}") for form in forms}
        return frozenset(everything - self.used)

    def _predictions(
        self, tracker: StoryTracker
    ) -> Iterator[tuple[StoryTracker, str, str | None, Source]]:
        running = tracker.begin_again()
        unpredictable = True
        for event in applied(tracker.events):
            if is_action(event):
                if event["name"] == SNIPPET:
                    unpredictable = True
                elif unpredictable or event.get("unpredictable"):
                    unpredictable = False
                else:
                    wanted = event["name"]
                    yield running, wanted, *self._predict(running, wanted)
            running.update(event)

    def _predict(self, running: StoryTracker, wanted: str) -> tuple[str | None, Source]:
        predicted, source = self._once(running)
        loop = running.loop_name
        if loop and predicted == loop != wanted:
            running.update(rejected(loop))
            return self._once(running)
        return predicted, source

    def _once(self, running: StoryTracker) -> tuple[str | None, Source]:
        found = self.policy.find(running, running.states)
        source = found.source
        if source[0] == "none":
            # Rules that contradict each other are not looked up at all: they meet here.
            source = ("none", key_of(_since_snippet(running.states)))
        settings = self.policy.settings
        if found.action is None and running.is_rule:
            fallback = settings.core_fallback_action_name
            return (fallback if settings.enable_fallback_prediction else LISTEN), source
        return found.action, source

    def _compare(
        self, running: StoryTracker, wanted: str, predicted: str | None, source: Source
    ) -> None:
        if not predicted or predicted == wanted:
            return
        if self._gives_way(running, predicted, source):
            self._forget(source[1])
            return
        others = {each for each in self.sources.get(source, ()) if each[1] != wanted}
        if others:
            kind = "rule" if running.is_rule else "story"
            against = " and ".join(f"'{name}' with '{action}'" for name, action in sorted(others))
            self.errors.append(
                f"{_place(running).place}: {kind} '{running.name}' goes on with '{wanted}', but "
                f"{against}. Change one of them."
            )

    def _gives_way(self, running: StoryTracker, predicted: str, source: Source) -> bool:
        """A rule's last listening gives way to stories if another rule goes on from there."""
        if running.is_rule or predicted != LISTEN or source[0] != "rule":
            return False
        key = source[1]
        if key.count("prev_action") > 1:
            return False
        keys = [rule.key for rules in self.rules.values() for rule in rules]
        return any(each.startswith(key[:-2]) and each != key for each in keys)

    def _forget(self, key: str) -> None:
        for sign, rules in self.rules.items():
            self.rules[sign] = [rule for rule in rules if rule.key != key]
