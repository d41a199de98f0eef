"""Choose what of a conversation is kept between turns: what a later turn still reads.

The events since the session began are kept, as Rasa's tracker stores hand them out, with three
differences. What was rewound is gone: in the place of the last rewind stands a small one, which
takes back nothing else. What was said before the last message is kept as far as it is read later:
of messages text, intent and entities, of the bot's the name of the response. And before the last
`MOST_TURNS` messages there is only the state, written as events: who goes back further begins anew.
"""

from collections.abc import Sequence
from typing import Any

from dialogue.runtime.domain import Domain
from dialogue.runtime.events import (
    LISTEN,
    SESSION_START,
    Event,
    action,
    active_loop,
    rejected,
    said,
    slot,
)
from dialogue.runtime.responses import bot_said
from dialogue.runtime.tracker import Tracker, count_in, loops_of

MOST_TURNS = 40
"""Messages of the user whose events are kept."""

_READ = ("entity", "value", "role", "group")
_NUMBER = "number in the history"


def remembered(tracker: Tracker, turns: int = MOST_TURNS) -> list[Event]:
    """Return the events that are kept: a tracker of them goes on as this one would."""
    events = _without_rewound(_of_session(tracker.events))
    return _thinned(_capped(events, turns, tracker.domain))


def _of_session(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events since the session began, with the action that began it."""
    for index in range(len(events) - 1, -1, -1):
        if events[index]["event"] in ("restart", "session_started"):
            begun = index and events[index - 1].get("name") == SESSION_START
            return events[index - 1 :] if begun else events[index:]
    return events


def _without_rewound(events: Sequence[Event]) -> list[Event]:
    rewinds = [index for index, event in enumerate(events) if event["event"] == "rewind"]
    if not rewinds:
        return list(events)
    loops = loops_of(events)
    kept: list[Event] = []
    counted: list[Event] = []
    for number, event in enumerate(events):
        numbered = {**event, _NUMBER: number}
        if event["event"] != "rewind":
            kept.append(numbered)
            count_in(numbered, counted, loops)
            continue
        before = list(counted)
        count_in(event, counted, loops)
        if len(before) > len(counted):
            first = before[len(counted)][_NUMBER]
            kept = [each for each in kept if each[_NUMBER] < first]
    place = sum(each[_NUMBER] < rewinds[-1] for each in kept)
    left = [events[each[_NUMBER]] for each in kept]
    return [*left[:place], *_small_rewind(loops - loops_of(left)), *left[place:]]


def _small_rewind(loops: set[str]) -> list[Event]:
    """Return a rewind with no more than it takes back.

    Two-stage fallback counts rewinds, and a loop is known as one even if its turn was taken back.
    """
    named = [active_loop(name) for name in sorted(loops)]
    return [action(LISTEN), said(None, None), *named, {"event": "rewind"}]


def _capped(events: list[Event], turns: int, domain: Domain) -> list[Event]:
    users = [index for index, event in enumerate(events) if event["event"] == "user"]
    if len(users) <= turns:
        return events
    cut = users[-turns]
    # A message belongs to the listening before it: a rewind takes both back.
    if cut and events[cut - 1].get("name") == LISTEN:
        cut -= 1
    return _state(Tracker(domain, events[:cut])) + events[cut:]


def _state(tracker: Tracker) -> list[Event]:
    """Return events after which a new tracker is in the state of this one."""
    set_slots = [name for name in tracker.slots if name in tracker.touched]
    made = [slot(name, tracker.slots[name]) for name in set_slots]
    heard = _heard(tracker)
    # As in any history a message follows listening: a rewind takes both, and leaves the slots.
    made += [action(LISTEN), *heard] if heard else []
    if tracker.latest_action:
        made.append(action(tracker.latest_action))
    if tracker.loop and tracker.loop.interrupted:
        made.append({"event": "loop_interrupted", "is_interrupted": True})
    if tracker.loop and tracker.loop.rejected:
        made.append(rejected(tracker.loop.name))
    if tracker.followup:
        made.append({"event": "followup", "name": tracker.followup})
    if tracker.paused:
        made.append({"event": "pause"})
    return made


def _heard(tracker: Tracker) -> list[Event]:
    """Return the last message and the loop, after the message that began it."""
    message = [tracker.message] if tracker.message else []
    loop = tracker.loop
    if loop is None:
        return message
    begun = active_loop(loop.name)
    if loop.trigger is None:
        return [begun, *message]
    if message and loop.trigger == message[0]["parse_data"]:
        return [*message, begun]
    trigger = {"event": "user", "text": loop.trigger.get("text"), "parse_data": loop.trigger}
    return [trigger, begun, *message]


def _thinned(events: list[Event]) -> list[Event]:
    users = [index for index, event in enumerate(events) if event["event"] == "user"]
    last = users[-1] if users else 0
    return [*map(_as_read_later, events[:last]), *events[last:]]


def _as_read_later(event: Event) -> Event:
    if event["event"] == "user":
        made = said(event["text"], None, [_read_later(e) for e in event["parse_data"]["entities"]])
        made["parse_data"]["intent"] = event["parse_data"]["intent"]
    elif event["event"] == "bot":
        name = (event.get("metadata") or {}).get("utter_action")
        made = bot_said({"utter_action": name} if name else {})
    else:
        return event
    return {**made, **{key: event[key] for key in ("timestamp", "input_channel") if key in event}}


def _read_later(entity: Event) -> dict[str, Any]:
    return {key: entity[key] for key in _READ if key in entity}
