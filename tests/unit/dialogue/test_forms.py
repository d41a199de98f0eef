"""Forms ask, validate, are interrupted and end as Rasa's do."""

from pathlib import Path
from typing import Any

import pytest

from dialogue.runtime.calls import Call, Result
from dialogue.runtime.conversation import Runtime
from tests.unit.dialogue.dialogues import Talk, kinds, taught

DOMAIN = """\
intents: [order, inform, hours, stop, thanks]
entities: [size, item, note]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
  item: {type: text, mappings: [{type: from_entity, entity: item}]}
  note: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms:
  order_form: {required_slots: [size, item], ignored_intents: [thanks]}
responses:
  utter_hours: [{text: nine to five}]
  utter_ask_order_form_size: [{text: which size?}]
  utter_ask_size: [{text: never}]
  utter_ask_item: [{text: 'which item, {size}?'}]
  utter_done: [{text: '{size} {item}'}]
  utter_stopped: [{text: stopped}]
  utter_default: [{text: pardon}]
actions: [validate_order_form]
"""

RULES = """\
rules:
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: utter_done}]
- rule: hours
  steps: [{intent: hours}, {action: utter_hours}]
- rule: stop
  condition: [{active_loop: order_form}]
  steps:
  - intent: stop
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_stopped
"""


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return taught(tmp_path, DOMAIN, RULES).runtime


def accept(call: Call) -> Result:
    """Do as rasa-sdk's FormValidationAction without methods: what came is right."""
    candidates: dict[str, Any] = {}
    for event in reversed(call.tracker.events):
        if event["event"] != "slot":
            break
        candidates = {event["name"]: event["value"], **candidates}
    return {"events": [{"event": "slot", "name": k, "value": v} for k, v in candidates.items()]}


def test_a_form_asks_for_each_slot_and_ends(runtime: Runtime) -> None:
    """Questions come in the order of the slots, and the rule for the end follows at once."""
    talk = Talk(runtime, {"validate_order_form": accept})

    assert talk.hear("/order") == ["which size?"]
    assert talk.hear('/inform{"size": "big"}') == ["which item, big?"]
    assert talk.hear('/inform{"item": "pizza"}') == ["big pizza"]
    assert talk.tracker.loop_name is None
    assert talk.slots() == {"size": "big", "item": "pizza"}


def test_the_events_of_a_form_turn_come_in_rasas_order(runtime: Runtime) -> None:
    """Raw slot, form, validated slot, next question: rasa-sdk's validators rely on it."""

    def upper(call: Call) -> Result:
        events = accept(call)["events"]
        changed = [{**event, "value": event["value"].upper()} for event in events]
        return {"events": changed, "responses": [{"text": "noted"}]}

    talk = Talk(runtime, {"validate_order_form": upper})
    talk.say("/order")

    assert kinds(talk.say('/inform{"size": "big"}')) == [
        "user",
        "slot size=big",
        "action order_form",
        "bot",
        "slot size=BIG",
        "slot requested_slot=item",
        "bot",
        "action action_listen",
    ]


def test_the_validator_sees_the_candidates_at_the_end_of_the_events(runtime: Runtime) -> None:
    """What an action server is sent ends with requested slot, form and candidates."""
    talk = Talk(runtime, {"validate_order_form": accept})
    talk.say("/order")
    talk.say('/inform{"size": "big", "item": "pizza"}')

    sent = talk.calls[-1].payload("me")["tracker"]["events"]
    assert kinds(sent[-4:]) == [
        "slot requested_slot=size",
        "action order_form",
        "slot size=big",
        "slot item=pizza",
    ]


def test_what_is_known_already_is_validated_and_not_asked(runtime: Runtime) -> None:
    """The message that starts a form may fill it."""
    talk = Talk(runtime, {"validate_order_form": accept})

    assert talk.hear('/order{"size": "big"}') == ["which item, big?"]


def test_an_invalid_value_is_asked_again(runtime: Runtime) -> None:
    """A validator that sets a slot to null says that the value was no good."""

    def refuse(call: Call) -> Result:
        names = [event["name"] for event in accept(call)["events"]]
        return {"events": [{"event": "slot", "name": name, "value": None} for name in names]}

    talk = Talk(runtime, {"validate_order_form": refuse})
    talk.say("/order")

    assert talk.hear('/inform{"size": "huge"}') == ["which size?"]
    assert talk.tracker.slots["size"] is None


def test_a_question_in_the_middle_is_answered_and_the_form_asks_again(runtime: Runtime) -> None:
    """The form refuses, the rule answers, the form comes back."""
    talk = Talk(runtime)
    talk.say("/order")

    events = talk.say("/hours")

    assert kinds(events)[1:4] == [
        "action_execution_rejected order_form",
        "action utter_hours",
        "bot",
    ]
    assert [e["text"] for e in events if e["event"] == "bot"] == ["nine to five", "which size?"]
    assert talk.tracker.loop_name == "order_form"


def test_what_nobody_takes_is_forgotten_and_the_form_stays(runtime: Runtime) -> None:
    """The fallback rewinds the message; Rasa does not ask again."""
    talk = Talk(runtime)
    talk.say("/order")

    assert talk.hear("/inform") == ["pardon"]
    assert talk.tracker.loop_name == "order_form"
    assert talk.tracker.slots["requested_slot"] == "size"


def test_ignored_intents_fill_no_slot_of_the_form(runtime: Runtime) -> None:
    """Their entities are left alone while the form is active, and only then."""
    talk = Talk(runtime)
    assert "slot item=tea" in kinds(talk.say('/thanks{"item": "tea"}'))
    talk.say("/order")
    talk.say('/thanks{"size": "big"}')

    assert "size" not in talk.slots()


def test_a_form_can_be_left(runtime: Runtime) -> None:
    """`action_deactivate_loop` ends it; the slots stay."""
    talk = Talk(runtime, {"validate_order_form": accept})
    talk.say('/order{"size": "big"}')

    assert talk.hear("/stop") == ["stopped"]
    assert talk.tracker.loop_name is None
    assert talk.slots() == {"size": "big"}


def test_a_filled_form_ends_as_soon_as_it_is_started_again(runtime: Runtime) -> None:
    """Slots are not cleared by a form."""
    talk = Talk(runtime, {"validate_order_form": accept})
    talk.say('/order{"size": "big", "item": "tea"}')

    assert talk.hear("/order") == ["big tea"]


def test_a_validator_chooses_the_next_question(runtime: Runtime) -> None:
    """Forms with dynamic slots set `requested_slot` themselves; null ends the form."""

    def choose(call: Call) -> Result:
        wanted = None if call.tracker.slots.get("size") else "item"
        events = accept(call)["events"]
        return {"events": [*events, {"event": "slot", "name": "requested_slot", "value": wanted}]}

    talk = Talk(runtime, {"validate_order_form": choose})

    assert talk.hear("/order") == ["which item, None?"]
    assert talk.hear('/inform{"size": "big"}') == ["big None"]


def test_a_failing_validator_costs_the_form_its_events(runtime: Runtime) -> None:
    """As in Rasa: the form is logged and nothing else, and the turn goes on as if it had ended."""
    talk = Talk(runtime, {"validate_order_form": {"failed": "out of order"}})

    events = kinds(talk.say("/order"))

    assert events[4:6] == ["action order_form", "action utter_done"]
    assert talk.tracker.loop_name is None


def test_a_validator_that_is_not_in_the_domain_is_never_called(tmp_path: Path) -> None:
    """Only actions that the author lists exist."""
    unlisted = DOMAIN.replace("actions: [validate_order_form]", "actions: []")
    talk = Talk(taught(tmp_path, unlisted, RULES).runtime)
    talk.say("/order")
    talk.say('/inform{"size": "big"}')

    assert talk.calls == []
    assert talk.tracker.slots["requested_slot"] == "item"
