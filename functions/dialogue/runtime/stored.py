"""Write a conversation's dialogue as a few hundred bytes, and read it again.

A byte names the form, then come the events that are kept (see `history`) as deflated JSON. Names
need no table of their own: deflate writes a second `action_listen` in two bytes, as a table would.
What every bot's events have in common stands in a dictionary that the form fixes. Nothing in it is
a bot's, so that what was written is read after any change of the bot.
"""

import json
import zlib
from collections.abc import Iterable
from typing import Any

from conversation.errors import PforteError
from dialogue.runtime.domain import Domain
from dialogue.runtime.events import Event
from dialogue.runtime.history import MOST_TURNS, remembered
from dialogue.runtime.tracker import Tracker

FORM = 1
"""The form that is written; a change of `_FIELDS` or of the dictionary is a new one."""

MOST_BYTES = 16_384
"""Of a dialogue that takes more, fewer turns are kept."""

_FIELDS = {
    "action": ("event", "name", "policy", "confidence", "hide_rule_turn"),
    "active_loop": ("event", "name"),
    "bot": ("event", "text", "data", "metadata"),
    "slot": ("event", "name", "value"),
    "user": ("event", "text", "parse_data"),
    "user_featurization": ("event", "use_text_for_featurization"),
}
"""The keys that every event of a kind has: a row has their values without the names."""

_KIND_ONLY = ("event",)

_DICTIONARY = (
    b'[["restart"],["action_execution_rejected",{"name":"_form","policy":"RulePolicy"}],'
    b'["loop_interrupted",{"is_interrupted":true}],["followup",{"name":"action_"}],'
    b'["user","",{"text":"","intent":{"name":"nlu_fallback","confidence":1.0},'
    b'"entities":[{"entity":"","value":"","role":"","group":"","start":0,"end":0,"extractor":"",'
    b'"additional_info":{}}],"intent_ranking":[{"name":"","confidence":0.0},{"name":"",'
    b'"confidence":0.0}],"metadata":{}}],'
    b'["user","",{"text":"","intent":{"name":"inform","confidence":1.0},'
    b'"entities":[{"entity":"","value":"","role":"","group":""}],"intent_ranking":[]},'
    b'{"input_channel":"whatsapp"}],'
    b'["bot","",{"elements":null,"quick_replies":null,"buttons":[{"title":"","payload":"/"},'
    b'{"title":"","payload":"/"}],"attachment":null,"image":null,"custom":null},{}],'
    b'["action","","AugmentedMemoizationPolicy",1.0,false],'
    b'["action","","MemoizationPolicy",1.0,false],["action","action_listen",null,null,false],'
    b'["user",null,{"text":null,"intent":{"name":null,"confidence":1.0},"entities":[],'
    b'"intent_ranking":[]}],["rewind"],["action","action_session_start",null,1.0,false],'
    b'["session_started"],["active_loop","_form"],["slot","requested_slot",null],'
    b'["active_loop",null],["slot","",""],["action","action_","RulePolicy",1.0,true],'
    b'["bot",null,{"elements":null,"quick_replies":null,"buttons":null,"attachment":null,'
    b'"image":null,"custom":null},{"utter_action":"utter_ask_"}],'
    b'["action","action_listen","MemoizationPolicy",1.0,false],'
    b'["action","action_listen","RulePolicy",1.0,true],'
    b'["user","",{"text":"","intent":{"name":"","confidence":0.9},"entities":[],'
    b'"intent_ranking":[]}],["user_featurization",false],'
    b'["action","utter_","RulePolicy",1.0,true],'
    b'["bot",null,{"elements":null,"quick_replies":null,"buttons":null,"attachment":null,'
    b'"image":null,"custom":null},{"utter_action":"utter_"}]]'
)
"""What events look like in any bot, the most common last: deflate points to what it has seen."""

_LAST_SECOND = 1e11
"""Times in seconds that are no milliseconds when they are read again are left as they are."""


class Unreadable(PforteError):
    """What is stored is no dialogue that this release reads."""


def pack(tracker: Tracker) -> bytes:
    """Return what of a conversation is kept; the same events give the same bytes."""
    turns = MOST_TURNS
    packed = _pack(remembered(tracker, turns))
    while len(packed) > MOST_BYTES and turns > 1:
        turns //= 2
        packed = _pack(remembered(tracker, turns))
    return packed


def unpack(stored: bytes, domain: Domain) -> Tracker:
    """Return the conversation that `pack` wrote. Raises Unreadable."""
    if stored[:1] != bytes([FORM]):
        found = f"in form {stored[0]}" if stored else "empty"
        raise Unreadable(f"The stored dialogue is {found}, this release reads form {FORM}.")
    try:
        events = _events(json.loads(_inflate(stored[1:])))
    except (zlib.error, ValueError, TypeError, LookupError) as error:
        raise Unreadable(f"The stored dialogue is damaged: {error}") from error
    return Tracker(domain, events)


def _pack(events: list[Event]) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=_DICTIONARY)
    return bytes([FORM]) + deflate.compress(_json(_rows(events))) + deflate.flush()


def _inflate(data: bytes) -> str:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_DICTIONARY)
    text = inflate.decompress(data)
    if not inflate.eof or inflate.unused_data:
        raise ValueError("its end is missing, or something follows it")
    return text.decode("utf-8", "surrogatepass")


def _json(rows: list[Any]) -> bytes:
    # Customers send lone surrogates too.
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _rows(events: Iterable[Event]) -> list[Any]:
    """Return events as rows: a kind and its fields' values, what else there is in an object.

    Between them stand milliseconds by which time goes on, null where events have none (or none
    that milliseconds tell).
    """
    rows: list[Any] = []
    clock: int | None = None
    last: Any = None
    for event in events:
        stamp = event.get("timestamp")
        # Mostly the very same number: a turn has one time.
        if stamp is not last:
            last = stamp
            time = _milliseconds(stamp)
            if time != clock:
                rows.append(None if time is None else time - (clock or 0))
                clock = time
        rows.append(_row(event, timed=clock is not None))
    return rows


def _row(event: Event, *, timed: bool) -> list[Any]:
    names = _names(event["event"])
    try:
        row = [event[name] for name in names]
    except KeyError:
        return [_without(event, ("timestamp",) if timed else ())]
    if len(row) + timed == len(event):
        return row
    return [*row, _without(event, (*names, "timestamp") if timed else names)]


def _without(event: Event, names: tuple[str, ...]) -> Event:
    return {key: value for key, value in event.items() if key not in names}


def _events(rows: Iterable[Any]) -> list[Event]:
    """Return the events that `_rows` wrote."""
    events = []
    clock: int | None = None
    stamp: float | None = None
    for row in rows:
        if not isinstance(row, list):
            clock = None if row is None else (clock or 0) + row
            stamp = None if clock is None else clock / 1000
            continue
        event = _event(row)
        if stamp is not None:
            event["timestamp"] = stamp
        events.append(event)
    return events


def _event(row: list[Any]) -> Event:
    if isinstance(row[0], dict):
        return row[0]
    names = _names(row[0])
    if len(row) < len(names):
        raise ValueError(f"an event of type {row[0]!r} is too short")
    event = dict(zip(names, row, strict=False))
    return {**event, **row[len(names)]} if len(row) > len(names) else event


def _names(kind: Any) -> tuple[str, ...]:
    return _FIELDS.get(kind, _KIND_ONLY)


def _milliseconds(time: Any) -> int | None:
    """Return a time in milliseconds if these are all that it tells."""
    if not isinstance(time, int | float) or not abs(time) < _LAST_SECOND:
        return None
    milliseconds = round(time * 1000)
    return milliseconds if milliseconds / 1000 == time else None
