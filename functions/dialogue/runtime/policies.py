"""Predict the next action: what a policy returns, and which policy is followed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dialogue.runtime.events import LISTEN, Event, intent_of
from dialogue.runtime.tracker import Tracker

RULES = "RulePolicy"
MEMOIZATION = "MemoizationPolicy"
AUGMENTED = "AugmentedMemoizationPolicy"


@dataclass(frozen=True)
class Prediction:
    """What a policy would do next.

    `no_user`: it does not follow from what the user said, and comes before all others. `hidden`:
    stories know nothing of it. `events` are logged before the action, also when another policy
    is followed. `otherwise` is what the policy would do, and how sure, if the action just refused.
    """

    action: str
    confidence: float
    policy: str | None
    priority: int = 0
    events: tuple[Event, ...] = ()
    no_user: bool = False
    hidden: bool = False
    otherwise: tuple[str, float] = (LISTEN, 0.0)


class Policy(Protocol):
    """Something that predicts."""

    def predict(self, tracker: Tracker) -> Prediction:
        """Return what should be done next."""
        ...


def predict(policies: Sequence[Policy], tracker: Tracker) -> Prediction:
    """Return the prediction to follow: the surest, among equals the policy of higher priority.

    An action that has just refused to run is not taken again.
    """
    predictions = [policy.predict(tracker) for policy in policies]
    refused = _just_rejected(tracker)
    events = tuple(event for each in predictions for event in each.events)
    if tracker.latest_action == LISTEN:
        events += ({"event": "user_featurization", "use_text_for_featurization": False},)
    if refused:
        predictions = [_without(refused, each) for each in predictions]
    forced = [each for each in predictions if each.no_user]
    best = max(forced or predictions, key=lambda each: (each.confidence, each.priority))
    return replace(best, events=events)


def score(tracker: Tracker, *, as_understood: bool) -> float:
    """Return the confidence of a prediction: 1, or the intent's if the policy is set so."""
    if not as_understood or tracker.message is None or intent_of(tracker.message) is None:
        return 1.0
    return float(tracker.message["parse_data"]["intent"].get("confidence", 1.0))


def _without(refused: str, prediction: Prediction) -> Prediction:
    if prediction.action != refused:
        return prediction
    action, confidence = prediction.otherwise
    if action == refused:
        action, confidence = LISTEN, 0.0
    return replace(prediction, action=action, confidence=confidence)


def _just_rejected(tracker: Tracker) -> str | None:
    for event in reversed(tracker.events):
        if event["event"] == "action":
            return None
        if event["event"] == "action_execution_rejected":
            name: str = event["name"]
            return name
    return None
