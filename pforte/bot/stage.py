"""Set up what dialogues with a bot are played on: its actions, the sample back end, a clock."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conversation.turn import ActionCall
from dialogue.compiled import FILE, CompiledBot
from dialogue.rasa_bot import RasaBot
from pforte.bot.company import Company, sample_company
from pforte.bot.own_actions import ActionServer, has_actions, own_actions
from pforte.bot.talk import Act, Talk

BEGIN = round(datetime(2026, 11, 18, 9, 30, tzinfo=UTC).timestamp() * 1000)
"""When every dialogue begins (ms): a Wednesday, half past ten in Germany."""

BETWEEN = 20_000
"""How long (ms) a customer takes to write."""

OWN = "own"

_BEARER_VARIABLE = "PFORTE_ACTION_SERVER_TOKEN"
"""Where a foreign server's token stands; others on the machine could read an argument."""

Responses = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Stage:
    """What dialogues are played on; `company` is None where a foreign server runs the actions.

    `responses`: all that the bot or the house may say, variations in Rasa's form by name. `begins`:
    when every conversation does (ms).
    """

    bot: RasaBot
    responses: Responses
    act: Act
    company: Company | None
    begins: int = BEGIN
    run: str = ""

    def talk(self, name: str) -> Talk:
        """Begin a conversation, and the back end's data anew."""
        if self.company is not None:
            self.company.now = self.begins
            self.company.begin()
        return Talk(self.bot, self.act, f"{self.run}{name}", self.begins)

    def wait(self, talk: Talk, milliseconds: int) -> None:
        """Let time pass, in the back end too."""
        talk.wait(milliseconds)
        if self.company is not None:
            self.company.now = talk.now


def responses_of(trained: Path, bot: RasaBot) -> Responses:
    """Return all that a trained bot or the house may say."""
    return {
        **CompiledBot.from_json((trained / FILE).read_bytes()).responses,
        **bot.domain.responses,
    }


def set_stage(
    folder: Path,
    bot: RasaBot,
    responses: Responses,
    closing: ExitStack,
    actions: str = OWN,
    begins: int = BEGIN,
) -> Stage:
    """Start what a bot's actions need, until `closing`: its own, or the URL of an action server.

    Such a server is told the token of the environment, if there is one.

    Raises PforteError where the URL is not encrypted and leaves this machine.
    """
    if actions != OWN:
        # Its back end knows the keys of earlier calls: each run has keys of its own.
        run = f"{secrets.token_hex(4)}."
        foreign = ActionServer(actions, bot.domain, os.environ.get(_BEARER_VARIABLE, ""))
        closing.callback(foreign.close)
        return Stage(bot, responses, foreign.ask, None, begins, run)
    if not has_actions(folder):
        return Stage(bot, responses, no_actions, None, begins)
    company = closing.enter_context(sample_company(begins))
    server = closing.enter_context(own_actions(folder, bot.domain, company.environment))
    return Stage(bot, responses, server.ask, company, begins)


def no_actions(call: ActionCall) -> Mapping[str, Any]:
    """Say that the bot has none."""
    return {"failed": f"the bot has no custom actions; '{call.action}' is not run"}


@dataclass(frozen=True)
class Difference:
    """What was not as told: where, after which message, what was expected, what there was."""

    place: str
    after: str
    expected: str
    found: tuple[str, ...]


@dataclass
class Played:
    """A dialogue or story as it went; `seconds` by the clock on the wall."""

    name: str
    place: str
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0


def timed(played: Played, differences: Iterator[Difference]) -> Played:
    """Carry a play out to its end, and keep what differed."""
    began = time.perf_counter()
    played.differences += differences
    played.seconds = time.perf_counter() - began
    return played
