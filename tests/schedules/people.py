"""Customers, messengers and agents of one random schedule: who does what when, and how it went."""

from itertools import count
from random import Random
from typing import Any

from aws.keeping import Keeper
from conversation.address import Address
from conversation.bubble import message_ids
from conversation.errors import Conflict
from conversation.event import Reply, Resolve
from conversation.identity import Identity
from conversation.incoming import Incoming, Receipt
from conversation.message import Content
from conversation.turn import Delivery
from desk.agent import Agent
from desk.claiming import claim_this
from desk.outside import Outside
from tests.fake_queues import MemoryInbound, MemoryOutbound
from tests.fakes import MemoryArchive, MemoryMedia, MemoryMediaQueue, MemoryVault
from tests.schedules.bot import WorldBot
from tests.schedules.ground import SECOND, Ground
from tests.schedules.linkers import plan_links
from tests.schedules.outside import WatchedQueue, WatchedTable
from webhook.receipts import take_receipt
from webhook.receive import House as WebhookHouse
from webhook.receive import hand_over

WHAT = (
    *("ask", "ask", "hi", "act", "act", "talk_to_human", "danger", "ask"),
    *("poison", "oom", "big"),
)
TAME = 8
"""How many of WHAT do nothing odd."""

REPEATS = (5, 60, 600, 7200, 40_000, 86_400, 86_400, 86_400)
"""Seconds between a messenger's tries."""

CONVERSE = (25, 20)
DELIVER = (18, 15)
"""Visibility and time-out in seconds, as in the template."""


class People(Ground):
    """All who act from outside, by one run's temper; what came of it is kept for the checks."""

    def __init__(self, seed: int, max_receives: int | None = None) -> None:
        super().__init__(seed)
        self.identity = Identity(b"the same key in every test run..")
        self._temper()
        receives = max_receives or self.choice.of((1000, 1000, 6, 3))
        self.inbound_queue = WatchedQueue(self.clock, CONVERSE[0], receives)
        self.outbound_queue = WatchedQueue(
            self.clock, DELIVER[0], self.choice.of((1000, 1000, 1000, 7))
        )
        self.dead_queues = (self.inbound_queue.dead, self.outbound_queue.dead)
        self.table = WatchedTable(self.clock, self.faults)
        self.inbound = MemoryInbound(self.inbound_queue, self.inbound_queue.dead, self.faults)
        self.outbound = MemoryOutbound(self.outbound_queue, self.outbound_queue.dead, self.faults)
        self.vault = MemoryVault(
            {("telegram", "t"): {"access_token": "x"}, ("whatsapp", "100"): {"access_token": "x"}}
        )
        self.archive = MemoryArchive()
        self.customers: dict[str, Incoming] = {}
        self.accepted: set[str] = set()
        self.typed: dict[str, Reply] = {}
        self.sends: list[tuple[int, int, str, str, int]] = []
        self.receipts: list[dict[str, Any]] = []
        self.views: dict[int, tuple[int, Delivery]] = {}
        self.numbers = count(1)
        self._write_scenario()

    # The run's temper and scenario.

    def _temper(self) -> None:
        choice = self.choice
        self.budget = choice.below(8)
        self.fault_rate = choice.of((0.0, 0.03, 0.08, 0.15))
        self.stick = choice.of((90, 50, 20, 0))
        self.hurry = choice.of((0.0, 0.01, 0.04, 0.1))
        self.throttle = choice.of((0.0, 0.0, 0.1, 0.3))
        self.refusals = choice.of((0.0, 0.0, 0.05))
        self.failures = choice.of((0.0, 0.0, 0.1))
        self.receipt_rate = choice.of((0.0, 0.3, 0.8))
        self.first_reply_minutes = choice.of((None, 10))
        self.limited: dict[str, int] = {}

    def _write_scenario(self) -> None:
        choice = self.choice
        addresses = ["telegram:t:1", "whatsapp:100:2", "telegram:t:3"][: 1 + choice.below(3)]
        odd = choice.below(3) == 2
        with_agents = choice.chance(0.5)
        gaps = choice.of(((0, 1, 1, 3, 20, 90, 400), (0, 0, 0, 1, 1, 2, 30)))
        moment = self.now
        posts: list[tuple[int, list[Incoming]]] = []
        for number in range(1 + choice.below(7)):
            moment += choice.of(gaps) * SECOND
            what = WHAT[choice.below(len(WHAT) if odd else TAME)]
            if number == 0 and with_agents:
                what = "talk_to_human"
            incoming = self._write(choice.of(addresses), what, moment)
            if posts and posts[-1][1][-1].address == incoming.address and choice.chance(0.15):
                posts[-1][1].append(incoming)
            else:
                posts.append((moment, [incoming]))
        for when, messages in posts:
            delay = choice.of((0, 0, 0, 0, 5, 60)) * SECOND
            self.at(when + delay, self._post, messages, 0)
            if choice.chance(0.25):
                again = choice.of((0, 1, 40, 310, 420, 172_800)) * SECOND
                self.at(when + delay + again, self._post, messages, 0)
        span = (moment - self.now) // SECOND + 30
        if with_agents:
            self._send_agents([when for when, _ in posts], addresses, span)
        self.written_from = addresses
        plan_links(self, addresses, span)
        if choice.chance(0.12):
            begin = self.now + choice.below(span) * SECOND
            end = begin + choice.of((3, 10, 40, 200, 1500)) * SECOND
            self.outage = (choice.of(("table", "inbound", "outbound", "actions")), begin, end)

    def _send_agents(self, moments: list[int], addresses: list[str], span: int) -> None:
        """Let agents claim: often just when somebody writes, so that their writes meet."""
        choice = self.choice
        for number in range(1 + choice.below(3)):
            agent = f"agent{number}"
            start = self.now + choice.below(span + 40) * SECOND
            if choice.chance(0.7):
                start = choice.of(moments) + choice.of((0, 0, 1, 2)) * SECOND
            conversation = self.identity.conversation(choice.of(addresses))
            epochs: dict[str, int] = {}
            self.at(start, self._claim, agent, conversation, epochs, 0)
            for _ in range(choice.below(4)):
                when = start + (1 + choice.below(60)) * SECOND
                self.at(when, self._reply, agent, conversation, epochs)
            if choice.chance(0.5):
                when = start + choice.of((1, 10, 60, 200)) * SECOND
                self.at(when, self._resolve, agent, conversation, epochs)
                if choice.chance(0.5):
                    later = when + choice.below(20) * SECOND
                    self.at(later, self._say_now, choice.of(addresses))

    # Customers.

    def _write(self, address: str, what: str, moment: int, text: str = "") -> Incoming:
        place = Address.parse(address)
        number = next(self.numbers)
        name = f"e{number}"
        end = "" if what == "hi" else "."
        incoming = Incoming(
            kind="message",
            channel=place.channel,
            account=place.account,
            user=place.user,
            provider_id=name,
            sent_at=moment // SECOND * SECOND,
            content=Content(text=text or f"{what} {1 + self.choice.below(2)} {name}{end}"),
        )
        self.customers[self.identity.event(incoming)] = incoming
        return incoming

    def say(self, address: str, text: str) -> None:
        """Let a customer write some words of their own now."""
        self._post([self._write(address, "", self.now, text)], 0)

    def _say_now(self, address: str) -> None:
        self._post([self._write(address, "ask", self.now)], 0)

    def _post(self, messages: list[Incoming], tries: int) -> None:
        house = WebhookHouse(
            self.table, self.inbound, self.archive, self.vault, self.clock, MemoryMediaQueue()
        )

        def take() -> None:
            for incoming in messages:
                hand_over(house, incoming)

        def ended(ok: bool, _: Any) -> None:
            if ok:
                self.accepted |= {self.identity.event(m) for m in messages}
            elif tries < len(REPEATS):
                self.at(self.now + REPEATS[tries] * SECOND, self._post, messages, tries + 1)

        self.spawn("webhook", take, 10, ended)

    # Messengers.

    def sent(self, address: str, text: str, provider_id: str, reference: str = "") -> None:
        """Remember that a messenger took a message, and let its receipts come."""
        assert self.running is not None
        seen, delivery = self.views[self.running.number]
        message_id = reference or next(m.id for m in delivery.messages if m.content.text == text)
        for one in message_ids(message_id):
            self.sends.append((self.steps, self.now, address, one, seen))
        if address.startswith("whatsapp") and self.choice.chance(self.receipt_rate):
            failed = self.choice.chance(self.failures)
            receipt = {
                "message": message_id,
                "provider_id": provider_id,
                "own": self.choice.chance(0.5),
                "failed": failed,
                "address": address,
                "ok": False,
            }
            self.receipts.append(receipt)
            delay = self.choice.of((0, 0, 2, 30)) * SECOND
            self.at(self.now + delay, self._post_receipt, receipt, self.now + delay, 0)

    def _post_receipt(self, receipt: dict[str, Any], moment: int, tries: int) -> None:
        place = Address.parse(receipt["address"])
        incoming = Incoming(
            kind="status",
            channel=place.channel,
            account=place.account,
            user=place.user,
            provider_id=receipt["provider_id"],
            target=receipt["provider_id"],
            sent_at=moment,
            receipt=Receipt(
                state="failed" if receipt["failed"] else "delivered",
                reference=receipt["message"] if receipt["own"] else "",
                reason="odd",
            ),
        )

        def take() -> None:
            take_receipt(self.table, self.inbound, self.identity, self.clock, incoming)

        def ended(ok: bool, _: Any) -> None:
            receipt["ok"] = ok
            if not ok and tries < 6:
                again = self.now + REPEATS[tries] * SECOND
                self.at(again, self._post_receipt, receipt, moment, tries + 1)

        self.spawn("receipt", take, 10, ended)

    # Agents.

    def _claim(self, agent: str, conversation: str, epochs: dict[str, int], tries: int) -> None:
        outside = Outside(
            table=self.table,
            inbound=self.inbound,
            outbound=self.outbound,
            archive=self.archive,
            directory=None,  # type: ignore[arg-type]  # nobody signs in here
            clock=self.clock,
            random=Random(0),
            voice=WorldBot(),
            keeper=Keeper(self.table, MemoryMedia(), self.clock, 90),
        )

        def take() -> int | None:
            if conversation not in self.table.all_conversations():
                return None
            try:
                who = Agent(id=agent, name=f"{agent}-{self.steps}", groups=frozenset({"agents"}))
                return claim_this(outside, who, conversation).epoch
            except Conflict:
                return None

        def ended(ok: bool, epoch: Any) -> None:
            if ok and epoch is not None:
                epochs[agent] = epoch
            elif tries < 4:
                again = self.now + 7 * SECOND
                self.at(again, self._claim, agent, conversation, epochs, tries + 1)

        self.spawn("desk", take, 20, ended)

    def _reply(self, agent: str, conversation: str, epochs: dict[str, int]) -> None:
        if agent not in epochs:
            return
        id_ = f"reply{next(self.numbers)}"
        text = f"reply {id_}"
        event = Reply(id=id_, at=self.now, agent=agent, epoch=epochs[agent], text=text)
        self._desk_post(conversation, event, 0)
        if self.choice.chance(0.15):
            again = self.now + self.choice.of((1, 400)) * SECOND
            self.at(again, self._desk_post, conversation, event, 0)

    def _resolve(self, agent: str, conversation: str, epochs: dict[str, int]) -> None:
        if agent in epochs:
            id_ = f"resolve{next(self.numbers)}"
            event = Resolve(id=id_, at=self.now, agent=agent, epoch=epochs[agent])
            self._desk_post(conversation, event, 0)

    def _desk_post(self, conversation: str, event: Reply | Resolve, tries: int) -> None:
        def ended(ok: bool, _: Any) -> None:
            if ok and isinstance(event, Reply):
                self.typed[event.id] = event
            elif not ok and tries < 6:
                again = self.now + 5 * SECOND
                self.at(again, self._desk_post, conversation, event, tries + 1)

        self.spawn("desk", lambda: self.inbound.send(conversation, event), 10, ended)
