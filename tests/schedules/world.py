"""One random schedule on the real handlers: what Lambda invokes, and all that really happened."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from aws.links import CodeLinks
from channels.deep_links import deep_link
from conversation.conversation import Conversation
from conversation.message import Message
from conversation.turn import Delivery, Turn
from converse.actor import House as ConverseHouse
from converse.batch import converse
from deliver.batch import deliver
from deliver.send import House as DeliverHouse
from schedule.tick import House as ScheduleHouse
from schedule.tick import tick
from tests.fake_queues import MemoryQueue, lambda_event
from tests.schedules.bot import WorldBot
from tests.schedules.ground import SECOND, Process
from tests.schedules.outside import WorldActions, WorldMessenger
from tests.schedules.people import CONVERSE, DELIVER, People


class Commit:
    """One commit: what was decided, and when."""

    def __init__(self, step: int, now: int, state: Conversation, turn: Turn) -> None:
        self.step = step
        self.now = now
        self.state = state
        self.turn = turn


class World(People):
    """One schedule: who writes what when, which faults come, and all that really happened."""

    def __init__(self, seed: int, max_receives: int | None = None) -> None:
        super().__init__(seed, max_receives)
        self.table.world = self
        self.messenger = WorldMessenger(self)
        self.actions = WorldActions(self)
        self._writers = count(1)
        self._ticking = False
        self._last_tick = self.now - 60 * SECOND
        self._live = {"converse": 0, "deliver": 0}
        self.commits: list[Commit] = []
        self.deaths: dict[str, int] = {}
        self.suspects: set[str] = set()
        self.dead_lettered: set[str] = set()

    def offers(self) -> list[tuple[Callable[..., None], tuple[Any, ...]]]:
        """Return what could be invoked now."""
        found: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        for kind, queue in (("converse", self.inbound_queue), ("deliver", self.outbound_queue)):
            if self._live[kind] < 3 and queue.ready():
                found.append((self._invoke, (kind, queue)))
        due = self._next_tick()
        if due is not None and due <= self.now:
            found.append((self._tick, ()))
        return found

    def next_offer_at(self) -> int | None:
        """Return when a group becomes ready or the schedule has something to do."""
        moments = [
            m
            for m in (
                self.inbound_queue.next_ready_at(),
                self.outbound_queue.next_ready_at(),
                self._next_tick(),
            )
            if m is not None and m > self.now
        ]
        return min(moments, default=None)

    def _next_tick(self) -> int | None:
        if self._ticking:
            return None
        due = self.table.next_wake()
        if any(queue.groups for queue in self.dead_queues):
            due = self.now
        if due is None:
            return None
        minute = 60 * SECOND
        return max(-(-due // minute) * minute, self._last_tick + minute)

    def _tick(self) -> None:
        self._last_tick = self.now // (60 * SECOND) * 60 * SECOND
        self._ticking = True
        house = ScheduleHouse(self.table, self.inbound, self.outbound, self.archive, self.clock)

        def ended(ok: bool, _: Any) -> None:
            self._ticking = False

        self.spawn("schedule", lambda: tick(house), 55, ended)

    def _invoke(self, kind: str, queue: MemoryQueue) -> None:
        choice = self.choice
        ready = queue.ready()
        turned = choice.below(len(ready))
        ready = (ready[turned:] + ready[:turned])[: 1 + choice.below(min(3, len(ready)))]
        before = {d for dead in self.dead_queues for d in dead.all_messages()}
        batch = queue.receive({g: 10 - choice.below(10) for g in ready})
        self._note_dead(before)
        if not batch:
            return
        late = 0
        if self.budget > 0 and choice.chance(self.fault_rate):
            self.budget -= 1
            late = choice.of((5, 10, 16, 22))
        self._live[kind] += 1
        event = lambda_event(batch)
        run: Callable[[], Any]
        if kind == "converse":
            house = self._converse_house()
            run = lambda: converse(house, event)  # noqa: E731  a closure over this batch
        else:
            outside = self._deliver_house()
            run = lambda: deliver(outside, event)  # noqa: E731  a closure over this batch

        def ended(ok: bool, value: Any) -> None:
            self._live[kind] -= 1
            if not ok:
                return
            failed = {f["itemIdentifier"] for f in value["batchItemFailures"]}
            for message in batch:
                if message.id not in failed and not self._forgets_to_delete():
                    queue.delete(message.receipt)

        life = CONVERSE[1] if kind == "converse" else DELIVER[1]
        process = self.spawn(kind, run, life, ended, late)
        process.held = [message.body for message in batch]
        if late:
            self.on_fault(process, "late")

    def _forgets_to_delete(self) -> bool:
        if self.budget > 0 and self.choice.chance(self.fault_rate):
            self.budget -= 1
            self.suspects |= {"*"}
            return True
        return False

    def _converse_house(self) -> ConverseHouse:
        return ConverseHouse(
            table=self.table,
            inbound=self.inbound,
            outbound=self.outbound,
            actions=self.actions,
            links=CodeLinks(self.table, self.vault, lambda: self.identity, deep_link),
            bot=WorldBot(),
            clock=self.clock,
            writer=lambda: f"w{next(self._writers)}",
            first_reply_minutes=self.first_reply_minutes,
            meanwhile=self._meanwhile,
        )

    @contextmanager
    def _meanwhile(self, seconds: float, act: Callable[[], None]) -> Iterator[None]:
        """Let some actions take long."""
        if self.choice.chance(0.3):
            act()
        yield

    def _deliver_house(self) -> DeliverHouse:
        return DeliverHouse(
            table=self.table,
            inbound=self.inbound,
            outbound=self.outbound,
            vault=self.vault,
            provider=self.messenger,
            clock=self.clock,
            wait=self.sleep,
            count=lambda channel: None,
        )

    # What the checks need to know.

    def committed(self, new: Conversation) -> None:
        """Be told of every write of a conversation; note the turns among them."""
        turn = new.pending
        last = next((c for c in reversed(self.commits) if c.state.id == new.id), None)
        if turn is None or (last is not None and last.turn.sequence == turn.sequence):
            return
        self.commits.append(Commit(self.steps, self.now, new, turn))

    def viewed(self, delivery: Delivery) -> None:
        """Be told that the running process read what it must know before it sends."""
        if self.running is not None:
            self.views[self.running.number] = (self.steps, delivery)

    def on_fault(self, process: Process, fault: str) -> None:
        """Remember which messages a fault may have doubled."""
        if process.kind == "deliver":
            self.suspects |= set(process.held)
        if fault == "outage" or fault.startswith("unavailable"):
            process.outages += 1
            if process.outages > 1:  # the attempt could not be taken back: it counts
                self.on_death(process)

    def on_death(self, process: Process) -> None:
        """Count the deaths of an invocation with what it held."""
        if process.kind == "converse":
            for body in process.held:
                id_ = json.loads(body)["id"]
                self.deaths[id_] = self.deaths.get(id_, 0) + 1

    def _note_dead(self, before: set[str]) -> None:
        for dead in self.dead_queues:
            for body in dead.all_messages():
                if body not in before:
                    self.dead_lettered.add(body)


def outbound_messages(turn: Turn) -> list[Message]:
    """Return what a turn sends, in order."""
    return [message for delivery in turn.deliveries for message in delivery.messages]
