"""A turn goes as in Rasa: sessions, predictions, failing actions, responses."""

from pathlib import Path
from typing import Any

import pytest

from dialogue.runtime.conversation import MOST_ACTIONS, Runtime
from dialogue.runtime.payload import read_payload
from tests.unit.dialogue.dialogues import Talk, kinds, taught

DOMAIN = """\
intents: [greet, do, ask, loop, hush, price]
entities: [city, {item: {roles: [from, to]}}]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  target: {type: text, mappings: [{type: from_entity, entity: item, role: to}]}
  any_item: {type: text, mappings: [{type: from_entity, entity: item}]}
  cities: {type: list, mappings: [{type: from_entity, entity: city}]}
  polite: {type: bool, mappings: [{type: from_intent, intent: greet, value: false}]}
  language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  looked_up:
    type: text
    influence_conversation: false
    mappings: [{type: custom, action: action_look}]
responses:
  utter_greet: [{text: 'hello {city}'}]
  utter_ask: [{text: what?}]
  utter_loop: [{text: again}]
  utter_price:
  - text: 'Preis {{fix}}'
    condition: [{type: slot, name: language, value: DE}]
  - {text: price on web, channel: web}
  - text: price {unknown}
    buttons: [{title: 'in {city}', payload: '/do{{"city": "x"}}'}]
  utter_default: [{text: pardon}]
actions: [action_do, action_look]
session_config: {session_expiration_time: 30, carry_over_slots_to_new_session: true}
"""

RULES = """\
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: do
  steps: [{intent: do}, {action: action_do}]
- rule: ask
  steps: [{intent: ask}, {action: utter_ask}, {action: utter_greet}]
- rule: loop
  steps: [{intent: loop}, {action: utter_loop}]
  wait_for_user_input: false
- rule: looping
  steps: [{action: utter_loop}, {action: utter_loop}]
  wait_for_user_input: false
- rule: price
  steps: [{intent: price}, {action: utter_price}]
"""


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    config = "policies: [{name: RulePolicy, check_for_contradictions: false}]\n"
    return taught(tmp_path, DOMAIN, RULES, "", config).runtime


def sets(name: str, value: Any) -> dict[str, Any]:
    return {"events": [{"event": "slot", "name": name, "value": value}]}


def test_a_session_begins_once_and_again_after_a_long_silence(runtime: Runtime) -> None:
    """What was known is carried over, as the domain says."""
    talk = Talk(runtime)
    assert kinds(talk.say('/greet{"city": "Bonn"}'))[:3] == [
        "action action_session_start",
        "session_started",
        "action action_listen",
    ]
    assert "session_started" not in kinds(talk.say("/greet", after=30 * 60))

    events = kinds(talk.say("/ask", after=30 * 60 + 1))

    assert events[0] == "action action_session_start"
    assert "slot city=Bonn" in events[: events.index("user")]


@pytest.mark.parametrize("carry", [True, False])
def test_slots_are_carried_over_only_if_the_domain_says_so(tmp_path: Path, carry: bool) -> None:
    """A new session without carry-over knows nothing."""
    domain = DOMAIN.replace("new_session: true", f"new_session: {str(carry).lower()}")
    talk = Talk(taught(tmp_path, domain, RULES.split("- rule: loop\n")[0]).runtime)
    talk.say('/greet{"city": "Bonn"}')
    talk.say("/ask", after=3600)

    assert talk.slots().get("city") == ("Bonn" if carry else None)


def test_a_failing_action_is_logged_and_the_turn_goes_on(runtime: Runtime) -> None:
    """As in Rasa: never silence from an exception, and its events are lost."""
    talk = Talk(runtime, {"action_do": {"failed": "no answer"}})

    assert talk.do("/do")[-2:] == ["action_do", "action_listen"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"events": [{"event": "explode"}]},
        {"events": ["slot"]},
        {"events": [{"event": "slot", "value": 1}]},
        {"events": [{"event": "slot", "name": ["city"], "value": 1}]},
        {"events": [{"event": "active_loop", "name": 5}]},
        {"events": [{"event": "form"}]},
        {"events": [{"event": "user", "text": "me"}]},
        {"events": [{"event": "user", "parse_data": {"intent": "do"}}]},
        {"events": [{"event": "bot", "text": "hi", "data": "hi"}]},
        {"responses": [{"text": "half an answer", "buttons": "yes or no"}]},
        {"responses": ["half an answer"]},
    ],
)
def test_nonsense_from_an_action_is_a_failure(runtime: Runtime, nonsense: dict[str, Any]) -> None:
    """Nothing of a wrong answer is taken."""
    answer = {"responses": [{"text": "half an answer"}], **nonsense}

    assert Talk(runtime, {"action_do": answer}).hear("/do") == []


def test_events_that_say_little_are_read_as_rasa_reads_them(runtime: Runtime) -> None:
    """What an event leaves out is empty, and breaks no later turn."""
    little = [
        {"event": "bot", "text": "hi"},
        {"event": "bot", "data": {"buttons": [{"title": "a", "payload": "/do"}]}},
        {"event": "slot", "name": "city"},
    ]
    talk = Talk(runtime, {"action_do": {"events": little}})

    assert talk.hear("/do") == ["hi", None]
    assert talk.hear("/greet") == ["hello None"]


def test_an_action_that_says_that_the_bot_listened_does_not_go_on_for_ever(
    runtime: Runtime,
) -> None:
    """Rasa counts the actions since the bot listened, and would never come to ten."""
    listened = {"events": [{"event": "action", "name": "action_listen"}]}
    talk = Talk(runtime, {"action_do": listened})

    assert talk.do("/do").count("action_do") < 3 * MOST_ACTIONS + 1
    assert talk.hear("/greet") == ["hello None"]


def test_an_action_that_refuses_leaves_the_turn_to_others(runtime: Runtime) -> None:
    """The rejection alone is logged, and the action is not predicted again at once."""
    events = kinds(Talk(runtime, {"action_do": {"rejected": True}}).say("/do"))

    assert "action action_do" not in events
    assert events[4:6] == ["action_execution_rejected action_do", "action action_default_fallback"]


def test_an_action_can_ask_for_the_next_one(runtime: Runtime) -> None:
    """A follow-up comes before all policies; an unknown one is passed over."""
    known = {"events": [{"event": "followup", "name": "utter_ask"}]}
    unknown = {"events": [{"event": "followup", "name": "action_nowhere"}]}

    assert Talk(runtime, {"action_do": known}).hear("/do")[:1] == ["what?"]
    assert Talk(runtime, {"action_do": unknown}).do("/do")[-2:] == ["action_do", "action_listen"]


def test_rules_that_run_in_a_circle_end_after_ten_actions(runtime: Runtime) -> None:
    """A mistake of the author does not answer for ever."""
    assert len(Talk(runtime).hear("/loop")) == MOST_ACTIONS


def test_a_paused_conversation_takes_slots_and_says_nothing(runtime: Runtime) -> None:
    """What is said meanwhile is known when it is resumed."""
    talk = Talk(runtime, {"action_do": {"events": [{"event": "pause"}]}})
    talk.say("/do")

    assert talk.do('/greet{"city": "Bonn"}') == []
    assert talk.slots()["city"] == "Bonn"
    talk.tracker.update({"event": "resume"})
    assert talk.do("/ask") != []


def test_a_slot_takes_the_last_value_and_a_list_takes_all(runtime: Runtime) -> None:
    """Entity, role and group must be the same: one with a role fills no slot without."""
    talk = Talk(runtime)
    message = read_payload('/ask{"city": ["Bonn", "Ulm"]}', runtime.domain)
    assert message is not None
    message["parse_data"]["entities"].append({"entity": "item", "value": "tea", "role": "to"})
    talk.say("", message=message)

    assert talk.slots() == {"city": "Ulm", "cities": ["Bonn", "Ulm"], "target": "tea"}


def test_false_is_a_value(runtime: Runtime) -> None:
    """An intent may set a slot to false, which is not the same as leaving it empty."""
    talk = Talk(runtime)
    talk.say("/greet")

    assert talk.slots() == {"polite": False}


def test_a_custom_mapping_asks_its_action_before_any_policy(runtime: Runtime) -> None:
    """Of what it returns, only slots count here."""
    answer = {
        "events": [{"event": "followup", "name": "utter_ask"}, *sets("looked_up", "x")["events"]]
    }
    talk = Talk(runtime, {"action_look": answer})

    assert talk.hear("/greet") == ["hello None"]
    assert talk.slots()["looked_up"] == "x"


def test_an_action_of_several_slots_is_asked_once_and_then_the_validation(tmp_path: Path) -> None:
    """Both may say something and set slots, and nothing else; what is validated counts."""
    domain = (
        "intents: [greet]\nslots:\n"
        "  one: {type: text, mappings: [{type: custom, action: action_look}]}\n"
        "  two: {type: text, mappings: [{type: custom, action: action_look}]}\n"
        "actions: [action_look, action_validate_slot_mappings]\n"
    )
    looked = [*sets("one", "x")["events"], *sets("two", "y")["events"]]
    validated = [{"event": "pause"}, *sets("one", "X")["events"]]
    talk = Talk(
        taught(tmp_path, domain).runtime,
        {
            "action_look": {"events": looked},
            "action_validate_slot_mappings": {"events": validated, "responses": [{"text": "ok"}]},
        },
    )

    events = kinds(talk.say("/greet"))

    assert [call.name for call in talk.calls] == ["action_look", "action_validate_slot_mappings"]
    assert events[4:7] == ["bot", "slot one=X", "slot two=y"]
    assert "pause" not in events


def test_a_variation_is_said_where_its_condition_and_channel_allow(runtime: Runtime) -> None:
    """Texts compare without case; another channel's is not said; unknown names stay."""
    talk = Talk(runtime, {"action_look": sets("language", "de")})
    assert talk.hear("/price") == ["Preis {fix}"]

    plain = [event for event in Talk(runtime).say("/price") if event["event"] == "bot"]
    assert [event["text"] for event in plain] == ["price {unknown}"]
    assert plain[0]["data"]["buttons"] == [{"title": "in None", "payload": '/do{"city": "x"}'}]


def test_an_actions_words_are_filled_and_its_buttons_come_after_the_responses(
    runtime: Runtime,
) -> None:
    """What the action says of a name comes before the slot of that name."""
    said = {
        "response": "utter_price",
        "unknown": "9",
        "buttons": [{"title": "more", "payload": "/ask"}],
        "text": None,
    }
    events = Talk(runtime, {"action_do": {"responses": [said, {"response": "utter_none"}]}}).say(
        "/do"
    )
    bot = [event for event in events if event["event"] == "bot"]

    assert [event["text"] for event in bot] == ["price 9"]
    assert [button["title"] for button in bot[0]["data"]["buttons"]] == ["in None", "more"]


def test_back_takes_two_messages_back_and_restart_all(runtime: Runtime) -> None:
    """Both are there without the author's doing."""
    talk = Talk(runtime)
    talk.say('/greet{"city": "Bonn"}')
    talk.say('/greet{"city": "Ulm"}')
    talk.say("/back")
    assert talk.slots()["city"] == "Bonn"

    talk.say("/restart")
    assert talk.slots() == {}


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "entities"),
    [
        ("/greet", "greet", 1.0, {}),
        ("  /greet@0.5 ", "greet", 0.5, {}),
        ("/greet@7", "greet", 1.0, {}),
        ('/greet{"city": "Bonn", "nobody": 1}', "greet", 1.0, {"city": "Bonn"}),
        ("/greet{city}", "greet", 1.0, {}),
        ('/greet{"city"', "greet", 1.0, {}),
        ("/nobody", None, None, None),
        ("greet", None, None, None),
        ("/", None, None, None),
    ],
)
def test_a_payload_names_its_intent_and_entities(
    runtime: Runtime,
    text: str,
    intent: str | None,
    confidence: float | None,
    entities: dict[str, str] | None,
) -> None:
    """What is none stays an ordinary text; unknown entities and broken JSON are left out."""
    message = read_payload(text, runtime.domain)

    if intent is None:
        assert message is None
    else:
        assert message is not None
        parsed = message["parse_data"]
        assert parsed["intent"] == {"name": intent, "confidence": confidence}
        assert {each["entity"]: each["value"] for each in parsed["entities"]} == entities


def test_an_action_is_sent_what_rasa_sends(runtime: Runtime) -> None:
    """The request of the action server's protocol, with the domain if it is asked for."""
    talk = Talk(runtime)
    talk.say('/do{"city": "Bonn"}')
    sent = talk.calls[-1].payload("me", runtime.domain.for_actions())
    tracker = sent["tracker"]

    assert (sent["next_action"], sent["sender_id"]) == ("action_do", "me")
    assert sent["domain"]["slots"]["city"]["type"] == "text"
    assert tracker["latest_message"]["intent"]["name"] == "do"
    assert tracker["latest_action_name"] == "action_listen"
    assert tracker["active_loop"] == {}
    assert tracker["events"][-1]["event"] == "user_featurization"
    assert tracker["latest_event_time"] == talk.now
