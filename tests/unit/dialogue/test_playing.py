"""Hold that dialogues in a bot's tests/ are played for real, and that what differs is plain."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conversation.turn import ActionCall
from dialogue.rasa_bot import load
from dialogue.source import ProjectError
from pforte.bot.dialogues import read_dialogues
from pforte.bot.playing import play
from pforte.bot.playing_stories import play_story
from pforte.bot.run import read_plays
from pforte.bot.stage import Difference, Played, Stage, responses_of
from pforte.bot.talk import Act
from pforte.bot.training import trained
from pforte.cli import main
from tests.unit.dialogue.conftest import FILES, WriteBot

Play = Callable[[str], Played]
calls: list[ActionCall] = []


def look_up(call: ActionCall) -> Mapping[str, Any]:
    """Say what was asked, and move to the market place."""
    calls.append(call)
    slot = {"event": "slot", "name": "place", "value": "Markt"}
    return {"events": [slot], "responses": [{"text": "I looked it up."}]}


def fails(call: ActionCall) -> Mapping[str, Any]:
    """Fail."""
    return {"failed": f"{call.action}: no answer"}


@pytest.fixture(scope="module")
def small_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Train the small bot once: what is played is read anew each time."""
    here = tmp_path_factory.mktemp("playing")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        for name, text in FILES.items():
            (here / "bot" / name).parent.mkdir(parents=True, exist_ok=True)
            (here / "bot" / name).write_text(text, "utf-8")
        trained(here / "bot")
        yield here / "bot"


@pytest.fixture
def folder(small_bot: Path) -> Iterator[Path]:
    """Return the small bot, its folder tests empty."""
    calls.clear()
    (small_bot / "tests").mkdir()
    yield small_bot
    shutil.rmtree(small_bot / "tests")


@pytest.fixture
def played(folder: Path) -> Play:
    """Return what plays the steps of a dialogue."""
    return player(folder, look_up)


def player(folder: Path, act: Act) -> Play:
    to = trained(folder)
    bot = load(to)
    responses = responses_of(to, bot)

    def run(steps: str) -> Played:
        write(folder, steps)
        [dialogue] = read_dialogues(folder / "tests", bot.domain, responses)
        return play(Stage(bot, responses, act, None), dialogue)

    return run


def write(folder: Path, steps: str) -> None:
    lines = "".join(f"  {line}\n" for line in steps.strip().splitlines())
    (folder / "tests" / "d.yml").write_text(
        f"dialogues:\n- dialogue: it\n  steps:\n{lines}", "utf-8"
    )


def told(played: Played) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return each difference: line, what was expected, what there was."""
    return [(d.place.rpartition(":")[2], d.expected, d.found) for d in played.differences]


def test_a_dialogue_goes_through_front_door_and_dialogue(played: Play) -> None:
    """Disclosure, an answer with options, a tap, an action's effect on the slots: as in a house."""
    as_told = played("""
- user: hello
- bot: utter_pforte_disclosure
- bot: {text: "ello!", options: ["Opening hours"]}
- form: null
- hand_over: null
- slots: {place: Hauptstraße}
- user: {tap: "Opening hours"}
- bot: {text: looked it up}
- bot: utter_opening_hours
- slots: {place: Markt}
""")

    assert as_told.differences == []
    assert [call.action for call in calls] == ["action_look_up"]
    assert calls[0].payload["tracker"]["latest_message"]["metadata"]["key"] == calls[0].key


def test_what_differs_is_told_step_by_step(played: Play) -> None:
    """Line, the message after which it happened, what was expected, and what was said instead."""
    wrong = played("""
- user: hello
- bot: utter_opening_hours
- user: when do you open
- bot: {text: Markt}
- bot: nothing
- slots: {place: Hauptstraße}
- form: null
- hand_over: fault
""")

    assert told(wrong)[1:] == [
        ("8", "nothing to be said", ("I looked it up.", "Nine to five, Markt.")),
        ("9", "slots place = 'Hauptstraße'", ("place = 'Markt'",)),
        ("11", "hand-over fault", ("hand-over None",)),
    ]
    first = wrong.differences[0]
    assert (first.after, first.expected) == ("message 1, 'hello'", "utter_opening_hours")
    assert first.found[-1] == "Hello! [Opening hours]"
    assert wrong.differences[1].after == "message 2, 'when do you open'"


def test_messages_come_in_the_order_of_their_steps(played: Play) -> None:
    """What was said before the last thing that was found does not count any more."""
    swapped = played("""
- user: when do you open
- bot: utter_opening_hours
- bot: {text: looked it up}
""")

    assert [(line, expected) for line, expected, _ in told(swapped)] == [("6", "'looked it up'")]


def test_a_part_of_a_text_is_not_another_response(played: Play) -> None:
    """A response's name stands for the whole of a variation, its placeholders filled."""
    assert told(played("- user: when do you open\n- bot: utter_opening_hours")) == []
    other = played("- user: when do you open\n- bot: utter_greet")
    assert [expected for _, expected, _ in told(other)] == ["utter_greet"]


def test_a_response_is_a_whole_message(folder: Path) -> None:
    """What an action says around the words of a response is not that response."""
    played = player(folder, lambda _: {"responses": [{"text": "Hello! I looked it up."}]})

    wrong = played("- user: when do you open\n- bot: utter_greet")

    assert [expected for _, expected, _ in told(wrong)] == ["utter_greet"]


def test_options_that_were_not_offered_are_missed(played: Play) -> None:
    """All that are named must stand on one message."""
    wrong = played('- user: hello\n- bot: {options: ["Opening hours", "Closing time"]}')

    assert [expected for _, expected, _ in told(wrong)] == ["[Opening hours] [Closing time]"]


def test_what_cannot_be_tapped_ends_the_dialogue(played: Play) -> None:
    """The rest would be about another conversation; the options that there were are named."""
    stuck = played("""
- user: hello
- user: {tap: "Closing time"}
- bot: utter_opening_hours
""")

    assert told(stuck) == [("5", "an option [Closing time] to tap", ("[Opening hours]",))]


def test_a_tap_on_an_earlier_question(played: Play) -> None:
    """`from: 2` is the question before the last; the house says that it is over."""
    late = played("""
- user: hello
- user: {photo: true}
- user: {tap: "Opening hours", from: 2}
- bot: utter_pforte_old_option
- user: {tap: "Opening hours", from: 5}
""")

    assert told(late) == [("8", "an option [Opening hours] to tap", ("no options were offered",))]


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location"])
def test_what_is_no_text_is_sent_too(played: Play, kind: str) -> None:
    """The bot says that it cannot read it, and names what it was."""
    assert told(played(f"- user: {{{kind}: true}}\n- bot: utter_pforte_cannot_read")) == []


def test_time_passes_and_an_agent_closes(played: Play) -> None:
    """Waiting, a resolved request, and a day later the bot begins anew."""
    as_told = played("""
- user: let me talk to a human
- hand_over: asked_for_person
- after: 2h
- bot: nothing
- resolved: true
- bot: utter_pforte_resolved
- hand_over: null
- after: 1d 1h
- user: hello
- bot: utter_greet
- resolved: true
""")

    expected = ("14", "a conversation that waits for a person", ("is with bot",))
    assert told(as_told) == [expected]


def test_a_failed_action_is_named_where_something_differs(folder: Path) -> None:
    """Apology and hand-over are what a customer gets; the author is told the reason."""
    played = player(folder, fails)

    assert told(played("- user: when do you open\n- hand_over: fault")) == []
    wrong = played("- user: when do you open\n- bot: utter_opening_hours")
    assert wrong.differences[0].found[-1] == "action_look_up: no answer"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("- bot: utter_greet", ":2: the dialogue has no step 'user:'"),
        ("- user: 8132", ":4: user must be a text. Put it into quotes"),
        (
            "- user: hi\n- bot: utter_gret",
            ":5: 'utter_gret' is no response. Did you mean 'utter_gr",
        ),
        (
            "- user: hi\n- bot: {txt: hi}",
            ":5: 'txt' is no part of a step 'bot'. Did you mean 'text'",
        ),
        ("- user: hi\n- bot: {}", ":5: name a 'text', 'options', or both."),
        ("- user: {photo: true, form: 1}", ":4: 'form' is no part of a step 'user'."),
        ("- user: {}", ":4: a customer writes a text, taps, or sends photo, voice,"),
        ("- user: {tap: a, from: 0}", ":4: 'from' is 1 for the latest question"),
        ("- user: hi\n- slots: {plaice: x}", ":5: 'plaice' is no slot. Did you mean 'place'?"),
        ("- user: hi\n- form: reading_form", ":5: 'reading_form' is no form."),
        ("- user: hi\n- hand_over: fire", ":5: 'fire' is no reason of a hand-over."),
        ("- user: hi\n- after: soon", ":5: a time reads like 30s, 15m, 26h or 2d."),
        ("- user: hi\n- resolved: false", ":5: 'resolved: true' lets an agent close"),
        ("- user: hi\n- backend: gone", ":5: 'backend' is 'up', 'down', or what was done"),
        ("- user: hi\n- backend: {reading: 1}", ":5: 'reading' is no effect in the back end. Did"),
        ("- user: hi\n- backend: {readings: one}", ":5: 'readings' is a number of effects."),
        ("- says: hi", ":4: a step is one of user, bot, after"),
        ("- user: hi\n  bot: utter_greet", ":4: a step is one of user, bot, after"),
        ("- user: hi\n  ", None),
    ],
)
def test_a_wrong_file_says_where_and_what_to_do(folder: Path, steps: str, said: str | None) -> None:
    """File, line, and a remedy: nobody searches for a slip."""
    bot = load(trained(folder))
    write(folder, steps)
    if said is None:
        assert read_dialogues(folder / "tests", bot.domain, ["utter_greet"])
        return

    with pytest.raises(ProjectError) as error:
        read_dialogues(folder / "tests", bot.domain, ["utter_greet"])

    assert f"d.yml{said}" in str(error.value)


def test_the_command_tells_what_differed_and_what_went_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0 or 1; a bot without actions is handed over where its rules call one."""
    write(folder, "- user: hello\n- bot: utter_greet")
    assert main(["bot", "test", "--run", "--bot", str(folder)]) == 0
    assert "ok     it\n1 dialogues and 0 stories in" in capsys.readouterr().out
    write(folder, "- user: hello\n- bot: utter_fire")

    assert main(["bot", "test", "--run", "--bot", str(folder)]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "WRONG  it"
    assert lines[1].endswith("tests/d.yml:5: after message 1, 'hello'")
    assert lines[2:5] == [
        "         expected  utter_fire",
        lines[3],
        "                   Hello! [Opening hours]",
    ]
    assert main(["bot", "test", "--run", "--bot", str(folder), "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert (facts["dialogues"], facts["dialogues_passed"]) == (1, 0)
    assert facts["results"][0]["differences"][0]["expected"] == "utter_fire"


def test_a_plain_rasa_bot_is_played_too(
    write_bot: WriteBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder without pforte.yml is played behind a front door that is made up."""
    monkeypatch.chdir(tmp_path)
    bot = write_bot(("data/rules.yml", "- action: action_look_up\n  ", ""))
    (bot / "pforte.yml").unlink()
    (bot / "tests").mkdir()
    write(bot, "- user: when do you open\n- bot: {text: Nine to five}\n- hand_over: null")
    assert main(["bot", "test", "--run", "--bot", str(bot)]) == 0


def test_a_wrong_call_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to play, nothing of that name, options that belong to --run, a back end of others."""
    run = ["bot", "test", "--run", "--bot", str(folder)]
    assert main(run) == 2
    assert "has no dialogues" in capsys.readouterr().err
    assert main(["bot", "test", "--bot", str(folder), "--only", "it"]) == 2
    assert "belong to --run" in capsys.readouterr().err
    write(folder, "- user: hello\n- backend: {readings: 1}")
    assert main([*run, "--only", "another"]) == 2
    assert "nothing is named 'another'" in capsys.readouterr().err
    assert main([*run, "--actions", "http://127.0.0.1:9/webhook"]) == 2
    assert "Leave out --actions" in capsys.readouterr().err
    assert main([*run, "--actions", "http://actions.example/webhook"]) == 1
    assert "https://" in capsys.readouterr().err


STORIES = """\
stories:
- story: hours, as text and as an intent
  steps:
  - user: "when do you open"
    intent: opening_hours
  - action: action_look_up
  - action: utter_opening_hours
  - intent: greet
  - action: utter_greet
- story: not so
  steps:
  - user: "hello"
    intent: greet
  - action: utter_greet
  - user: "hello there"
    intent: greet
  - action: utter_opening_hours
  - action: action_listen
- story: the other way round
  steps:
  - intent: opening_hours
  - action: utter_opening_hours
  - action: action_look_up
"""


def test_a_test_storys_user_is_played_for_real(folder: Path) -> None:
    """Texts are written, intents tapped; the actions that were done are compared, turn by turn."""
    (folder / "tests" / "stories.yml").write_text(STORIES)
    plays = read_plays(folder)
    stage = Stage(plays.bot, plays.responses, look_up, None)

    one, other, swapped = (play_story(stage, story) for story in plays.stories)

    assert one.differences == []
    assert told(swapped) == [
        (
            swapped.place.rpartition(":")[2],
            "utter_opening_hours → action_look_up",
            ("action_look_up → utter_opening_hours",),
        )
    ]
    [wrong] = other.differences
    assert wrong == Difference(
        other.place, "'hello there'", "utter_opening_hours", ("utter_greet",)
    )
