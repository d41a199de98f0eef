"""The example bot does its work: its dialogues, with its action server and the sample back end."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from conversation.turn import ActionCall
from pforte.bot.playing import play
from pforte.bot.run import Plays, read_plays
from pforte.bot.stage import Stage, set_stage
from tests.fakes import StaticActions
from tests.faults import operation
from tests.guarantees.example import BOT
from tests.guarantees.house import START, VISIBILITY, House
from tests.guarantees.moments import Killed, Moments

SUBMIT = "action_submit_meter_reading"


class RealActions(StaticActions):
    """The bot's own action server; the process that called `fatal` dies when it has its answer."""

    def __init__(self, stage: Stage, fatal: str, moments: Moments) -> None:
        super().__init__({}, moments)
        self._stage = stage
        self._fatal = fatal

    @operation("call")
    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Run an action."""
        self.calls.append(call)
        result = dict(self._stage.act(call))
        if call.action == self._fatal:
            self._fatal = ""
            raise Killed
        return result


@pytest.fixture(scope="module")
def plays() -> Plays:
    """Return the example bot, and all that its tests/ has to be played."""
    return read_plays(BOT)


@pytest.fixture(scope="module")
def stage(plays: Plays) -> Iterator[Stage]:
    """Run the bot's action server as a process of its own, and the sample back end."""
    with ExitStack() as closing:
        yield set_stage(plays.folder, plays.bot, plays.responses, closing)


def test_every_dialogue_of_the_example_bot_goes_as_told(plays: Plays, stage: Stage) -> None:
    """Both languages, happy and unhappy: front door, rasa-sdk's server over HTTP, effects."""
    played = [play(stage, dialogue) for dialogue in plays.dialogues]

    assert [difference for each in played for difference in each.differences] == []
    assert len(played) >= 40


def test_a_burst_that_died_after_its_action_and_comes_back_split_has_one_effect(
    plays: Plays, stage: Stage
) -> None:
    """The journal holds both messages: who comes back with one of them decides them together."""
    assert stage.company is not None
    stage.company.now = START
    stage.company.begin()
    house = House(plays.bot)
    house.actions = RealActions(stage, SUBMIT, house.moments)
    house.write("zählerstand strom 10400")
    house.write("Meine Kundennummer ist 4711023, die Postleitzahl 12345.")
    group = house.conversation_of()

    house.converse({group: 2})
    assert stage.company.effects() == {"readings": 1}  # and nobody knows
    house.now += VISIBILITY["converse"] * 1_000
    house.converse({group: 1})
    house.rest()

    assert stage.company.effects() == {"readings": 1}
    submitted = [call.key for call in house.actions.calls if call.action == SUBMIT]
    assert len(submitted) == 2
    assert len(set(submitted)) == 1
    assert len([text for author, text in house.said() if "10.400 kWh" in text]) == 1
    assert house.written() == [
        "zählerstand strom 10400",
        "Meine Kundennummer ist 4711023, die Postleitzahl 12345.",
    ]
