"""Run a bot's test messages: `nlu:` sections in its folder tests/, in words it was not taught."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from conversation.bot import Bot
from conversation.intents import FALLBACK_INTENT
from conversation.understanding import Understanding
from dialogue.examples import Example, read_examples
from dialogue.project import file_language
from dialogue.source import read_yaml, yaml_files
from nlu.training import OUT_OF_SCOPE_NAMES

OFFERED = 2
"""So many guesses are offered as buttons where the bot asks back."""

OVERALL = "all"


@dataclass
class Tally:
    """Counted messages. Those out of scope are right where the bot does not act.

    `first`: of those in scope, the right intent came first, acted on or not. `right` and `wrong`:
    acted on. `offered`: asked back, with the right intent among the buttons.
    """

    in_scope: int = 0
    out_of_scope: int = 0
    first: int = 0
    right: int = 0
    wrong: int = 0
    wrong_out_of_scope: int = 0
    offered: int = 0

    @property
    def asked_back(self) -> int:
        """Return how many messages in scope were asked back."""
        return self.in_scope - self.right - self.wrong

    @property
    def accuracy(self) -> float:
        """Return how much of what is in scope has the right intent first."""
        return _share(self.first, self.in_scope)

    @property
    def answered(self) -> float:
        """Return how much of what is in scope was acted on."""
        return _share(self.right + self.wrong, self.in_scope)

    @property
    def precision(self) -> float:
        """Return how much of all that was acted on, in scope or not, was right."""
        return _share(self.right, self.right + self.wrong + self.wrong_out_of_scope)

    def add(self, intended: str, found: Understanding) -> bool:
        """Count a message; return whether the bot acted wrongly on it."""
        acted = found.intent != FALLBACK_INTENT
        if intended == FALLBACK_INTENT:
            self.out_of_scope += 1
            self.wrong_out_of_scope += acted
            return acted
        guesses = [guess.name for guess in found.ranking]
        self.in_scope += 1
        self.first += intended in guesses[:1]
        self.right += found.intent == intended
        self.wrong += acted and found.intent != intended
        self.offered += not acted and intended in guesses[:OFFERED]
        return acted and found.intent != intended


@dataclass
class Result:
    """What came of the messages, for each language and for `all`.

    `wrong`, `unsure` (asked back without the right guess first) and `wrong_language` name file,
    line, and what was found.
    """

    tallies: dict[str, Tally] = field(default_factory=lambda: {OVERALL: Tally()})
    wrong: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    wrong_language: list[str] = field(default_factory=list)

    @property
    def overall(self) -> Tally:
        """Return the count of all messages."""
        return self.tallies[OVERALL]


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as plain data: counts and shares by language, and the lines."""
    tallies = {
        name: {
            **asdict(tally),
            "asked_back": tally.asked_back,
            "accuracy": round(tally.accuracy, 4),
            "answered": round(tally.answered, 4),
            "precision": round(tally.precision, 4),
        }
        for name, tally in result.tallies.items()
    }
    return {**asdict(result), "tallies": tallies}


def read_cases(folder: Path) -> list[Example]:
    """Read the test messages of a folder. Raises ProjectError."""
    cases: list[Example] = []
    for path in yaml_files(folder):
        sections = read_yaml(path, str(path)).mapping("a file of test messages")
        if "nlu" in sections:
            cases += read_examples(sections["nlu"], file_language(path), lambda _node, _text: None)
    return cases


def run_cases(bot: Bot, cases: list[Example]) -> Result:
    """Ask the bot what each message means."""
    result = Result()
    for case in cases:
        found = bot.understand(case.text)
        intended = FALLBACK_INTENT if case.intent in OUT_OF_SCOPE_NAMES else case.intent
        if case.language:
            result.tallies.setdefault(case.language, Tally()).add(intended, found)
        told = f"{case.node.place}: {case.text!r}"
        if result.overall.add(intended, found):
            result.wrong.append(
                f"{told} is {_named(intended)}, taken for {found.intent} ({found.confidence:.2f})"
            )
        elif intended not in (found.intent, *(guess.name for guess in found.ranking[:1])):
            guess = found.ranking[0].name if found.ranking else "nothing"
            result.unsure.append(
                f"{told} is {intended}, asked back, first guess {guess} ({found.confidence:.2f})"
            )
        if case.language and found.language not in (case.language, None):
            result.wrong_language.append(f"{told} is {case.language}, taken for {found.language}")
    return result


def _named(intent: str) -> str:
    return "out of scope" if intent == FALLBACK_INTENT else intent


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
