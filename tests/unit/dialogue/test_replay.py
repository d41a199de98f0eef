"""The runtime does what Rasa 3.6 was recorded to do, and a difference is found."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialogue.runtime.compiled import load, save
from dialogue.runtime.conversation import Runtime
from dialogue.teaching.bot import teach
from pforte.bot.replay import from_record, read_dialogues, replay
from pforte.cli import main
from tests.unit.dialogue.dialogues import taught

Dialogues = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def micro(pforte_shared: Path) -> Runtime:
    return teach(pforte_shared / "rasa-golden" / "micro").runtime


@pytest.fixture
def recorded(pforte_shared: Path) -> Dialogues:
    return read_dialogues(pforte_shared / "rasa-golden" / "micro.golden.json")


@pytest.mark.parametrize(("bot", "dialogues"), [("micro", 15), ("financial-demo", 48)])
def test_recorded_dialogues_go_as_in_rasa(
    pforte_shared: Path, capsys: pytest.CaptureFixture[str], bot: str, dialogues: int
) -> None:
    """Events in their order, slots, active loop and messages are Rasa's, in every turn."""
    golden = pforte_shared / "rasa-golden"

    status = main(
        ["bot", "replay", f"{golden}/{bot}.golden.json", "--bot", f"{golden}/{bot}", "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert told == {"dialogues": dialogues, "passed": dialogues, "differences": []}
    assert status == 0


@pytest.mark.parametrize("bot", ["micro", "financial-demo"])
def test_the_compiled_form_does_the_same(pforte_shared: Path, tmp_path: Path, bot: str) -> None:
    """What training writes into a folder runs as what it learnt."""
    golden = pforte_shared / "rasa-golden"
    save(teach(golden / bot).runtime, tmp_path)

    result = replay(load(tmp_path), read_dialogues(golden / f"{bot}.golden.json"), from_record)

    assert result.differences == []
    assert result.passed == result.dialogues > 0


def _rename_action(turn: dict[str, Any]) -> None:
    turn["events"][-1]["name"] = "action_other"


def _drop_event(turn: dict[str, Any]) -> None:
    del turn["events"][-1]


def _swap_events(turn: dict[str, Any]) -> None:
    turn["events"][-1], turn["events"][-2] = turn["events"][-2], turn["events"][-1]


def _change_slot_event(turn: dict[str, Any]) -> None:
    event = next(event for event in turn["events"] if event["event"] == "slot")
    event["value"] = "planted"


def _change_slot(turn: dict[str, Any]) -> None:
    turn["slots"]["size"] = "planted"


def _change_loop(turn: dict[str, Any]) -> None:
    turn["active_loop"] = "note_form"


def _change_text(turn: dict[str, Any]) -> None:
    turn["bot"][0]["text"] = "planted"


def _change_logged_text(turn: dict[str, Any]) -> None:
    event = next(event for event in turn["events"] if event["event"] == "bot")
    event["text"] = "planted"


def _add_message(turn: dict[str, Any]) -> None:
    turn["bot"].append({"text": "planted"})


def _drop_message(turn: dict[str, Any]) -> None:
    del turn["bot"][-1]


@pytest.mark.parametrize(
    "plant",
    [
        _rename_action,
        _drop_event,
        _swap_events,
        _change_slot_event,
        _change_slot,
        _change_loop,
        _change_text,
        _change_logged_text,
        _add_message,
        _drop_message,
    ],
)
def test_a_planted_difference_is_found(
    micro: Runtime, recorded: Dialogues, plant: Callable[[dict[str, Any]], None]
) -> None:
    """Whatever a recording tells is compared, in any of its turns."""
    planted = copy.deepcopy(recorded)
    plant(planted["interrupt"][2])

    result = replay(micro, planted, from_record)

    assert result.passed == result.dialogues - 1
    assert [difference.split(":")[0] for difference in result.differences] == ["interrupt"]
    assert "turn 3" in result.differences[0]


def test_a_call_that_was_not_recorded_is_a_difference(micro: Runtime, recorded: Dialogues) -> None:
    """A replay without the answers of actions does not pass by luck."""
    for turn in recorded["invalid"]:
        turn["actions"] = []

    result = replay(micro, {"invalid": recorded["invalid"]}, from_record)

    assert result.passed == 0


def greeting(*after: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """Return the events of a first turn in which the bot greets, and what it does `after`."""
    return [
        {"event": "action", "name": "action_session_start"},
        {"event": "session_started"},
        {"event": "action", "name": "action_listen"},
        {"event": "user", "text": "/greet", "intent": "greet"},
        {"event": "action", "name": "utter_greet"},
        {"event": "bot", "text": text},
        *after,
        {"event": "action", "name": "action_listen"},
    ]


def test_any_variation_of_a_response_is_right(tmp_path: Path) -> None:
    """What Rasa drew at random may have been another variation, and only that."""
    texts = "".join(f"  - text: hello {number}\n" for number in range(8))
    runtime = taught(
        tmp_path,
        f"intents: [greet]\nresponses:\n  utter_greet:\n{texts}",
        "rules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n",
    ).runtime

    def passed(text: str, logged: str) -> int:
        turn = {"user": "/greet", "bot": [{"text": text}], "events": greeting(text=logged)}
        return replay(runtime, {"greeting": [turn]}, from_record).passed

    assert [passed(f"hello {number}", f"hello {number}") for number in range(8)] == [1] * 8
    assert passed("hello 8", "hello 8") == 0
    assert passed("hello 1", "hello 2") == 0


def test_a_variation_reads_as_at_its_moment(tmp_path: Path) -> None:
    """Its buttons are its own, and a slot that is emptied later in the turn stands in it."""
    runtime = taught(
        tmp_path,
        """\
intents: [greet]
actions: [action_forget]
slots:
  name: {type: text, initial_value: Ada, mappings: [{type: custom}]}
responses:
  utter_greet:
  - text: "Hello, {name}."
    buttons: [{title: "I am {name}", payload: /yes}]
  - text: "Hi, {name}."
  - text: "Good day, {name}."
    buttons: [{title: "Not {name}?", payload: /no}]
""",
        "rules:\n- rule: greet\n"
        "  steps: [{intent: greet}, {action: utter_greet}, {action: action_forget}]\n",
    ).runtime
    forgotten = {"event": "slot", "name": "name", "value": None}
    forgetting = {"name": "action_forget", "events": [forgotten], "responses": []}

    def passed(said: dict[str, Any]) -> int:
        done = {"event": "action", "name": "action_forget"}
        events = greeting(done, forgotten, text=said["text"])
        turn = {"user": "/greet", "bot": [said], "events": events, "actions": [forgetting]}
        return replay(runtime, {"greeting": [turn]}, from_record).passed

    am, ask = {"title": "I am Ada", "payload": "/yes"}, {"title": "Not Ada?", "payload": "/no"}
    assert passed({"text": "Hello, Ada.", "buttons": [am]}) == 1
    assert passed({"text": "Hi, Ada."}) == 1
    assert passed({"text": "Good day, Ada.", "buttons": [ask]}) == 1
    assert passed({"text": "Hi, None."}) == 0


def test_what_is_no_recording_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong file is one clear line, not a passed replay."""
    (tmp_path / "domain.yml").write_text('version: "3.1"\n')
    for content in ("{", "[]", '{"one": [{"bot": []}]}'):
        file = tmp_path / "some.json"
        file.write_text(content)
        assert main(["bot", "replay", str(file), "--bot", str(tmp_path)]) == 2
        assert str(file) in capsys.readouterr().err
