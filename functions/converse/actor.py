"""Run one conversation: take what came, decide turn by turn, commit each with one write.

A conversation is an actor: its events come in one FIFO group, in order. The handler may die at any
line; whatever comes back finds the pending turn to flush, the known ids to drop, and the journal
of a turn that was begun.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aws.journal import flush
from conversation.bot import Bot
from conversation.conversation import BOT, Conversation, short_id
from conversation.errors import ActionFailed, PforteError, Unavailable, VersionConflict
from conversation.event import CustomerEvent, DeadLetter, Event, Wake
from conversation.link import OfferLinks, TakeCode
from conversation.message import Content
from conversation.ports import Actions, Inbound, Links, Outbound, Table
from conversation.turn import ActionCall, StartedTurn
from converse.burst import WAIT_LIMIT, WAIT_SECONDS, is_unfinished
from converse.decide import decide, decide_fault, new_conversation
from converse.front_door import find_danger
from converse.linking import carries_code, destination
from converse.meanwhile import Meanwhile, let_type, never
from converse.turns import measure, next_run

CLOCK_SKEW = 10 * 60_000
"""How far (ms) a messenger's clock may be from ours."""

LONGEST_REPEAT = 8 * 86_400_000
"""How long (ms) a messenger repeats an event at most: WhatsApp 7 days, and a day to spare."""

SUSPICIOUS_AFTER = 8_000
"""A repeat sooner than this (ms) was put back on purpose, not after a death."""

ATTEMPTS = 2
"""After so many attempts without our own word (time-out, out of memory), a turn is a fault turn."""

TYPING_AFTER = 1.5
"""So many seconds a call of an action takes before the customer is shown that we are at it."""

ACTIONS_LIMIT = 8_000
"""How long (ms) all action calls of a turn together may take in one invocation."""

FAILURES = 2
"""After so many of our own exceptions, a turn is a fault turn."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A message of the inbound queue, as one receive handed it out; `sent_at` in ms."""

    id: str
    receipt: str
    event: Event
    receive_count: int
    sent_at: int


@dataclass(frozen=True)
class House:
    """What an actor works with. `writer` makes a mark that is new each time."""

    table: Table
    inbound: Inbound
    outbound: Outbound
    actions: Actions
    links: Links
    bot: Bot
    clock: Callable[[], int]
    writer: Callable[[], str]
    first_reply_minutes: int | None = None
    meanwhile: Meanwhile = never


class PutBack(PforteError):
    """The burst is not finished: let its messages come again in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def run(house: House, conversation: str, received: Sequence[Received]) -> set[str]:
    """Handle the messages of one group; return the ids of those that must come again.

    Raises nothing that the queue could help with: what failed is put back by its visibility, so
    that it does not drag those behind it into the dead-letter queue.
    """
    actor = Actor(house, conversation, received)
    try:
        actor.run()
        return set()
    except PutBack as burst:
        wait = burst.seconds
    except Unavailable:
        wait = min(6 * 2 ** max(0, received[0].receive_count - 1), 120)
        actor.take_attempt_back()
    left = [message for message in received if message.id not in actor.done]
    for message in left:
        _postpone(house, message, wait)
    return {message.id for message in left}


def _postpone(house: House, message: Received, seconds: int) -> None:
    try:
        house.inbound.postpone(message.receipt, seconds)
    except Unavailable:
        return  # it comes back by itself when its visibility ends


class Actor:
    """One conversation during one invocation."""

    def __init__(self, house: House, conversation: str, received: Sequence[Received]) -> None:
        self.done: set[str] = set()
        self._house = house
        self._id = conversation
        self._received = received
        self._state: Conversation | None = None
        self._flushed = 0
        self._fresh = 0
        self._first = True
        self._single = False
        self._results: dict[str, dict[str, Any]] = {}
        self._counted: set[str] = set()
        self._acted: dict[str, int] = {}
        self._typed: set[str] = set()
        self._failures: dict[str, int] = {}
        self._faulty: set[str] = set()
        self._current: StartedTurn | None = None

    def run(self) -> None:
        """Decide and commit until every message is done. Raises PutBack, Unavailable."""
        self._state = self._house.table.conversation(self._id)
        while True:
            self._flush()
            try:
                self._current = self._begun() or self._begin()
                if self._current is None:
                    return
                decided = self._decide(self._current)
                if decided is not None:
                    self._commit(decided)
            except VersionConflict:
                self._state = self._house.table.conversation(self._id)
            self._current = None

    def take_attempt_back(self) -> None:
        """An outage is not the events' fault: uncount the attempt, if the table can be reached."""
        if self._current is None:
            return
        try:
            state = self._house.table.conversation(self._id)
            started = state.started if state else None
            if state and started and started.id == self._current.id and started.attempts > 0:
                self._state = state
                self._journal(started.model_copy(update={"attempts": started.attempts - 1}))
        except (Unavailable, VersionConflict):
            return  # then it counts: a turn may become a fault turn one attempt early

    def _flush(self) -> None:
        state = self._state
        if state is None or state.pending is None or state.pending.sequence <= self._flushed:
            return
        sequence = state.pending.sequence
        house = self._house
        fresh = self._fresh == sequence
        flush(house.table, house.inbound, house.outbound, state, fresh=fresh)
        self._flushed = sequence

    def _begun(self) -> StartedTurn | None:
        """Return the turn that an earlier invocation began, its attempt counted."""
        started = self._state.started if self._state else None
        if started is None or started.id in self._counted:
            return started
        if started.attempts < ATTEMPTS:
            started = started.model_copy(update={"attempts": started.attempts + 1})
        elif len(started.events) > 1 and not started.called:
            started = started.model_copy(update={"events": started.events[:1], "attempts": 1})
        else:
            self._faulty.add(started.id)
            self._counted.add(started.id)
            return started
        self._current = started
        self._journal(started)
        self._counted.add(started.id)
        return started

    def _begin(self) -> StartedTurn | None:
        """Return the next turn of what was received, None where all of it is known."""
        todo = self._unknown()
        if not todo:
            return None
        if self._first:
            self._first = False
            self._wait_for_the_rest()
        alone = self._single
        events = next_run([message.event for message in todo], self._state, alone=alone)
        now = self._house.clock()
        started = StartedTurn(id=events[0].id, events=events, now=now)
        self._current = started
        if todo[0].receive_count >= 2 and now - todo[0].sent_at > SUSPICIOUS_AFTER:
            started = started.model_copy(update={"attempts": 1})
            self._current = started
            self._journal(started)
            self._counted.add(started.id)
        return started

    def _unknown(self) -> list[Received]:
        todo: list[Received] = []
        seen: set[str] = set()
        for message in self._received:
            if message.id in self.done or message.event.id in seen:
                continue  # a twin in the batch is known once the first one is committed
            seen.add(message.event.id)
            if self._is_known(message.event):
                self.done.add(message.id)
            else:
                todo.append(message)
        return todo

    def _is_known(self, event: Event) -> bool:
        state = self._state
        if state is None:
            return isinstance(event, Wake)
        ids = [event.id, event.original.id] if isinstance(event, DeadLetter) else [event.id]
        if any(short_id(id_) in state.known for id_ in ids):
            return True
        if isinstance(event, Wake):
            return event.moment != state.next_wake
        if state.known_until < 0:
            return False
        horizon = self._house.clock() - LONGEST_REPEAT
        if _has_own_time(event):
            if event.at > state.known_until:
                return False
            horizon = max(horizon, event.at - CLOCK_SKEW)
        for record in self._house.table.records(self._id, newest_first=True):
            if any(id_ in record.event_ids for id_ in ids):
                return True
            if record.at < horizon:
                return False
        return False

    def _wait_for_the_rest(self) -> None:
        """Put an unfinished burst back. Raises PutBack."""
        state, first, last = self._state, self._received[0], self._received[-1]
        if state is not None and (state.assignee != BOT or state.question or state.asked_for):
            return
        event = last.event
        if not isinstance(event, CustomerEvent) or event.incoming.kind != "message":
            return
        if carries_code(event) or destination(state, event):
            return
        written = [m.event for m in self._received if isinstance(m.event, CustomerEvent)]
        if find_danger(self._house.bot.front_door, written):
            return
        left = (WAIT_LIMIT - (self._house.clock() - first.sent_at)) // 1000
        unfinished = is_unfinished(event.incoming.content or Content())
        if last.receive_count == 1 and unfinished and left >= 1:
            raise PutBack(min(WAIT_SECONDS, left))

    def _decide(self, started: StartedTurn) -> Conversation | None:
        """Return the decided conversation, None where the turn must be begun anew.

        Raises VersionConflict, Unavailable.
        """
        if started.id in self._faulty:
            return self._decide_fault(started)
        try:
            decided = self._run_decision(started)
            measure(decided)
            return decided
        except (Unavailable, VersionConflict):
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it becomes a fault turn
            self._failed(self._current or started, error)
            return None

    def _run_decision(self, started: StartedTurn) -> Conversation:
        """Run `decide` and make the calls that it yields; before the first, write the journal."""
        decision = decide(
            self._base(started),
            started,
            self._house.bot,
            self._house.first_reply_minutes,
            self._results,
        )
        try:
            call = next(decision)
            while True:
                if call.key in self._results:
                    pass
                elif isinstance(call, ActionCall):
                    if not started.called:
                        started = self._journal_call(started, call)
                    self._results[call.key] = self._act(started, call)
                else:
                    self._results[call.key] = self._ask(call)
                call = decision.send(self._results[call.key])
        except StopIteration as stop:
            decided: Conversation = stop.value
            return decided

    def _journal_call(self, started: StartedTurn, call: ActionCall) -> StartedTurn:
        """Write down that a turn calls actions; return its journal."""
        attempts = max(1, started.attempts)
        started = started.model_copy(update={"called": call.key, "attempts": attempts})
        self._current = started
        self._journal(started)
        self._counted.add(started.id)
        return started

    def _ask(self, call: OfferLinks | TakeCode) -> dict[str, Any]:
        """Make or use a one-time code; a repeat is answered alike, so no journal is needed.

        Raises Unavailable.
        """
        links = self._house.links
        return links.offer(call) if isinstance(call, OfferLinks) else links.take(call)

    def _act(self, started: StartedTurn, call: ActionCall) -> dict[str, Any]:
        """Make a call in the time that is left; a failed action is a result too.

        Raises Unavailable.
        """
        acted = self._acted.get(started.id, 0)
        if acted >= ACTIONS_LIMIT:
            return {"failed": f"{call.action}: no time is left for it"}
        begun = self._house.clock()
        try:
            with self._house.meanwhile(TYPING_AFTER, lambda: self._type(started)):
                return self._house.actions.call(call, (ACTIONS_LIMIT - acted) / 1000)
        except ActionFailed as failed:
            return {"failed": str(failed)}
        finally:
            self._acted[started.id] = acted + self._house.clock() - begun

    def _type(self, started: StartedTurn) -> None:
        """Let the customer see, once, that an answer is being made."""
        if started.id not in self._typed:
            self._typed.add(started.id)
            let_type(self._house.outbound, started, self._house.clock())

    def _decide_fault(self, started: StartedTurn) -> Conversation:
        decided = decide_fault(
            self._base(started),
            started,
            self._house.bot,
            self._house.first_reply_minutes,
            self._results,
        )
        measure(decided)
        return decided

    def _base(self, started: StartedTurn) -> Conversation:
        return self._state or new_conversation(self._id, started.now)

    def _failed(self, started: StartedTurn, error: Exception) -> None:
        """Our own exception: try the first event alone, then once more, then as a fault turn."""
        frames = traceback.extract_tb(error.__traceback__)
        _log.error(
            "turn failed",  # without the exception's text: it may hold what the customer wrote
            extra={
                "conversation": self._id,
                "turn": started.id,
                "error": type(error).__name__,
                "at": [f"{frame.filename}:{frame.lineno}" for frame in frames[-4:]],
            },
        )
        if len(started.events) > 1 and not started.called:
            self._single = True
            if self._state is not None and self._state.started is not None:
                self._journal(started.model_copy(update={"events": started.events[:1]}))
            return
        self._failures[started.id] = self._failures.get(started.id, 0) + 1
        if self._failures[started.id] >= FAILURES:
            self._faulty.add(started.id)

    def _commit(self, decided: Conversation) -> None:
        """Write state and pending turn at once: a claim that came between makes it fail."""
        self._write(decided)
        self._fresh = decided.sequence

    def _journal(self, started: StartedTurn) -> None:
        """Write down a turn that was begun, so that every repeat decides exactly this one."""
        self._write(self._base(started).model_copy(update={"started": started}))

    def _write(self, new: Conversation) -> None:
        version = self._state.version if self._state else 0
        new = new.model_copy(update={"version": version + 1, "writer": self._house.writer()})
        self._house.table.put_conversation(new, version)
        self._state = new


def _has_own_time(event: Event) -> bool:
    """Say whether a repeat carries the same time; a messenger's event without one does not."""
    return not isinstance(event, CustomerEvent) or event.incoming.sent_at is not None
