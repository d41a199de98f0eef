"""Run all that a bot's folder tests/ has to be played, and tell how it went."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dialogue.rasa_bot import RasaBot, load
from dialogue.teaching.trackers import StoryTracker
from pforte.bot.dialogues import Dialogue, read_dialogues
from pforte.bot.playing import play
from pforte.bot.playing_stories import play_story
from pforte.bot.stage import Played, Responses, responses_of, set_stage
from pforte.bot.story_tests import read_stories_of
from pforte.bot.training import trained
from pforte.failure import CALLED_WRONGLY, Failure


@dataclass(frozen=True)
class Plays:
    """What a bot's folder tests/ holds to be played."""

    folder: Path
    bot: RasaBot
    responses: Responses
    dialogues: Sequence[Dialogue]
    stories: Sequence[StoryTracker]

    def run(
        self, actions: str, tell: Callable[[Played], None]
    ) -> tuple[list[Played], list[Played]]:
        """Play everything; each is told as it ends. `actions` is `own` or a server's webhook."""
        with ExitStack() as closing:
            stage = set_stage(self.folder, self.bot, self.responses, closing, actions)
            return (
                [_told(play(stage, each), tell) for each in self.dialogues],
                [_told(play_story(stage, each), tell) for each in self.stories],
            )


def read_plays(folder: Path, only: str = "") -> Plays:
    """Read what there is to play, train the bot if need be. Raises Failure, ProjectError.

    `only`: a part of the names of what is meant.
    """
    trained_to = trained(folder)
    bot = load(trained_to)
    responses = responses_of(trained_to, bot)
    tests = folder / "tests"
    dialogues = read_dialogues(tests, bot.domain, responses)
    stories = read_stories_of(folder)
    if not dialogues and not stories:
        raise Failure(f"{tests}: has no dialogues. Add 'dialogues:' (docs/bot.md).", CALLED_WRONGLY)
    meant = [each for each in dialogues if only in each.name]
    told = [each for each in stories if only in each.name]
    if not meant and not told:
        raise Failure(f"{tests}: nothing is named '{only}'.", CALLED_WRONGLY)
    return Plays(folder, bot, responses, meant, told)


def _told(played: Played, tell: Callable[[Played], None]) -> Played:
    tell(played)
    return played


def as_json(dialogues: Sequence[Played], stories: Sequence[Played]) -> str:
    """Return what came of all as JSON."""
    facts: dict[str, Any] = {}
    for name, played in (("dialogues", dialogues), ("stories", stories)):
        facts[name] = len(played)
        facts[f"{name}_passed"] = sum(not each.differences for each in played)
    facts["results"] = [
        {**asdict(each), "seconds": round(each.seconds, 3)} for each in (*dialogues, *stories)
    ]
    return json.dumps(facts, ensure_ascii=False)


def as_lines(played: Played) -> Iterator[str]:
    """Yield how a dialogue went, for people: what differed, step by step."""
    yield f"{'WRONG' if played.differences else 'ok   '}  {played.name}"
    for each in played.differences:
        yield f"       {each.place}: after {each.after}"
        yield f"         expected  {each.expected}"
        for number, found in enumerate(each.found):
            yield f"         {'' if number else 'but'}".ljust(19) + found.replace("\n", " ⏎ ")
