"""A conversation that is stored between turns goes on as one in memory would."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.runtime.calls import Call, Result, Turn
from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain, Form, Slot
from dialogue.runtime.events import (
    Event,
    action,
    active_loop,
    bare,
    entities_of,
    intent_of,
    rejected,
    said,
    slot,
)
from dialogue.runtime.history import remembered
from dialogue.runtime.payload import read_payload
from dialogue.runtime.states import past_states
from dialogue.runtime.stored import pack, unpack
from dialogue.runtime.tracker import Tracker
from dialogue.teaching.bot import teach
from pforte.bot.replay import carry_out

DOMAIN = Domain(
    intents={"greet": ["city"], "bye": []},
    entities=["city"],
    slots={"city": Slot("text"), "tags": Slot("list"), "flag": Slot("bool", initial_value=False)},
    forms={"form": Form(["city"]), "other_form": Form(["tags"])},
    responses={},
    actions=["utter_greet"],
)

LISTEN = action("action_listen")
CITY = {"entity": "city", "value": "Bonn", "role": "to", "start": 0, "end": 4}

MESSAGES = st.sampled_from([said("a", "greet", [CITY]), said("b", "bye"), said(None, None)])
DONE = st.sampled_from(
    [
        *(action("form"), action("other_form"), action("utter_greet"), action("x", hidden=True)),
        *(active_loop("form"), active_loop("other_form"), active_loop(None), rejected("form")),
        *(slot("city", "Bonn"), slot("city", None), slot("tags", ["a"]), slot("flag", True)),
        *(bare("rewind"), bare("undo"), bare("reset_slots"), bare("pause"), bare("resume")),
        {"event": "followup", "name": "utter_greet"},
        {"event": "loop_interrupted", "is_interrupted": True},
        {"event": "user_featurization", "use_text_for_featurization": False},
    ]
)
SESSION = [action("action_session_start"), bare("session_started"), LISTEN]
TURN = st.builds(lambda heard, done: [heard, *done, LISTEN], MESSAGES, st.lists(DONE, max_size=6))
TURNS = st.builds(
    lambda turns: [event for turn in turns for event in turn],
    st.lists(TURN | st.sampled_from([SESSION, [bare("restart"), *SESSION]]), max_size=8),
)
# Loops are known as such from the first, if only by a turn that was taken back: see `history`.
LOOPS = [active_loop("form"), active_loop("other_form")]
KNOWN = st.sampled_from(
    [
        [*SESSION, said("a", "bye"), *LOOPS, active_loop(None), LISTEN],
        [*SESSION, said("a", "bye"), *LOOPS, bare("rewind"), LISTEN],
    ]
)


def stored(tracker: Tracker) -> Tracker:
    return unpack(pack(tracker), tracker.domain)


def read(message: Event | None) -> Any:
    """Return what of a message is read later."""
    if message is None:
        return None
    entities = [
        {key: each[key] for key in ("entity", "value", "role", "group") if key in each}
        for each in entities_of(message)
    ]
    return message["text"], intent_of(message), entities


def state(tracker: Tracker) -> Any:
    """Return all that follows from a tracker's events."""
    loop = tracker.loop
    trigger = loop.trigger if loop else None
    return (
        tracker.slots,
        tracker.touched,
        tracker.features,
        read(tracker.message),
        tracker.latest_action,
        tracker.followup,
        loop and (loop.name, loop.interrupted, loop.rejected),
        trigger and read({"text": trigger["text"], "parse_data": trigger}),
        tracker.paused,
    )


def history(tracker: Tracker) -> Any:
    """Return what policies see, and the messages that two-stage fallback counts."""
    counted = [e for e in tracker.since_restart() if e["event"] in ("user", "rewind")][-3:]
    kinds = [each["event"] == "user" and intent_of(each) for each in counted]
    while False in kinds[1:]:
        # What was before a rewind is not looked at.
        kinds = kinds[1:]
    return past_states(tracker, tracker.applied, touched_only=False), kinds


@given(KNOWN, TURNS, TURNS)
@settings(max_examples=200)
def test_what_is_stored_goes_on_as_in_memory(
    known: list[Event], events: list[Event], more: list[Event]
) -> None:
    """State, history and what later events make of them, rewinds too, are the same."""
    memory = Tracker(DOMAIN, events_of_session([*known, *events]))
    kept = stored(memory)

    assert state(kept) == state(memory)
    assert history(kept) == history(memory)
    assert pack(kept) == pack(memory)
    for event in more:
        memory.update(event)
        kept.update(event)
        assert state(kept) == state(memory)
    assert history(kept) == history(memory)


def events_of_session(events: Sequence[Event]) -> list[Event]:
    """Return the events from the last start of a session or restart on."""
    starts = [n for n, e in enumerate(events) if e["event"] in ("restart", "session_started")]
    return list(events[starts[-1] :]) if starts else list(events)


@given(KNOWN, TURNS, st.integers(1, 4))
@settings(max_examples=200)
def test_beyond_the_cap_the_state_stays(
    known: list[Event], events: list[Event], turns: int
) -> None:
    """Fewer turns are kept, and slots, loop, message and what is to be done are the same."""
    events = [each for each in [*known, *events] if each["event"] != "undo"]
    memory = Tracker(DOMAIN, events_of_session(events))

    kept = remembered(memory, turns)
    once = Tracker(DOMAIN, kept)

    assert state(once) == state(memory)
    assert remembered(once, turns) == kept


WORDS = st.sampled_from(["small", "big", "pizza", "5", "", "ä\ud800\x00🙂", "/stop", "n\u2028l"])
GAPS = st.sampled_from([60.0, 60.5, 1.001, 59.0, 4000.0])


def messages(domain: Domain) -> st.SearchStrategy[Event]:
    """Return payloads of the bot's intents, and texts that were understood or not."""
    entities = st.dictionaries(st.sampled_from(domain.entities), WORDS, max_size=2)
    found = entities.map(lambda each: [{"entity": k, "value": v} for k, v in each.items()])
    intents = st.sampled_from(
        [*domain.intents, "restart", "back", "nlu_fallback", "out_of_scope", "session_start", None]
    )
    ranking = [{"name": "nlu_fallback", "confidence": 0.3}, {"name": "greet", "confidence": 0.2}]
    understood = st.builds(
        lambda text, intent, entities: said(text, intent, entities, ranking=ranking),
        WORDS,
        intents,
        found,
    )
    payloads = st.sampled_from([*domain.intents, "back", "restart"]).map(lambda name: f"/{name}")
    return understood | payloads.map(lambda text: read_payload(text, domain) or said(text, None))


def answer(call: Call) -> Result:
    """Answer any custom action; a validation takes nothing that is small."""
    if not call.name.startswith("validate_"):
        return {"events": [], "responses": [{"text": f"{call.name} done"}]}
    last = call.tracker.events[-1]
    if last["event"] == "slot" and last["value"] == "small":
        return {"events": [slot(last["name"], None)], "responses": [{"text": "too small"}]}
    return {"events": [last] if last["event"] == "slot" else []}


def take(runtime: Runtime, tracker: Tracker, message: Event, now: float) -> list[Event]:
    before = len(tracker.events)
    doing = runtime.handle(tracker, message, Turn(), now)
    carry_out(doing, answer)
    return tracker.events[before:]


@pytest.fixture(scope="module", params=["micro", "financial-demo"])
def runtime(request: pytest.FixtureRequest, pforte_shared: Path) -> Runtime:
    return teach(pforte_shared / "rasa-golden" / request.param).runtime


@given(data=st.data())
@settings(max_examples=60)
def test_a_bot_says_and_does_the_same(runtime: Runtime, data: st.DataObject) -> None:
    """Turn for turn the events are those of a conversation that never left memory."""
    turns = data.draw(st.lists(st.tuples(messages(runtime.domain), GAPS), min_size=1, max_size=12))
    memory = Tracker(runtime.domain)
    packed = pack(memory)
    now = 1_795_338_410.123
    for message, gap in turns:
        now = round(now + gap, 3)
        kept = unpack(packed, runtime.domain)

        assert take(runtime, kept, message, now) == take(runtime, memory, message, now)
        assert (kept.slots, kept.loop_name) == (memory.slots, memory.loop_name)
        packed = pack(kept)
