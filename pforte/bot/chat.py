"""Talk to a bot in the terminal: the front door, the bot's actions, the sample back end."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from rich.console import Console

from conversation.conversation import BOT
from conversation.message import Content, Message
from dialogue.rasa_bot import load
from pforte.bot.stage import OWN, Stage, responses_of, set_stage
from pforte.bot.training import trained
from pforte.bot.why import Reasons

_HELP = """Write as a customer would. An option is chosen by its number or title, or by /tap NUMBER.
/slots  what the bot keeps     /form     what it is asking for     /why   the reason of each action
/restart  begin anew           /resolve  as an agent, close it     /quit  or Ctrl-D"""


def chat(folder: Path, actions: str = OWN, screen: Console | None = None) -> None:
    """Talk until the input ends, is interrupted, or says /quit. Raises Failure, PforteError.

    `actions` is `own` or a server's webhook.
    """
    screen = screen or Console(highlight=False, soft_wrap=True)
    with ExitStack() as closing:
        trained_to = trained(folder)
        bot = load(trained_to)
        responses = responses_of(trained_to, bot)
        stage = set_stage(folder, bot, responses, closing, actions, _now())
        screen.print(_HELP, style="dim", markup=False)
        try:
            Chat(stage, Reasons(folder), screen).read()
        except (EOFError, KeyboardInterrupt):
            screen.print()
        screen.print("Goodbye.", style="dim")


class Chat:
    """A talk that is read and shown line by line."""

    def __init__(self, stage: Stage, reasons: Reasons, screen: Console) -> None:
        self._stage = stage
        self._reasons = reasons
        self._screen = screen
        self._numbers = count(1)
        self._language: str | None = None
        self._begin()
        self._commands = {
            "/slots": self._slots,
            "/form": self._form,
            "/why": self._why,
            "/restart": self._begin,
            "/resolve": self._resolve,
        }

    def read(self) -> None:
        """Answer line by line, until /quit. Raises EOFError at the end of the input."""
        while (text := self._line()) != "/quit":
            command, _, rest = text.partition(" ")
            if command in self._commands:
                self._commands[command]()
            elif command == "/tap":
                self._tap(rest.strip())
            elif command.startswith("/"):
                self._screen.print(_HELP, style="dim", markup=False)
            elif text:
                self._go_on()
                self._talk.write(Content(text=text))
                self._show()

    def _line(self) -> str:
        if sys.stdin.isatty():
            return self._screen.input("[bold]you  [/bold]").strip()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        self._screen.print(f"you  {line.strip()}", style="bold", markup=False)
        return line.strip()

    def _begin(self) -> None:
        self._talk = self._stage.talk(f"chat-{next(self._numbers)}")

    def _go_on(self) -> None:
        """Let as much time pass in the talk as has passed here."""
        self._stage.wait(self._talk, max(1, _now() - self._talk.now))
        self._show()

    def _tap(self, number: str) -> None:
        options = self._talk.offered[-1] if self._talk.offered else ()
        if not number.isdecimal() or not 0 < int(number) <= len(options):
            self._tell(f"/tap takes a number from 1 to {len(options)}" if options else "no options")
            return
        self._go_on()
        self._talk.choose(options[int(number) - 1])
        self._show()

    def _resolve(self) -> None:
        self._go_on()
        if self._talk.resolve():
            self._show()
        else:
            self._tell("nobody waits for a person")

    def _slots(self) -> None:
        slots = {name: v for name, v in self._talk.tracker.slots.items() if v is not None}
        for name, value in slots.items():
            self._tell(f"{name} = {value!r}")
        if not slots:
            self._tell("no slot is set")

    def _form(self) -> None:
        tracker = self._talk.tracker
        asked = tracker.slots.get("requested_slot")
        self._tell(
            f"{tracker.loop_name} asks for {asked}" if tracker.loop_name else "no form is open"
        )

    def _why(self) -> None:
        for line in self._reasons.lines(self._talk):
            self._tell(line)

    def _show(self) -> None:
        for message in self._talk.said:
            for line in _lines(message):
                self._screen.print(line, style="cyan", markup=False)
        state = self._talk.state
        if state.language != self._language:
            self._language = state.language
            self._tell(f"language: {state.language}")
        if self._talk.said and state.assignee != BOT and state.escalation is not None:
            reason = state.escalation.reason_detail or state.escalation.reason
            self._tell(f"waits for {state.escalation.team}: {reason}")

    def _tell(self, text: str) -> None:
        self._screen.print(f"     {text}", style="dim", markup=False)


def _lines(message: Message) -> Iterator[str]:
    name = "bot  " if message.author == "bot" else "house"
    for number, line in enumerate(message.content.text.splitlines() or [""]):
        yield f"{'     ' if number else name} {line}"
    for number, option in enumerate(message.content.buttons, start=1):
        yield f"       {number}  {option.title}"


def _now() -> int:
    return time.time_ns() // 1_000_000
