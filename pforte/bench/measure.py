"""Measure: starts in fresh interpreters, and thirty messages of a customer, each answered."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pforte.bench.ground import Ground, ground, page_event, webhook_event
from pforte.bench.lambdas import Started
from pforte.bench.package import Built, put_runtime, read_build
from pforte.failure import Failure

QUESTIONS = (
    "Wann haben Sie geöffnet?",
    "Wie komme ich in das Kundenportal?",
    "Was speichern Sie über mich?",
    "Welche Stromtarife haben Sie?",
    "Wie lange läuft mein Vertrag noch?",
)
"""What the customer asks in turn; the example bot answers each by itself, without an action."""

TURNS = 30

INIT_MS = 600
WEBHOOK_INIT_MS = 400
"""What import and house may take at most, as the least of all starts."""

PATIENCE = 3
"""How many times as often to start where a bound is missed: others on a machine only add time."""

PASSED = ("webhook", "converse", "deliver")
"""The functions that an answered message passes."""


@dataclass(frozen=True)
class Start:
    """One start; each a pair of ms: of the process, and of the wall."""

    imported: tuple[float, float]
    house: tuple[float, float]
    first_event: tuple[float, float]

    @property
    def init(self) -> tuple[float, float]:
        """Return import and house together."""
        return self.imported[0] + self.house[0], self.imported[1] + self.house[1]


@dataclass
class Answered:
    """One message on its whole way: by function what it took (ms of the process), calls, logs."""

    took: dict[str, float] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    calls_of: dict[str, int] = field(default_factory=dict)
    log_bytes: int = 0
    conversation_bytes: int = 0
    sent: int = 0


@dataclass(frozen=True)
class Measured:
    """All that was measured; `turns` are those of one conversation, in order."""

    starts: Mapping[str, list[Start]]
    turns: list[Answered]


def measure(folder: Path, runs: int, say: Callable[[str], None]) -> Measured:
    """Start every function so many times, then answer a customer's messages. Raises Failure."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=folder.parent) as temporary:
        copy, runtime, state = (Path(temporary, name) for name in ("build", "runtime", "house"))
        runtime.mkdir()
        state.mkdir()
        put_runtime(runtime)
        # Links: a house that is opened meanwhile may build anew.
        built = read_build(shutil.copytree(folder, copy, copy_function=os.link))
        with ground(built, state) as place:
            stage = _Stage(built, runtime, place)
            starts: dict[str, list[Start]] = {room: [] for room in built.functions}
            for run in range(runs * PATIENCE):
                if run >= runs and all(_is_in_time(room, all_) for room, all_ in starts.items()):
                    break
                say(f"Starting every function, {run + 1} of {runs} ...")
                stage.start_all(run, starts)
            say(f"Answering {TURNS} messages ...")
            return Measured(starts, stage.converse())


class _Stage:
    def __init__(self, built: Built, runtime: Path, place: Ground) -> None:
        self._built = built
        self._runtime = runtime
        self._place = place

    def start_all(self, run: int, starts: Mapping[str, list[Start]]) -> None:
        """Start each function once; its first event is a new customer's, or a page's."""
        events: dict[str, Callable[[], dict[str, Any]]] = {
            "webhook": lambda: webhook_event(f"4915100{run:06d}", 1, QUESTIONS[0]),
            "converse": lambda: self._place.take("inbound"),
            "deliver": lambda: self._place.take("outbound"),
            "schedule": dict,
            "media": lambda: {"Records": []},
            "mail": dict,
            "desk": lambda: page_event("/desk"),
            "webchat": lambda: page_event("/webchat/demo"),
        }
        for room, event in events.items():
            with self._started(room) as function:
                found = function.call(event())
                _check(room, found)
                starts[room].append(
                    Start(
                        imported=_pair(function.start["import"]),
                        house=_pair(function.start["house"]),
                        first_event=_pair(found["took"]),
                    )
                )

    def converse(self) -> list[Answered]:
        """Let one customer ask, and be answered, over and over."""
        user = "4915999999999"
        with (
            self._started("webhook") as webhook,
            self._started("converse") as converse,
            self._started("deliver") as deliver,
        ):
            functions = {"webhook": webhook, "converse": converse, "deliver": deliver}
            turns = []
            for number in range(TURNS):
                text = QUESTIONS[number % len(QUESTIONS)]
                turns.append(self._answer(functions, webhook_event(user, number, text)))
            return turns

    def _answer(self, functions: Mapping[str, Started], event: dict[str, Any]) -> Answered:
        turn = Answered()
        before = len(self._place.sent)
        conversation = ""
        for room in PASSED:
            if room == "converse":
                event = self._place.take("inbound")
                conversation = event["Records"][0]["attributes"]["MessageGroupId"]
            elif room == "deliver":
                event = self._place.take("outbound")
            found = functions[room].call(event)
            _check(room, found)
            turn.took[room] = found["took"]["cpu"]
            turn.calls += found["calls"]
            turn.calls_of[room] = sum(call["requests"] for call in found["calls"])
            turn.log_bytes += found["log_bytes"]
        turn.conversation_bytes = self._place.conversation_bytes(conversation)
        turn.sent = len(self._place.sent) - before
        if not turn.sent:
            raise Failure("the messenger was given no answer")
        return turn

    def _started(self, room: str) -> Started:
        return Started(self._built.functions[room], self._runtime, self._place.environment)


def init_bound(room: str) -> float:
    """Return how long (ms) a function's start may take."""
    return WEBHOOK_INIT_MS if room == "webhook" else INIT_MS


def _is_in_time(room: str, starts: Sequence[Start]) -> bool:
    return min(start.init[0] for start in starts) <= init_bound(room)


def _check(room: str, found: Mapping[str, Any]) -> None:
    """Raise Failure where a function did not do what it was called for."""
    answer = found["answer"] or {}
    if answer.get("statusCode", 200) != 200 or answer.get("batchItemFailures"):
        raise Failure(f"{room} does not take its event: {answer}")


def _pair(took: Mapping[str, float]) -> tuple[float, float]:
    return took["cpu"], took["wall"]
