"""A tracker's state follows from its events, rewound, folded and restarted as in Rasa."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.runtime.domain import Domain, Form, Slot
from dialogue.runtime.events import Event, action, active_loop, bare, rejected, said, slot
from dialogue.runtime.states import current_state, past_states, steps_of
from dialogue.runtime.tracker import Tracker, applied
from tests.unit.dialogue.dialogues import kinds

DOMAIN = Domain(
    intents={"greet": ["city"], "bye": []},
    entities=["city"],
    slots={
        "city": Slot("text"),
        "size": Slot("categorical", values=["small", "big"]),
        "tags": Slot("list"),
        "flag": Slot("bool", initial_value=False),
        "level": Slot("float", min_value=0, max_value=10),
        "secret": Slot("text", influence=False),
    },
    forms={"form": Form(["city"])},
    responses={},
    actions=["utter_greet"],
)

LISTEN = action("action_listen")


IN_FORM = (
    LISTEN,
    said("a", "greet"),
    action("form"),
    active_loop("form"),
    LISTEN,
    said("b", "bye"),
)


def after(*events: Event) -> Tracker:
    return Tracker(DOMAIN, events)


def test_a_rewind_takes_back_the_message_and_all_that_followed() -> None:
    """Slots of the turn are lost with it; what was before stays."""
    tracker = after(
        LISTEN,
        said("a", "greet"),
        slot("city", "Bonn"),
        action("utter_greet"),
        LISTEN,
        said("b", "bye"),
        slot("city", "Köln"),
        bare("rewind"),
    )

    assert tracker.slots["city"] == "Bonn"
    assert tracker.message == said("a", "greet")
    assert tracker.latest_action == "utter_greet"


def test_an_undo_takes_back_the_last_action() -> None:
    """What was set after it goes too."""
    tracker = after(LISTEN, said("a", "greet"), action("utter_greet"), slot("city", "Bonn"))
    tracker.update(bare("undo"))

    assert tracker.slots["city"] is None
    assert tracker.latest_action == "action_listen"


@pytest.mark.parametrize("kind", ["restart", "session_started"])
def test_nothing_counts_that_was_before_a_restart_or_a_session(kind: str) -> None:
    """Slots, message, loop and history begin anew; a restart asks for a session start."""
    tracker = after(LISTEN, said("a", "greet"), slot("city", "Bonn"), active_loop("form"))
    tracker.update(bare(kind))

    assert tracker.applied == []
    assert tracker.slots["city"] is None
    assert tracker.loop_name is None
    assert tracker.followup == ("action_session_start" if kind == "restart" else "action_listen")


def test_happy_turns_of_a_form_are_one_turn_in_the_history() -> None:
    """Stories see the form once; what it filled stays."""
    tracker = after(*IN_FORM, slot("city", "Bonn"), action("form"))

    assert kinds(tracker.applied) == [
        "action action_listen",
        "user",
        "action form",
        "active_loop form",
        "slot city=Bonn",
    ]


def test_a_turn_that_the_form_refused_stays_in_the_history() -> None:
    """Only what the form took itself is folded."""
    tracker = after(*IN_FORM, rejected("form"), action("utter_greet"), action("form"))

    assert [each["name"] for each in tracker.applied if each["event"] == "action"] == [
        "action_listen",
        "form",
        "action_listen",
        "utter_greet",
        "form",
    ]


@pytest.mark.parametrize(
    ("name", "value", "feature"),
    [
        ("city", "Bonn", [1.0]),
        ("city", None, None),
        ("size", "BIG", [0.0, 1.0, 0.0]),
        ("size", "huge", [0.0, 0.0, 1.0]),
        ("size", None, None),
        ("tags", ["a"], [1.0]),
        ("tags", "a", [1.0]),
        ("tags", [], None),
        ("flag", True, [1.0, 1.0]),
        ("flag", "false", [1.0, 0.0]),
        ("flag", "maybe", None),
        ("level", 5, [1.0, 0.5]),
        ("level", "20", [1.0, 1.0]),
        ("level", "high", None),
        ("secret", "x", None),
    ],
)
def test_policies_see_of_a_slot_what_rasa_shows_them(
    name: str, value: Any, feature: list[float] | None
) -> None:
    """A text is set or not; a category counts; what does not influence is not seen."""
    tracker = after(slot("flag", None), slot(name, value))

    assert current_state(tracker).get("slots", {}).get(name) == feature


def test_a_state_tells_entities_only_as_far_as_the_intent_uses_them() -> None:
    """`use_entities` and `ignore_entities` of the domain are heeded; roles are told apart."""
    city = {"entity": "city", "value": "Bonn", "role": "to"}

    assert current_state(after(said("a", "greet", [city])))["user"] == {
        "intent": "greet",
        "entities": ["city"],
    }
    assert current_state(after(said("a", "bye", [city])))["user"] == {"intent": "bye"}


EVENTS = st.lists(
    st.sampled_from(
        [
            LISTEN,
            action("form"),
            action("other_form"),
            action("utter_greet"),
            active_loop("form"),
            active_loop("other_form"),
            active_loop(None),
            rejected("form"),
            said("a", "greet"),
            said("b", "bye"),
            slot("city", "Bonn"),
            slot("city", None),
            bare("rewind"),
            bare("undo"),
            bare("restart"),
            bare("reset_slots"),
            {"event": "followup", "name": "utter_greet"},
        ]
    ),
    max_size=40,
)


@given(EVENTS)
@settings(max_examples=300)
def test_what_is_followed_event_by_event_is_what_a_replay_gives(events: list[Event]) -> None:
    """The tracker keeps up with its events as if each time it began from the first."""
    tracker = Tracker(DOMAIN)
    for event in events:
        tracker.update(event)
        states = [step.state for step in steps_of(tracker)]

        assert tracker.applied == applied(tracker.events)
        assert states == past_states(tracker, tracker.applied, touched_only=False)


@given(EVENTS, EVENTS)
@settings(max_examples=100)
def test_a_copy_goes_its_own_way(common: list[Event], more: list[Event]) -> None:
    """What is tried on a copy does not change the conversation."""
    tracker = Tracker(DOMAIN, common)
    before = (list(tracker.events), list(tracker.applied), dict(tracker.slots), tracker.loop)
    steps_of(tracker)

    trial = tracker.copy()
    trial.update_all(more)
    steps_of(trial)

    assert (tracker.events, tracker.applied, tracker.slots, tracker.loop) == before
    assert trial.applied == applied(trial.events)


def test_a_form_that_runs_right_after_its_refusal_is_no_happy_turn() -> None:
    """Whatever made it run again, the refusal stands between its runs."""
    tracker = after(*IN_FORM, rejected("form"), action("form"))

    assert [each["event"] for each in tracker.applied][-3:] == [
        "user",
        "action_execution_rejected",
        "action",
    ]
