"""Take a user's message and do what follows, until the bot listens again."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from dialogue.runtime.actions import run_action
from dialogue.runtime.calls import Call, Failed, Rejected, Result, Turn
from dialogue.runtime.domain import Domain
from dialogue.runtime.events import (
    LISTEN,
    SESSION_START,
    Event,
    action,
    intent_of,
    is_action,
    rejected,
    said,
)
from dialogue.runtime.extraction import extract_slots
from dialogue.runtime.policies import Policy, Prediction, predict
from dialogue.runtime.tracker import Tracker

MOST_ACTIONS = 10
"""Actions in one turn; more are a loop in the bot's rules, and Rasa stops silently."""

ASK_AGAIN = "action_pforte_ask_again"
"""The action after which a form asks again; without one it would look for an answer first."""

MOST_STEPS = 3 * MOST_ACTIONS
"""Predictions in one turn: an action may log that the bot listened, and go on for ever in Rasa."""

Doing = Generator[Call, Result]


@dataclass(frozen=True)
class Runtime:
    """A bot's dialogue: what it knows, and the policies by which it goes on."""

    domain: Domain
    policies: Sequence[Policy]

    def handle(self, tracker: Tracker, message: Event, turn: Turn, now: float) -> Doing:
        """Do a whole turn: begin a session if one is due, take the message, act until listening.

        Changes the tracker. `now` in seconds since the epoch.
        """
        yield from self.begin_session(tracker, turn, now)
        yield from self.take(tracker, message, turn, now)

    def take(self, tracker: Tracker, message: Event, turn: Turn, now: float) -> Doing:
        """Take a message of a session that has begun, and act until listening."""
        tracker.update({**message, "timestamp": now})
        yield from self._extract(tracker, turn, now)
        yield from self.act(tracker, turn, now)

    def ask_again(self, tracker: Tracker, turn: Turn, now: float) -> Doing:
        """Let the active form ask for what it asked for last: nothing was said to it since."""
        if tracker.loop_name:
            _log(tracker, [action(ASK_AGAIN)], now)
            yield from self._run(Prediction(tracker.loop_name, 1.0, None), tracker, turn, now)
            _log(tracker, [action(LISTEN)], now)

    def begin_session(self, tracker: Tracker, turn: Turn, now: float) -> Doing:
        """Begin a session where none is, or the last message is older than sessions last."""
        if tracker.applied and not self._expired(tracker, now):
            return
        yield from self._run(Prediction(SESSION_START, 1.0, None), tracker, turn, now)

    def act(self, tracker: Tracker, turn: Turn, now: float) -> Doing:
        """Predict and run actions until the bot listens, or is paused."""
        for _ in range(MOST_STEPS):
            if tracker.paused and intent_of(tracker.message) != "restart":
                return
            if actions_done(tracker) >= MOST_ACTIONS:
                return
            prediction = self.predict(tracker)
            yield from self._run(prediction, tracker, turn, now)
            if prediction.action in (LISTEN, SESSION_START):
                return

    def predict(self, tracker: Tracker) -> Prediction:
        """Return what is to be done next; an action that was asked for comes before policies."""
        wanted = tracker.followup
        if wanted:
            tracker.followup = None
            if wanted in self.domain.known_actions:
                return Prediction(wanted, 1.0, "followup_action")
        return predict(self.policies, tracker)

    def first_action(self, intent: str) -> str:
        """Return what is done first where a new conversation begins with an intent."""
        tracker = Tracker(self.domain, [action(LISTEN), said(None, intent)])
        return self.predict(tracker).action

    def _expired(self, tracker: Tracker, now: float) -> bool:
        limit = self.domain.session_expiration_time
        message = tracker.last_message()
        return bool(limit > 0 and message and (now - message.get("timestamp", now)) / 60 > limit)

    def _run(self, prediction: Prediction, tracker: Tracker, turn: Turn, now: float) -> Doing:
        name = prediction.action
        trial = tracker.copy()
        trial.update_all(prediction.events)
        try:
            events = yield from run_action(name, trial, turn)
        except Rejected:
            _log(tracker, [rejected(name, prediction.policy, prediction.confidence)], now)
            return
        except Failed:
            # As Rasa does: the action is logged without its events, and the turn goes on.
            events = []
        if not any(event["event"] == "action_execution_rejected" for event in events):
            done = action(name, prediction.policy, prediction.confidence, hidden=prediction.hidden)
            _log(tracker, [*prediction.events, done], now)
        _log(tracker, events, now)
        if any(event["event"] == "user" for event in events):
            yield from self._extract(tracker, turn, now)

    def _extract(self, tracker: Tracker, turn: Turn, now: float) -> Doing:
        _log(tracker, (yield from extract_slots(tracker.copy(), turn)), now)


def _log(tracker: Tracker, events: Sequence[Event], now: float) -> None:
    for event in events:
        tracker.update({**event, "timestamp": now})


def actions_done(tracker: Tracker) -> int:
    """Return how many actions were run since the bot last listened."""
    done = 0
    for event in reversed(tracker.events):
        if is_action(event):
            if event["name"] in (LISTEN, SESSION_START):
                break
            done += 1
    return done
