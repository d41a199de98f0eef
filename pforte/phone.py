"""Take the command `pforte phone`: write as a customer to the running house."""

import argparse
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pforte.failure import CALLED_WRONGLY, Failure, one_of
from pforte.house.house import House, running_house
from pforte.lines import Heard, Line, MessengerLine, Option, WebchatLine
from pforte.messengers.customers import FIRST_CUSTOMERS

DEFAULT_USERS = {**FIRST_CUSTOMERS, "webchat": "visitor"}

_HELP = """Write as a customer to the house that runs on this machine.

Without TEXT it is a conversation: Ctrl-D ends it. "/tap 2" taps the second option of the last
message that had any; a plain "2" is sent as text."""


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for an answer, and for more of it once it has begun."""

    answer: float = 30.0
    rest: float = 1.2


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    unset = argparse.SUPPRESS  # so that an option may stand before the channel or after it
    shared = argparse.ArgumentParser(add_help=False, argument_default=unset)
    shared.add_argument("--user", metavar="ID", help="a number, a mail's address, a visitor's name")
    shared.add_argument("--file", metavar="PATH", type=Path, help="a photo or file, with TEXT")
    shared.add_argument("--json", action="store_true", help="print JSON, in a talk one a line")
    parser = subparsers.add_parser(
        "phone",
        help="write as a customer to the running house",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    parser.set_defaults(run=run, user=None, json=False, file=None)
    # A positional TEXT after CHANNEL would be missed behind an option, up to Python 3.13.0
    channels = parser.add_subparsers(dest="channel", metavar=one_of(DEFAULT_USERS), required=True)
    for channel, user in DEFAULT_USERS.items():
        known = channels.add_parser(channel, help=f"as {user}, or --user ID", parents=[shared])
        known.add_argument("text", nargs="?", default=None, metavar="TEXT")


def run(chosen: argparse.Namespace) -> int:
    """Write what is to be written and print what comes back. Raises Failure."""
    with closing(_line(running_house(), chosen.channel, chosen.user)) as line:
        talk = Talk(line, as_json=chosen.json)
        if chosen.file is not None:
            talk.show(chosen.file, chosen.text or "")
        elif chosen.text is not None:
            talk.ask(chosen.text)
        elif sys.stdin.isatty():
            talk.converse()
        else:
            for words in filter(None, map(str.strip, sys.stdin)):
                talk.ask(words)
    return 0


def _line(house: House, channel: str, user: str | None) -> Line:
    user = user or DEFAULT_USERS[channel]
    if channel == "webchat":
        return WebchatLine(house.url, Path(house.state) / "visitors.json", user)
    return MessengerLine(house.messengers, channel, user)


class Talk:
    """Write and print on one line; remembers the options that can be tapped."""

    def __init__(self, line: Line, *, as_json: bool, patience: Patience = Patience()) -> None:
        self._line = line
        self._as_json = as_json
        self._patience = patience
        self._options: tuple[Option, ...] = ()
        self._remember(line.catch_up())

    def ask(self, words: str) -> None:
        """Write, and print the whole answer. Raises Failure where none comes."""
        self._say(words)
        self._print_answers()

    def show(self, file: Path, caption: str) -> None:
        """Send a file, and print the whole answer. Raises Failure where none comes."""
        self._line.send(file, caption)
        self._print_answers()

    def _print_answers(self) -> None:
        answers = list(self._answer())
        if self._as_json:
            print(json.dumps([_to_json(heard) for heard in answers], ensure_ascii=False, indent=1))
        if not answers:
            raise Failure(
                f"no answer within {self._patience.answer:g} s: where a person has the"
                " conversation, it comes when they write; else see the log of `make up`"
            )

    def converse(self) -> None:
        """Talk in the terminal, printing what comes whenever it comes; Ctrl-D ends it."""
        ended = threading.Event()
        listener = threading.Thread(target=self._listen, args=(ended,))
        listener.start()
        try:
            self._read_and_say()
        finally:
            ended.set()
            listener.join()

    def _read_and_say(self) -> None:
        while True:
            try:
                words = input("> " if not self._as_json else "").strip()
            except EOFError:
                print()
                return
            try:
                if words:
                    self._say(words)
            except Failure as failure:
                print(f"pforte: {failure}", file=sys.stderr)

    def _listen(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                heard = self._line.news(1)
            except Failure as failure:
                print(f"\rpforte: {failure}", file=sys.stderr)
                return
            self._remember(heard)
            for message in heard:
                if self._as_json:
                    print(json.dumps(_to_json(message), ensure_ascii=False), flush=True)
                else:
                    print(f"\r{_shown(message)}\n> ", end="", flush=True)

    def _say(self, words: str) -> None:
        command, _, number = words.partition(" ")
        if command != "/tap":
            self._line.write(words)
            return
        place = int(number) - 1 if number.strip().isdecimal() else -1
        if not 0 <= place < len(self._options):
            offered = f"1 to {len(self._options)}" if self._options else "none"
            raise Failure(f"there is no option {number!r} to tap: {offered}", CALLED_WRONGLY)
        self._line.tap(self._options[place])

    def _answer(self) -> Iterator[Heard]:
        heard = self._line.news(self._patience.answer)
        while heard:
            self._remember(heard)
            for message in heard:
                if not self._as_json:
                    print(_shown(message), flush=True)
                yield message
            heard = self._line.news(self._patience.rest)

    def _remember(self, heard: Sequence[Heard]) -> None:
        for message in heard:
            self._options = message.options or self._options


def _shown(heard: Heard) -> str:
    words = "\n".join([*(f"[{name}]" for name in heard.files), *filter(None, [heard.text])])
    text = f"{heard.name}: {words}" if heard.name else words
    numbered = [f"  {n}  {option.title}" for n, option in enumerate(heard.options, 1)]
    return "\n".join([text, *numbered])


def _to_json(heard: Heard) -> dict[str, object]:
    options = [{"number": n, "title": option.title} for n, option in enumerate(heard.options, 1)]
    return {
        "text": heard.text,
        "options": options,
        "name": heard.name,
        "files": list(heard.files),
        "sent_at": heard.sent_at,
    }
