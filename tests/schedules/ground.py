"""Run handlers as processes that stop before every operation, on a clock of their own.

Between two operations anything else may run, time may pass, and the handler may die before or
after the operation took effect, be throttled, be slow, or have its visibility run out. All of it
comes from one seed; choice 0 is always the tame one.
"""

import heapq
import random
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet

from conversation.errors import Unavailable
from tests.faults import READS, Faults

SECOND = 1000
STEP_LIMIT = 12_000
STALLS = (2, 8, 16, 40)


class Killed(BaseException):
    """The process dies at this very line."""


class Violation(Exception):
    """A schedule never comes to rest."""


class Choice:
    """All randomness of a schedule."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, number: int) -> int:
        """Return a number below `number`."""
        return int(self._random.random() * number) if number > 1 else 0

    def chance(self, probability: float) -> bool:
        """Return True with a probability."""
        return self._random.random() < probability

    def of[T](self, options: "tuple[T, ...] | list[T]") -> T:
        """Return one of the options."""
        return options[self.below(len(options))]


class Process:
    """A handler that runs; `op` is the operation before which it stands."""

    def __init__(
        self,
        world: "Ground",
        kind: str,
        target: Callable[[], Any],
        life: float,
        on_end: Callable[[bool, Any], None] | None,
        late: float = 0,
    ) -> None:
        world.process_count += 1
        self.number = world.process_count
        self.kind = kind
        self.target = target
        self.on_end = on_end
        self.op: tuple[str, str] | None = None
        self.fault = ""
        self.wake = world.now + round(late * SECOND)
        self.kill_at = world.now + round((late + life) * SECOND)
        self.finished = False
        self.held: list[str] = []
        self.outages = 0
        self.greenlet = greenlet(self._main)

    def _main(self) -> tuple[bool, Any]:
        try:
            return True, self.target()
        except Killed:
            return False, "killed"
        except Unavailable:
            return False, "unavailable"


class GroundFaults(Faults):
    """Stop the running process before every operation, and let the ground say what happens."""

    def __init__(self, world: "Ground") -> None:
        self._world = world

    def before(self, op: str, name: str) -> None:
        """Stand still until it is this process's turn."""
        process = self._world.running
        if process is None or getcurrent() is not process.greenlet:
            return
        process.op = (op, name)
        self._world.main.switch()
        if process.fault == "killed before":
            raise Killed
        if process.fault == "unavailable before":
            raise Unavailable(name)

    def after(self, op: str, name: str) -> None:
        """Let what took effect look as if it had not."""
        process = self._world.running
        if process is None or getcurrent() is not process.greenlet:
            return
        if process.fault == "killed after":
            raise Killed
        if process.fault == "unavailable after":
            raise Unavailable(name)

    def twice(self, op: str, name: str) -> bool:
        """Let the SDK repeat a conditional write that had arrived."""
        process = self._world.running
        return process is not None and process.fault == "twice"

    def lags(self, name: str) -> bool:
        """Let an index be behind."""
        return self._world.running is not None and self._world.choice.chance(0.1)


class Ground:
    """The scheduler: one process runs at a time, from operation to operation."""

    def __init__(self, seed: int) -> None:
        self.choice = Choice(seed)
        self.now = 1_700_000_000_000
        self.start = self.now
        self.steps = 0
        self.process_count = 0
        self.processes: list[Process] = []
        self.running: Process | None = None
        self.main = getcurrent()
        self.faults = GroundFaults(self)
        self.budget = 0
        self.fault_rate = 0.0
        self.stick = 80
        self.hurry = 0.0
        self.seen_faults: dict[str, int] = {}
        self.outage: tuple[str, int, int] | None = None
        self.trace: list[str] = []
        self._heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._heap_count = 0
        self._last: Process | None = None

    # What a world fills in.

    def offers(self) -> list[tuple[Callable[..., None], tuple[Any, ...]]]:
        """Return what could start now: queues with something to hand out, the minute's tick."""
        return []

    def next_offer_at(self) -> int | None:
        """Return when something could start that cannot now."""
        return None

    def on_fault(self, process: Process, fault: str) -> None:
        """Be told of a fault."""

    def on_death(self, process: Process) -> None:
        """Be told that a process died."""

    # Processes and time.

    def clock(self) -> int:
        """Return the time (ms)."""
        return self.now

    def at(self, moment: int, act: Callable[..., None], *args: Any) -> None:
        """Let something happen at a moment (ms)."""
        self._heap_count += 1
        heapq.heappush(self._heap, (moment, self._heap_count, act, args))

    def spawn(
        self,
        kind: str,
        target: Callable[[], Any],
        life: float,
        on_end: Callable[[bool, Any], None] | None = None,
        late: float = 0,
    ) -> Process:
        """Start a process that is killed after `life` seconds."""
        process = Process(self, kind, target, life, on_end, late)
        self.processes.append(process)
        return process

    def sleep(self, seconds: float) -> None:
        """Let the running process wait."""
        process = self.running
        if process is not None:
            process.op = ("sleep", "")
            process.wake = self.now + round(seconds * SECOND)
            self.main.switch()
            if process.fault == "killed before":
                raise Killed

    def run(self) -> None:
        """Run until nothing is left to do. Raises Violation where that never happens."""
        while True:
            if self.steps > STEP_LIMIT:
                raise Violation("livelock: never at rest")
            ready = [p for p in self.processes if p.wake <= self.now]
            if ready and self.choice.chance(self.hurry):
                self._pass_time(busy=True)
                continue
            if self._last in ready and self.choice.below(100) < self.stick:
                self._step(self._last)
                continue
            offers = self.offers()
            number = len(ready) + len(offers)
            if number == 0:
                if not self._pass_time():
                    return
                continue
            chosen = self.choice.below(number)
            if chosen < len(ready):
                self._last = ready[chosen]
                self._step(ready[chosen])
            else:
                act, args = offers[chosen - len(ready)]
                act(*args)

    def _step(self, process: Process) -> None:
        self.steps += 1
        process.fault = self._fault(process)
        if process.fault == "stall":
            process.wake = self.now + self.choice.of(STALLS) * SECOND
            return
        if self.trace_on:
            self.trace.append(
                f"{(self.now - self.start) / 1000:9.1f} {process.kind}{process.number} "
                f"{process.op} {process.fault}"
            )
        self._resume(process)

    trace_on = False

    def _resume(self, process: Process) -> None:
        self.running = process
        result = process.greenlet.switch()
        self.running = None
        if process.greenlet.dead:
            self._ended(process, *result)

    def _ended(self, process: Process, ok: bool, value: Any) -> None:
        process.finished = True
        self.processes.remove(process)
        if not ok:
            self.on_death(process)
        if process.on_end:
            process.on_end(ok, value)

    def _fault(self, process: Process) -> str:
        if process.op is None or process.op[0] == "sleep":
            return ""
        op, name = process.op
        if self.outage and self._is_down(op, name):
            self._count(process, "outage")
            return "unavailable before"
        if self.budget <= 0 or not self.choice.chance(self.fault_rate):
            return ""
        kinds = ["stall", "killed before", "unavailable before"]
        if op not in READS:
            kinds += ["killed after", "unavailable after"]
        if op == "cput":
            kinds.append("twice")
        self.budget -= 1
        fault = self.choice.of(kinds)
        self._count(process, fault)
        return fault

    def _count(self, process: Process, fault: str) -> None:
        self.seen_faults[fault] = self.seen_faults.get(fault, 0) + 1
        self.on_fault(process, fault)

    def _is_down(self, op: str, name: str) -> bool:
        assert self.outage is not None
        what, begin, end = self.outage
        place = (
            name.split(".")[0]
            if name.split(".")[0] in ("inbound", "outbound", "actions", "provider")
            else "table"
        )
        return place.startswith(what) and begin <= self.now < end

    def _kill(self, process: Process) -> None:
        self._count(process, "time-out")
        if process.op is None:
            self.processes.remove(process)
            process.finished = True
            self.on_death(process)
            if process.on_end:
                process.on_end(False, "time-out")
            return
        process.fault = "killed before"
        self._resume(process)

    def _pass_time(self, busy: bool = False) -> bool:
        moments = [self._heap[0][0]] if self._heap else []
        for process in self.processes:
            moments.append(process.wake if process.wake > self.now else process.kill_at)
            moments.append(process.kill_at)
        later = self.next_offer_at()
        if later is not None:
            moments.append(later)
        if not moments:
            return False
        best = max(min(moments), self.now)
        if busy and best - self.now > 4 * SECOND:
            if self.budget <= 0:
                return True
            self.budget -= 1
        self.now = best
        for process in list(self.processes):
            if process.kill_at <= self.now:
                self._kill(process)
        while self._heap and self._heap[0][0] <= self.now:
            _, _, act, args = heapq.heappop(self._heap)
            act(*args)
        return True
