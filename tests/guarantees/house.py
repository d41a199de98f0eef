"""A whole house in memory: real handlers, fakes of everything outside, a clock that tests move."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count
from random import Random
from typing import Any

from aws.keeping import Keeper
from aws.links import CodeLinks
from channels.deep_links import deep_link
from conversation.bot import Bot
from conversation.conversation import Conversation
from conversation.event import HandBack, Reply, Resolve
from conversation.identity import Identity
from conversation.message import Message
from conversation.turn import TurnRecord
from converse.actor import House as ConverseHouse
from converse.batch import converse
from converse.meanwhile import Meanwhile, never
from deliver.batch import deliver
from deliver.send import House as DeliverHouse
from desk.agent import Agent
from desk.claiming import Claimed, claim_this
from desk.outside import Outside
from schedule.tick import House as ScheduleHouse
from schedule.tick import tick
from tests.fake_queues import MemoryInbound, MemoryOutbound, MemoryQueue, Received, lambda_event
from tests.fakes import (
    MemoryArchive,
    MemoryMedia,
    MemoryMediaQueue,
    MemoryTable,
    MemoryVault,
    StaticActions,
)
from tests.guarantees import messenger
from tests.guarantees.messenger import Messenger
from tests.guarantees.moments import Killed, Moments
from webhook.receive import House as WebhookHouse
from webhook.request import answer

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_795_000_000_000

VISIBILITY = {"converse": 25, "deliver": 18}
"""Seconds, as in the template."""

ANNA = Agent(id="anna", name="Anna", groups=frozenset({"agents"}))


class House:
    """`now` is its clock (ms); `rest` runs everything until nothing is left to do."""

    def __init__(
        self,
        bot: Bot,
        first_reply_minutes: int | None = None,
        max_receives: int = 1000,
    ) -> None:
        self.now = START
        self.bot = bot
        self.first_reply_minutes = first_reply_minutes
        self.moments = Moments()
        self.inbound_dead = MemoryQueue(self.clock, 60)
        self.outbound_dead = MemoryQueue(self.clock, 60)
        self.inbound_queue = MemoryQueue(
            self.clock, VISIBILITY["converse"], max_receives, self.inbound_dead
        )
        self.outbound_queue = MemoryQueue(
            self.clock, VISIBILITY["deliver"], max_receives, self.outbound_dead
        )
        self.table = MemoryTable(self.clock, self.moments)
        self.inbound = MemoryInbound(self.inbound_queue, self.inbound_dead, self.moments)
        self.outbound = MemoryOutbound(self.outbound_queue, self.outbound_dead, self.moments)
        self.archive = MemoryArchive(self.moments)
        self.media_queue = MemoryMediaQueue(self.moments)
        self.media = MemoryMedia(self.moments)
        self.vault = MemoryVault(messenger.ACCOUNTS, self.moments)
        self.identity = Identity(self.vault.identity_key())
        self.messenger = Messenger(self.clock, self.moments)
        self.sent: Counter[str] = Counter()
        self.actions = StaticActions({"look_up": {"found": 7}}, self.moments)
        self.meanwhile: Meanwhile = never
        self._next_tick = self.now
        self._writers = count(1)
        self._numbers = count(1)

    def clock(self) -> int:
        """Return the time in this house."""
        return self.now

    def conversation_of(self, user: str = "5", channel: str = "telegram") -> str:
        """Return the id of a user's conversation."""
        return self.identity.conversation(messenger.address(user, channel))

    # What comes in.

    def post(self, event: Mapping[str, Any]) -> int:
        """Let a messenger call the webhook; returns the status of the answer."""
        return int(self.webhook(event).get("statusCode", 0))

    def webhook(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Let a messenger call the webhook; {} where the handler died."""
        house = WebhookHouse(
            table=self.table,
            inbound=self.inbound,
            archive=self.archive,
            vault=self.vault,
            clock=self.clock,
            media_queue=self.media_queue,
        )
        return self._run("webhook", lambda: answer(house, event)) or {}

    def write(self, text: str, user: str = "5", **content: Any) -> dict[str, Any]:
        """Let a customer write on Telegram; returns the webhook call, for repeats."""
        words = {"text": text} if text else {}
        event = messenger.telegram_message(user, next(self._numbers), self.now, **words, **content)
        assert self.post(event) == 200
        return event

    def tap(self, payload: str, user: str = "5") -> dict[str, Any]:
        """Let a customer tap a button on Telegram; returns the webhook call."""
        event = messenger.telegram_tap(user, next(self._numbers), payload)
        assert self.post(event) == 200
        return event

    def ask(self, text: str, user: str = "5", **content: Any) -> list[str]:
        """Let a customer write, and return what the messenger showed in answer."""
        before = len(self.messenger.taken)
        self.write(text, user, **content)
        self.rest()
        return [taken.text for taken in self.messenger.taken[before:]]

    # What agents do.

    def claim(self, user: str = "5", agent: Agent = ANNA, channel: str = "telegram") -> Claimed:
        """Let an agent claim a user's conversation."""
        outside = Outside(
            table=self.table,
            inbound=self.inbound,
            outbound=self.outbound,
            archive=self.archive,
            directory=None,  # type: ignore[arg-type]  # nobody signs in here
            clock=self.clock,
            random=Random(0),
            voice=self.bot,
            keeper=Keeper(self.table, self.media, self.clock, 90),
        )
        return claim_this(outside, agent, self.conversation_of(user, channel))

    def reply(
        self,
        text: str,
        epoch: int,
        user: str = "5",
        agent: Agent = ANNA,
        channel: str = "telegram",
    ) -> None:
        """Let an agent's reply come into the queue."""
        event = Reply(id=self._agent_id(), at=self.now, agent=agent.id, epoch=epoch, text=text)
        self.inbound.send(self.conversation_of(user, channel), event)

    def resolve(
        self, epoch: int, user: str = "5", agent: Agent = ANNA, channel: str = "telegram"
    ) -> None:
        """Let an agent say that it is done."""
        event = Resolve(id=self._agent_id(), at=self.now, agent=agent.id, epoch=epoch)
        self.inbound.send(self.conversation_of(user, channel), event)

    def hand_back(self, epoch: int, user: str = "5", agent: Agent = ANNA) -> None:
        """Let an agent give the conversation back to the bot."""
        event = HandBack(id=self._agent_id(), at=self.now, agent=agent.id, epoch=epoch)
        self.inbound.send(self.conversation_of(user), event)

    def _agent_id(self) -> str:
        return f"desk:{next(self._numbers)}"

    # What Lambda starts.

    def converse(self, wanted: Mapping[str, int] | None = None) -> list[Received]:
        """Run `converse` on what the queue hands out; returns the batch."""
        house = self.converse_house()
        return self._invoke(
            "converse", self.inbound_queue, wanted, lambda event: converse(house, event)
        )

    def converse_house(self) -> ConverseHouse:
        """Return what `converse` works with."""
        return ConverseHouse(
            table=self.table,
            inbound=self.inbound,
            outbound=self.outbound,
            actions=self.actions,
            links=CodeLinks(self.table, self.vault, lambda: self.identity, deep_link),
            bot=self.bot,
            clock=self.clock,
            writer=lambda: f"w{next(self._writers)}",
            first_reply_minutes=self.first_reply_minutes,
            meanwhile=self.meanwhile,
        )

    def deliver(self) -> list[Received]:
        """Run `deliver` on what the queue hands out; returns the batch."""
        house = self.deliver_house()
        return self._invoke("deliver", self.outbound_queue, None, lambda e: deliver(house, e))

    def deliver_house(self) -> DeliverHouse:
        """Return what `deliver` works with."""
        return DeliverHouse(
            table=self.table,
            inbound=self.inbound,
            outbound=self.outbound,
            vault=self.vault,
            provider=self.messenger,
            clock=self.clock,
            wait=self._wait,
            count=lambda channel: self.sent.update([channel]),
        )

    def tick(self) -> None:
        """Run the minute's schedule."""
        self._next_tick = self.now + MINUTE
        house = ScheduleHouse(self.table, self.inbound, self.outbound, self.archive, self.clock)
        self._run("schedule", lambda: tick(house))

    def rest(self, until: int | None = None) -> None:
        """Run all there is to run, time passing; `until` (ms) also waits for what is due then."""
        for _ in range(500):
            if self.inbound_queue.ready():
                self.converse()
            elif self.outbound_queue.ready():
                self.deliver()
            elif self._due():
                self.tick()
            elif not self._pass_time(until):
                return
        raise AssertionError("never at rest")

    def _due(self) -> bool:
        due = self._due_at()
        return due is not None and due <= self.now

    def _due_at(self) -> int | None:
        """Return when the schedule, once a minute, finds something to do."""
        dead = bool(self.inbound_dead.groups or self.outbound_dead.groups)
        wake = self.now if dead else self.table.next_wake()
        return None if wake is None else max(wake, self._next_tick)

    def _pass_time(self, until: int | None) -> bool:
        moments = [self.inbound_queue.next_ready_at(), self.outbound_queue.next_ready_at()]
        soon = self._next_tick + MINUTE
        due = self._due_at()
        if due is not None and (until is not None or due <= soon or self.table.all_parked()):
            moments.append(due)
        later = [m for m in moments if m is not None and (until is None or m <= until)]
        if not later:
            self.now = max(self.now, until or 0)
            return False
        self.now = min(later)
        return True

    def _wait(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)

    def _invoke(
        self,
        handler: str,
        queue: MemoryQueue,
        wanted: Mapping[str, int] | None,
        handle: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> list[Received]:
        batch = queue.receive(wanted)
        if not batch:
            return batch
        answered = self._run(handler, lambda: handle(lambda_event(batch)))
        if answered is not None:
            failed = {failure["itemIdentifier"] for failure in answered["batchItemFailures"]}
            for received in batch:
                if received.id not in failed:
                    queue.delete(received.receipt)
        return batch

    def _run[T](self, handler: str, act: Callable[[], T]) -> T | None:
        outer, self.moments.handler = self.moments.handler, handler
        try:
            return act()
        except Killed:
            return None
        finally:
            self.moments.handler = outer

    # What checks look at.

    def state(self, user: str = "5", channel: str = "telegram") -> Conversation:
        """Return a user's conversation as it is stored."""
        return self.table.all_conversations()[self.conversation_of(user, channel)]

    def records(self, user: str = "5", channel: str = "telegram") -> list[TurnRecord]:
        """Return a user's turns."""
        return self.table.all_records(self.conversation_of(user, channel))

    def thread(self, user: str = "5", channel: str = "telegram") -> list[Message]:
        """Return all messages of a conversation, in order."""
        return [m for record in self.records(user, channel) for m in record.messages]

    def said(self, user: str = "5") -> list[tuple[str, str]]:
        """Return author and text of all messages of a conversation."""
        return [(m.author, m.content.text) for m in self.thread(user)]

    def written(self, user: str = "5") -> list[str]:
        """Return the texts of the customer, as they were kept."""
        return [text for author, text in self.said(user) if author == "customer"]

    def forget_deduplication(self) -> None:
        """Let the queue take repeats as SQS does after five minutes."""
        self.inbound_queue._sent.clear()
