"""Replay dialogues that were recorded from Rasa, and compare what this runtime does.

A file holds `{dialogue: [turn, …]}`; a turn has `user`, `bot`, `events`, `actions`, `slots`,
`active_loop`. The bare runtime runs, without the front door's own rules.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from conversation.errors import PforteError
from conversation.turn import ActionCall
from dialogue.runtime.calls import Act, Call, Result, Turn
from dialogue.runtime.conversation import Doing, Runtime
from dialogue.runtime.events import Event, intent_of, said
from dialogue.runtime.payload import read_payload
from dialogue.runtime.responses import bot_said, filled, variations
from dialogue.runtime.tracker import Tracker
from dialogue.teaching.bot import teach
from pforte.bot.own_actions import ActionServer, own_actions
from pforte.failure import CALLED_WRONGLY, FOUND_WRONG, Failure

Recorded = Mapping[str, Any]
Acting = Callable[[Recorded], Act]
"""For a recorded turn, what answers the calls of custom actions in it."""

_NOT_RECORDED = {"user_featurization"}
"""Events that Rasa logs for machine-learned policies only; recordings leave them out."""

_COMPARED = {
    "action": ("name",),
    "action_execution_rejected": ("name",),
    "active_loop": ("name",),
    "followup": ("name",),
    "slot": ("name", "value"),
    "user": ("text", "intent"),
}
"""What of an event must be the same; what the bot says is compared with its variations."""


@dataclass
class Replayed:
    """How many dialogues there were, how many went as recorded, and what was different."""

    dialogues: int = 0
    passed: int = 0
    differences: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_dialogues(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Read a recording. Raises Failure."""
    try:
        read = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise Failure(f"{file}: cannot be read ({error.strerror}).", CALLED_WRONGLY) from error
    except ValueError as error:
        raise Failure(f"{file}: is no JSON ({error}).", CALLED_WRONGLY) from error
    if not isinstance(read, dict) or not all(_is_dialogue(each) for each in read.values()):
        raise Failure(f"{file}: holds no dialogues ({{name: [turn, …]}}).", CALLED_WRONGLY)
    return read


def replay_files(files: Sequence[Path], bot: Path, *, own: bool) -> Replayed:
    """Replay recordings with the bot in a folder; `own` runs its actions. Raises Failure."""
    if not bot.is_dir():
        raise Failure(f"{bot}: there is no such folder. Name a bot's with --bot.", CALLED_WRONGLY)
    try:
        runtime = teach(bot).runtime
    except PforteError as error:
        raise Failure(str(error), FOUND_WRONG) from error
    total = Replayed()
    with own_actions(bot, runtime.domain) if own else nullcontext() as server:
        for file in files:
            result = replay(
                runtime, read_dialogues(file), asking(server) if server else from_record
            )
            total.dialogues += result.dialogues
            total.passed += result.passed
            total.differences += result.differences
    return total


def replay(
    runtime: Runtime, dialogues: Mapping[str, Sequence[Recorded]], acting: Acting
) -> Replayed:
    """Replay dialogues; the first difference of each is told."""
    result = Replayed(dialogues=len(dialogues))
    for name, turns in dialogues.items():
        difference = next(_differences(runtime, turns, acting), None)
        if difference is None:
            result.passed += 1
        else:
            result.differences.append(f"{name}: {difference}")
    return result


def from_record(turn: Recorded) -> Act:
    """Answer calls with what was recorded for the turn, in the order of the calls of a name."""
    left = [copy.deepcopy(each) for each in turn.get("actions", [])]

    def act(call: Call) -> Result:
        for index, each in enumerate(left):
            if each["name"] == call.name:
                found: Result = left.pop(index)
                return found
        return {"failed": "nothing was recorded for this call"}

    return act


def asking(server: ActionServer) -> Acting:
    """Have calls answered by an action server, whatever was recorded."""

    def act(call: Call) -> Result:
        return server.ask(ActionCall(action=call.name, payload=call.payload("replay")))

    return lambda _turn: act


def carry_out(doing: Doing, act: Act) -> None:
    """Do a turn to its end, its calls answered at once."""
    try:
        call = next(doing)
        while True:
            call = doing.send(act(call))
    except StopIteration:
        return


def collected(events: list[Event]) -> list[dict[str, Any]]:
    """Return what Rasa's collecting channel hands out for the bot's messages among events."""
    return [message for event in events if event["event"] == "bot" for message in _parts(event)]


def _is_dialogue(turns: Any) -> bool:
    return isinstance(turns, list) and all(
        isinstance(turn, dict) and "user" in turn and "events" in turn for turn in turns
    )


def _differences(runtime: Runtime, turns: Sequence[Recorded], acting: Acting) -> Iterator[str]:
    tracker = Tracker(runtime.domain)
    for number, turn in enumerate(turns, 1):
        place = f"turn {number} ({turn['user']!r})"
        before = len(tracker.events)
        # A minute a turn: no session expires in between.
        doing = runtime.handle(tracker, _message(runtime, turn), Turn(), 60.0 * number)
        carry_out(doing, acting(turn))
        events = [e for e in tracker.events[before:] if e["event"] not in _NOT_RECORDED]
        found, wanted = [_facts(e) for e in events], [_facts(e) for e in turn["events"]]
        if found != wanted:
            yield f"{place}, {_first_difference(found, wanted)}"
        slots = {name: value for name, value in tracker.slots.items() if value is not None}
        if slots != turn.get("slots", slots):
            yield f"{place}: slots are {slots}, recorded {turn['slots']}"
        if tracker.loop_name != turn.get("active_loop", tracker.loop_name):
            yield f"{place}: active loop is {tracker.loop_name}, recorded {turn['active_loop']}"
        if not _says_the_same(runtime, tracker, before, turn):
            yield f"{place}: the bot says {collected(events)}, recorded {turn['bot']}"


def _message(runtime: Runtime, turn: Recorded) -> Event:
    """Return the message: a payload, or a text with the intent that Rasa gave it."""
    text = turn["user"].strip()
    intent = next((e.get("intent") for e in turn["events"] if e["event"] == "user"), None)
    return read_payload(text, runtime.domain) or said(text, intent)


def _facts(event: Event) -> dict[str, Any]:
    kind = event["event"]
    facts = {"event": kind}
    for key in _COMPARED.get(kind, ()):
        facts[key] = event.get(key)
    if "parse_data" in event:
        facts["intent"] = intent_of(event)
    return facts


def _first_difference(found: list[Any], wanted: list[Any]) -> str:
    for number, (ours, theirs) in enumerate(zip(found, wanted, strict=False), 1):
        if ours != theirs:
            return f"event {number}: {ours}, recorded {theirs}"
    longer, what = (found, "more than") if len(found) > len(wanted) else (wanted, "missing of")
    number = min(len(found), len(wanted))
    return f"event {number + 1}: {longer[number]}, {what} what was recorded"


def _says_the_same(runtime: Runtime, tracker: Tracker, begin: int, turn: Recorded) -> bool:
    """Tell whether the messages are the recorded ones, whichever variations were drawn.

    Each is recorded twice: as the event, and as the channel handed it out, maybe in parts.
    """
    handed_out = list(turn.get("bot", []))
    logged = [event for event in turn["events"] if event["event"] == "bot"]
    places = [i for i, e in enumerate(tracker.events) if i >= begin and e["event"] == "bot"]
    for place, recorded in zip_longest(places, logged):
        if place is None or recorded is None:
            return False
        for candidate in _as_any_variation(runtime, tracker, place):
            parts = _parts(candidate)
            same = recorded.get("text", candidate["text"]) == candidate["text"]
            if same and handed_out[: len(parts)] == parts:
                handed_out = handed_out[len(parts) :]
                break
        else:
            return False
    return not handed_out


def _as_any_variation(runtime: Runtime, tracker: Tracker, place: int) -> Iterator[Event]:
    """Yield a message as it was said, then as each variation would have read at that moment."""
    event = tracker.events[place]
    yield event
    slots = Tracker(tracker.domain, tracker.events[:place]).slots
    written = runtime.domain.responses.get(str(event["metadata"].get("utter_action")), [])
    for variation in variations(written, slots, Turn().channel):
        made = filled(variation, {**slots, **event["metadata"]})
        yield {**event, "text": made.get("text")}
        yield bot_said({**made, **event["metadata"]})


def _parts(event: Event) -> list[dict[str, Any]]:
    """Split a message as the collecting channel does: at blank lines, and by kind."""
    data, text = event["data"], event["text"]
    buttons = data["quick_replies"] or data["buttons"]
    parts: list[dict[str, Any]] = []
    if buttons:
        parts.append({"text": text, "buttons": buttons})
    elif text:
        parts += [{"text": each} for each in text.strip().split("\n\n")]
    kinds = ("custom", "image", "attachment")
    for kind in kinds:
        if data[kind] and not (kind == "attachment" and data[kind] == data["image"]):
            parts.append({kind: data[kind]})
    return parts
