"""Play Lambda for one function in a fresh interpreter: start it, then answer events from stdin.

Runs without the checkout: `python -I -S -B probe.py MODULE PATH…`, where the paths are the
package, its layers and the runtime's SDK. Writes one JSON line for the start and one per event;
times in ms, taken from the process's own clock and from the wall's.
"""

import importlib
import io
import json
import logging
import sys
import time
from typing import Any

_answers = sys.stdout

_BUILDERS = {
    "desk.handler": "_desk",
    "webchat.handler": "_webchat",
    "webhook.handler": "opened",
    "webhook.mail_handler": "opened",
}
"""What builds a function's house at its first event, where it is not called `_house`."""


class Lines(logging.Handler):
    """What Lambda brings: a handler that writes JSON lines; this one only counts their bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line as Lambda's JSON format would have it."""
        line = {
            "timestamp": "2026-11-22T05:00:00Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": "00000000-0000-0000-0000-000000000000",
        }
        own = vars(logging.makeLogRecord({}))
        line |= {name: str(value) for name, value in vars(record).items() if name not in own}
        self.bytes += len(json.dumps(line)) + 1


class Calls:
    """Every request to AWS, as it goes over the wire."""

    def __init__(self, session: Any) -> None:
        self.made: list[dict[str, Any]] = []
        self._sent = 0
        self._bytes = 0
        self._keys = 0
        session.register("provide-client-params.dynamodb", self._ask_for_capacity)
        session.register("before-send", self._count)
        session.register("after-call", self._keep)

    def _ask_for_capacity(self, params: dict[str, Any], **_: object) -> dict[str, Any]:
        self._keys = sum(len(one["Keys"]) for one in params.get("RequestItems", {}).values())
        return params | {"ReturnConsumedCapacity": "TOTAL"}

    def _count(self, request: Any, **_: object) -> None:
        self._sent += 1
        self._bytes += len(request.body or b"")

    def _keep(self, http_response: Any, parsed: Any, model: Any, **_: object) -> None:
        self.made.append(
            {
                "service": model.service_model.service_name,
                "operation": model.name,
                "requests": self._sent,
                "sent_bytes": self._bytes,
                "received_bytes": len(http_response.content),
                "units": self._units(parsed),
            }
        )
        self._sent = self._bytes = 0

    def _units(self, answer: dict[str, Any]) -> float:
        """Return the table's units that a call took.

        The emulator counts none for a batch: one for each key, as our items are below 4 KB.
        """
        consumed = answer.get("ConsumedCapacity")
        return float(consumed["CapacityUnits"]) if isinstance(consumed, dict) else self._keys


class Clock:
    """Time since it was made or last read, in ms: of this process, and of the wall."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def lap(self) -> dict[str, float]:
        """Return what went by, and begin anew."""
        cpu, wall = time.process_time(), time.perf_counter()
        gone = {"cpu": (cpu - self._cpu) * 1000, "wall": (wall - self._wall) * 1000}
        self._cpu, self._wall = cpu, wall
        return gone


class Printed(io.TextIOBase):
    """What a function prints is a line of its log on AWS, metrics too; here it is only counted."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def write(self, text: str, /) -> int:
        """Count what is printed."""
        self._lines.bytes += len(text.encode())
        return len(text)


def main(module: str, paths: list[str]) -> None:
    """Start a function and answer events until stdin ends."""
    lines = Lines()
    sys.stdout = Printed(lines)
    logging.getLogger().addHandler(lines)
    sys.path[:0] = paths
    clock = Clock()
    handler = importlib.import_module(module)
    imported = clock.lap()
    calls = Calls(importlib.import_module("aws.clients")._session())  # noqa: SLF001  to listen in
    getattr(handler, _BUILDERS.get(module, "_house"))()
    _say({"import": imported, "house": clock.lap(), "calls": calls.made, "log_bytes": lines.bytes})
    for line in sys.stdin:
        event = json.loads(line)
        calls.made, lines.bytes = [], 0
        clock.lap()
        answer = handler.handle(event, None)
        took = clock.lap()
        _say({"took": took, "answer": answer, "calls": calls.made, "log_bytes": lines.bytes})


def _say(found: dict[str, Any]) -> None:
    _answers.write(json.dumps(found) + "\n")
    _answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
