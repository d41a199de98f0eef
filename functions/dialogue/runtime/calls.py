"""Run custom actions: the call that somebody outside makes, and what comes back."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.runtime.events import TYPES, Event, is_slot
from dialogue.runtime.responses import bot_said, generate
from dialogue.runtime.tracker import Tracker

Result = Mapping[str, Any]
"""What an action returned: `events` and `responses`, or `rejected`, or `failed` with a reason."""


@dataclass(frozen=True)
class Call:
    """A custom action to be run on a conversation; the tracker must not be changed."""

    name: str
    tracker: Tracker

    def payload(self, sender: str, domain: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the body of the request to an action server."""
        request = {
            "next_action": self.name,
            "sender_id": sender,
            "tracker": _tracker_state(self.tracker, sender),
            "version": "3.6.21",
        }
        return request if domain is None else {**request, "domain": domain}


Act = Callable[[Call], Result]
"""Whoever runs custom actions."""

Run = Generator[Call, Result, list[Event]]
"""An action on its way: yields calls, returns its events."""


@dataclass(frozen=True)
class Turn:
    """What actions need to know besides the conversation: channel, and the seed of choices."""

    channel: str = "collector"
    seed: int = 0


class Rejected(Exception):
    """An action refuses to run: something else is to be predicted."""


class Failed(Exception):
    """A custom action cannot be run, or its answer makes no sense."""


def run_custom(name: str, tracker: Tracker, turn: Turn) -> Run:
    """Call a custom action and return its messages, then its events. Raises Rejected, Failed."""
    result = yield Call(name, tracker)
    if result.get("rejected"):
        raise Rejected(name)
    if result.get("failed"):
        raise Failed(f"{name}: {result['failed']}")
    messages = _messages(result.get("responses") or [], tracker, turn)
    return messages + [_read(event) for event in result.get("events") or []]


def makes_sense(result: Result) -> bool:
    """Tell whether what came back can be read: messages, and events of types that Rasa knows."""
    messages, events = result.get("responses") or [], result.get("events") or []
    if not isinstance(messages, list) or not isinstance(events, list):
        return False
    try:
        for event in events:
            _read(event)
    except Failed:
        return False
    return all(_is_message(message) for message in messages)


def run_custom_for_slots(name: str, tracker: Tracker, turn: Turn) -> Run:
    """Call a custom action that may only say something and set slots; its failure is no matter."""
    try:
        events = yield from run_custom(name, tracker, turn)
    except (Rejected, Failed):
        return []
    return [event for event in events if is_slot(event) or event["event"] == "bot"]


def uttered(name: str, tracker: Tracker, turn: Turn) -> list[Event]:
    """Return what a response says, nothing where the domain has none that fits."""
    written = tracker.domain.responses.get(name)
    made = written and generate(name, written, tracker.slots, turn.channel, turn.seed)
    return [bot_said({**made, "utter_action": name})] if made else []


def _messages(responses: list[dict[str, Any]], tracker: Tracker, turn: Turn) -> list[Event]:
    messages = []
    if not all(_is_message(response) for response in responses):
        raise Failed("messages came back that are none")
    for response in responses:
        values = {key: each for key, each in response.items() if key != "response"}
        draft: dict[str, Any] = {}
        name = response.get("response")
        if name:
            written = tracker.domain.responses.get(name, [])
            made = generate(name, written, tracker.slots, turn.channel, turn.seed, values)
            if made is None:
                continue
            draft = {**made, "utter_action": name}
        buttons = values.pop("buttons", None)
        if buttons:
            draft["buttons"] = [*draft.get("buttons", []), *buttons]
        messages.append(bot_said({**draft, **{k: v for k, v in values.items() if v}}))
    return messages


def _read(event: Any) -> Event:
    kind = event.get("event") if isinstance(event, dict) else None
    if kind not in TYPES:
        raise Failed(f"an event of type {kind!r} came back")
    if not _makes_sense(event):
        raise Failed(f"an event of type {kind!r} came back without what it needs")
    if kind == "form":
        return {**event, "event": "active_loop"}
    if kind == "bot":
        said = bot_said({"text": event.get("text"), **(event.get("data") or {})})
        return {**said, **event, "data": said["data"], "metadata": event.get("metadata") or {}}
    if kind == "user":
        parsed = {**_NOTHING_SAID, **event["parse_data"]}
        return {"text": None, **event, "parse_data": {**parsed, "intent": _intent(parsed)}}
    return {"value": None, **event} if kind == "slot" else dict(event)


def _intent(parsed: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": None, "confidence": 1.0, **parsed["intent"]}


def _makes_sense(event: Event) -> bool:
    kind, name = event["event"], event.get("name")
    if kind in ("slot", "action", "followup"):
        return isinstance(name, str)
    if kind in ("active_loop", "form"):
        return "name" in event and isinstance(name, str | None)
    if kind == "bot":
        return isinstance(event.get("data"), dict | None)
    if kind == "user":
        parsed = event.get("parse_data")
        return isinstance(parsed, dict) and isinstance(parsed.get("intent"), dict)
    return True


def _is_message(response: Any) -> bool:
    buttons = response.get("buttons") or [] if isinstance(response, dict) else None
    return isinstance(buttons, list) and all(isinstance(each, dict) for each in buttons)


def _tracker_state(tracker: Tracker, sender: str) -> dict[str, Any]:
    loop = tracker.loop
    latest = tracker.latest_action
    # What is only tried, as a form's candidates are, happens now: at the time of the last event.
    now = next((e["timestamp"] for e in reversed(tracker.events) if "timestamp" in e), None)
    users = [event for event in tracker.events if event["event"] == "user"]
    return {
        "sender_id": sender,
        "slots": dict(tracker.slots),
        "latest_message": tracker.message["parse_data"] if tracker.message else _NOTHING_SAID,
        "latest_event_time": now,
        "followup_action": tracker.followup,
        "paused": tracker.paused,
        "events": [{"timestamp": now, **event} for event in tracker.events],
        "latest_input_channel": users[-1].get("input_channel") if users else None,
        "active_loop": {
            "name": loop.name,
            "is_interrupted": loop.interrupted,
            "rejected": loop.rejected,
            "trigger_message": loop.trigger,
        }
        if loop
        else {},
        "latest_action": {"action_name": latest} if latest else {},
        "latest_action_name": latest or None,
    }


_NOTHING_SAID: dict[str, Any] = {"intent": {}, "entities": [], "text": None, "metadata": {}}
