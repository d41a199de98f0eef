"""Say why a bot did what it did in a turn: what it understood, and which policy chose each action.

Which rule or story it was is not kept: those are looked for that alone would have said the same.
"""

from collections.abc import Iterator
from pathlib import Path

from dialogue.runtime.events import (
    LISTEN,
    SESSION_START,
    Event,
    entities_of,
    intent_of,
    is_action,
)
from dialogue.runtime.memoization import MemoizationPolicy
from dialogue.runtime.rules import RulePolicy
from dialogue.runtime.tracker import Tracker
from dialogue.teaching.bot import Taught, teach
from dialogue.teaching.memorize import memorize
from dialogue.teaching.rules import learn_rules
from dialogue.teaching.trackers import StoryTracker
from pforte.bot.talk import Talk

_LOGGED_BEFORE = ("user_featurization", "loop_interrupted")
"""Events of an action's own prediction."""


class Reasons:
    """The rules and stories of a bot's folder, to be asked."""

    def __init__(self, bot: Path) -> None:
        self._bot = bot
        self._taught: Taught | None = None

    def lines(self, talk: Talk) -> Iterator[str]:
        """Yield what was understood in the turn that just ended, and the reason of each action."""
        tracker = talk.answered
        now = talk.events_now
        if not now:
            yield "The front door answered by itself; the dialogue was not asked."
        begin = len(tracker.events) - len(now)
        for place, event in enumerate(tracker.events[begin:], begin):
            if event["event"] == "user":
                yield _understood(event)
            elif is_action(event) and event["name"] not in (LISTEN, SESSION_START):
                yield self._reason(event, _before(tracker, place))
        yield from talk.failed
        if talk.state.escalation is not None:
            detail = talk.state.escalation.reason_detail
            yield f"handed over: {talk.state.escalation.reason}{detail and f' ({detail})'}"

    def _reason(self, event: Event, before: Tracker) -> str:
        policy, confidence = event["policy"], event["confidence"]
        sure = "" if confidence is None else f"  {confidence:.2f}"
        told = "; ".join(self._sources(str(policy), event["name"], before))
        return f"{event['name']}  {policy or 'as Rasa does'}{sure}{told and f'  {told}'}"

    def _sources(self, policy: str, action: str, before: Tracker) -> Iterator[str]:
        taught = self._taught = self._taught or teach(self._bot)
        for each in taught.runtime.policies:
            if type(each).__name__ not in (policy, policy.removeprefix("Augmented")):
                continue
            if isinstance(each, RulePolicy):
                yield from _rules(each, taught.told, before)
            elif isinstance(each, MemoizationPolicy):
                yield from _stories(each, taught.told, before, action)
            return


def _rules(policy: RulePolicy, told: list[StoryTracker], before: Tracker) -> Iterator[str]:
    found = policy.find(before)
    kind, name = found.source
    if kind == "loop":
        yield f"the form {name.split()[0]} is open"
    elif kind == "default":
        yield f"what /{name} always does"
    elif kind == "none" or found.action is None:
        yield "no rule says anything"
    for rule in told if kind == "rule" else ():
        if rule.is_rule:
            alone = learn_rules(
                [rule], [], policy.domain, policy.settings, check=False, restrict=False
            )
            if alone.policy.find(before).source == found.source:
                yield f"rule '{rule.name}'{_at(rule)}"


def _stories(
    policy: MemoizationPolicy, told: list[StoryTracker], before: Tracker, action: str
) -> Iterator[str]:
    for story in told:
        if not story.is_rule:
            alone = memorize([story], policy.domain, policy.settings, policy.rule_only)
            prediction = alone.predict(before)
            if prediction.confidence and prediction.action == action:
                yield f"story '{story.name}'{_at(story)}"


def _at(story: StoryTracker) -> str:
    return f" ({story.node.place})" if story.node else ""


def _before(tracker: Tracker, place: int) -> Tracker:
    """Return the dialogue as it was when an action was predicted."""
    while place and tracker.events[place - 1]["event"] in _LOGGED_BEFORE:
        place -= 1
    return Tracker(tracker.domain, tracker.events[:place])


def _understood(event: Event) -> str:
    confidence = event["parse_data"]["intent"].get("confidence", 1.0)
    found = [f"{each['entity']} = {each['value']!r}" for each in entities_of(event)]
    return "  ".join(
        [f"understood {intent_of(event)}", f"{confidence:.2f}", ", ".join(found)]
    ).rstrip()
