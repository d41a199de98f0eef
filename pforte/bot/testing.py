"""Run a bot's test messages: `nlu:` sections in its folder tests/, in words it was not taught."""

from dataclasses import dataclass, field
from pathlib import Path

from conversation.bot import Bot
from conversation.understanding import FALLBACK_INTENT
from dialogue.examples import Example, read_examples
from dialogue.project import file_language
from dialogue.source import read_yaml, yaml_files

_OUT_OF_SCOPE = ("__oos__", "out_of_scope", FALLBACK_INTENT)
"""Intents by which a test says that the bot should not act."""


@dataclass
class Result:
    """What came of the messages.

    `asked_back`: the bot was not sure; `best_guess`: of these, how often the right intent was its
    first guess. `wrong` and `wrong_language` name file, line, and what was found.
    """

    messages: int = 0
    acted_right: int = 0
    asked_back: int = 0
    best_guess: int = 0
    wrong: list[str] = field(default_factory=list)
    wrong_language: list[str] = field(default_factory=list)


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
    result = Result(messages=len(cases))
    for case in cases:
        found = bot.understand(case.text)
        intended = FALLBACK_INTENT if case.intent in _OUT_OF_SCOPE else case.intent
        if found.intent == intended:
            result.acted_right += 1
        elif found.intent == FALLBACK_INTENT:
            result.asked_back += 1
            result.best_guess += bool(found.ranking) and found.ranking[0].name == intended
        else:
            result.wrong.append(
                f"{case.node.place}: {case.text!r} is {intended}, taken for {found.intent} "
                f"({found.confidence:.2f})"
            )
        if case.language and found.language not in (case.language, None):
            result.wrong_language.append(
                f"{case.node.place}: {case.text!r} is {case.language}, taken for {found.language}"
            )
    return result
