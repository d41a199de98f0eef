"""Send the deliveries of one address, in sequence, each message with an outcome.

Towards a messenger at least once, doubt marked: what may have been sent before is marked before it
is sent again. What has to wait long is parked in the table, and whatever comes later joins it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from aws.links import survivor
from channels import reasons
from channels.base import Call, Channel, Outcome, Refused, RetryAfter, Secrets, Sent
from channels.bubbles import calls_of
from channels.registry import channel_named
from conversation.address import Address
from conversation.conversation import Conversation
from conversation.errors import Missing, PforteError, Unavailable
from conversation.event import DeliveryFailed
from conversation.outgoing import Outgoing
from conversation.ports import DeliveryView, Inbound, Outbound, Parked, Table, Vault
from conversation.turn import Delivery, Drain, TurnRecord, Typing
from deliver.provider import NotSent, Provider
from deliver.signals import mark_read, show_typing
from deliver.steps import Step, steps_of

VISIBILITY_SECONDS = 20
TIMEOUT_SECONDS = 15

SHORT_WAIT = 20_000
"""Up to so long (ms) a delivery waits in the queue; longer, it is parked in the table."""

REJOIN_AFTER = 60_000
"""When (ms) `schedule` looks again at what joined the parked deliveries of its address."""

RECORD_WAITS = (0.05, 0.1, 0.2, 0.4)
"""How long (s) to wait for the turn's record, which is written just after its deliveries."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A message of the outbound queue; `order` is the queue's sequence number, times in ms.

    `received_at` is known for a first receive only.
    """

    id: str
    receipt: str
    body: Outgoing
    receive_count: int
    order: str
    received_at: int


@dataclass(frozen=True)
class House:
    """What sending works with; `wait` takes seconds. `count` is told the channel of each message.

    One that the messenger took: what it may bill.
    """

    table: Table
    inbound: Inbound
    outbound: Outbound
    vault: Vault
    provider: Provider
    clock: Callable[[], int]
    wait: Callable[[float], None]
    count: Callable[[str], None]


class _BackOff(PforteError):
    """Try again in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class _StillPaused(PforteError):
    """What is parked has to stay parked."""


def run(house: House, received: Sequence[Received]) -> set[str]:
    """Handle the messages of one address; return the ids of those that must come again."""
    try:
        if not _is_ours_long_enough(house, received):
            return {message.id for message in received}
    except Unavailable:
        return {message.id for message in received}
    for index, message in enumerate(received):
        try:
            if isinstance(message.body, Drain):
                _drain(house, message.body.address)
            elif isinstance(message.body, Typing):
                show_typing(house.vault, house.provider, house.clock, message.body)
            else:
                _Sending(house, message.body, message.order, message.receive_count).run()
        except _BackOff as error:
            seconds = error.seconds
        except (Unavailable, Missing):
            seconds = min(6 * 2 ** max(0, message.receive_count - 1), 120)
        else:
            continue
        _note_untried(house, received[index + 1 :])
        return _postpone(house, received[index:], seconds)
    return set()


def _note_untried(house: House, received: Sequence[Received]) -> None:
    """Remember that what stands behind a failure was not tried: it is no doubtful attempt."""
    for message in received:
        if isinstance(message.body, Delivery):
            try:
                sending = _Sending(house, message.body, message.order, message.receive_count)
                sending.note_untried()
            except (Unavailable, Missing):
                return  # then they count as doubtful


def _is_ours_long_enough(house: House, received: Sequence[Received]) -> bool:
    """Make sure that nobody else receives these while we may still be sending."""
    slack = (VISIBILITY_SECONDS - TIMEOUT_SECONDS) * 1000
    for message in received:
        late = house.clock() - message.received_at > slack
        if (message.receive_count > 1 or late) and not house.outbound.postpone(
            message.receipt, VISIBILITY_SECONDS
        ):
            return False
    return True


def _postpone(house: House, received: Sequence[Received], seconds: float) -> set[str]:
    for message in received:
        try:
            house.outbound.postpone(message.receipt, max(1, round(seconds)))
        except Unavailable:
            continue  # it comes back by itself when its visibility ends
    return {message.id for message in received}


def _drain(house: House, address: str) -> None:
    """Send what is parked, in sequence; each stays in the table until it has its outcome."""
    for parked in house.table.parked(address):
        try:
            _Sending(house, parked.delivery, parked.order, 1, parked).run()
        except _StillPaused:
            return
        house.table.unpark(parked)


class _Sending:
    """One delivery on its way."""

    def __init__(
        self,
        house: House,
        delivery: Delivery,
        order: str,
        receive_count: int,
        parked: Parked | None = None,
    ) -> None:
        self._house = house
        self._delivery = delivery
        self._order = order
        self._receive_count = receive_count
        self._parked = parked
        self._address = Address.parse(delivery.address)
        self._channel: Channel = channel_named(self._address.channel)
        self._doubtful = False

    def run(self) -> None:
        """Send what has no outcome yet. Raises _BackOff, _StillPaused, Missing, Unavailable."""
        view = self._view()
        record = view.record
        if record is None:
            raise _BackOff(min(3 * self._receive_count, 60))
        address = self._delivery.address
        self._doubtful = self._parked is None and self._may_have_been_sent(record)
        if address in record.refused:  # refused, and its conversation not told yet
            self._tell(record.refused[address])
            return
        left = [m for m in self._delivery.messages if m.id not in record.states]
        if not left:
            return
        if self._house.clock() > self._delivery.deadline:
            self._refuse("expired")
            return
        if self._parked is None and view.paused_until and self._something_is_parked():
            self._park(self._house.clock() + REJOIN_AFTER)
            return
        if view.paused_until > self._house.clock():
            if self._parked is None and not self._doubtful:
                self._note_unsent()  # or the wait would look like an attempt
            self._hold(view.paused_until)
            return
        self._send(record, withdrawn=self._is_claimed_since(view.conversation))

    def _is_claimed_since(self, conversation: Conversation | None) -> bool:
        """Say whether a person took over after the turn: then the bot's answers are withdrawn.

        Where the conversation was merged meanwhile, claims of the one that survives count too.
        """
        if conversation is None:
            return False
        if conversation.claimed_epoch > self._delivery.epoch:
            return True
        if not conversation.merged_into:
            return False
        home = survivor(self._house.table, conversation.merged_into)
        return home is not None and any(
            link.conversation == conversation.id and home.claimed_epoch >= link.epoch
            for link in home.links
        )

    def note_untried(self) -> None:
        """Keep certain what was certain before this receive. Raises Missing, Unavailable."""
        delivery = self._delivery
        record = self._house.table.record(delivery.conversation, delivery.sequence)
        if record is not None and not self._may_have_been_sent(record):
            self._note_unsent()

    def _view(self) -> DeliveryView:
        """Read what must be known; the record proves that an outcome has a place to go."""
        view = self._house.table.delivery_view(self._delivery)
        for seconds in RECORD_WAITS:
            if view.record is not None or self._parked is not None:
                break
            self._house.wait(seconds)
            view = self._house.table.delivery_view(self._delivery)
        return view

    def _may_have_been_sent(self, record: TurnRecord) -> bool:
        """Say whether an earlier attempt ended without our knowing what it had sent."""
        earlier = self._receive_count - 1
        return self._delivery.doubtful or earlier > record.unsent.get(self._delivery.attempt_key, 0)

    def _something_is_parked(self) -> bool:
        parked = self._house.table.parked(self._delivery.address)
        return any(other.order < self._order for other in parked)

    def _send(self, record: TurnRecord, withdrawn: bool) -> None:
        table, delivery = self._house.table, self._delivery
        secrets = self._house.vault.account(self._address.channel, self._address.account)
        cursor = record.cursor.get(delivery.address, 0)
        try:
            steps = steps_of(self._channel, self._delivery, withdrawn=withdrawn)
        except Exception as error:  # noqa: BLE001  no repeat would help: refused, and told
            _log.error(
                "cannot render",  # without the exception's text: it may hold what was written
                extra={
                    "record": f"{delivery.conversation}.{delivery.sequence}",
                    "error": type(error).__name__,
                },
            )
            self._refuse("unrenderable")
            return
        sent = False
        for number, step in enumerate(steps[cursor:], start=cursor + 1):
            if step.call is None:
                table.note_outcome(delivery, number, step.states("withdrawn"))
                self._doubtful = False
                continue
            if secrets is None:
                self._refuse("not_connected")
                return
            self._mark_doubt(step)
            try:
                status, outcome = self._make(step.call, secrets)
            except NotSent:
                self._note_unsent()
                raise
            if isinstance(outcome, Sent):
                sent = True
                self._house.count(self._address.channel)
                states = step.states("sent" if step.last else None)
                table.note_outcome(delivery, number, states, outcome.provider_id)
                self._clear_doubt(last=number == len(steps))
            elif isinstance(outcome, RetryAfter):
                self._retry_after(outcome, certain=status < 500)
                return
            else:
                self._refuse(
                    f"{outcome.reason} ({outcome.code})" if outcome.code else outcome.reason
                )
                return
        if sent and delivery.seen and self._parked is None and self._receive_count == 1:
            mark_read(self._house.vault, self._house.provider, delivery.address, delivery.seen)

    def _make(self, call: Call, secrets: Secrets) -> tuple[int, Outcome]:
        """Make a call, and where its window is closed the one for later; the last answer counts."""
        response = self._house.provider.call(self._address.channel, call, secrets)
        outcome = self._channel.outcome(response)
        closed = isinstance(outcome, Refused) and outcome.reason == reasons.WINDOW_CLOSED
        if closed and call.after_window is not None:
            return self._make(call.after_window, secrets)
        return response.status, outcome

    def _mark_doubt(self, step: Step) -> None:
        """Mark what may be sent twice; a parked delivery carries the doubt itself."""
        if self._doubtful:
            self._note_doubt(step)
            self._doubtful = False
        if self._parked is not None:
            if self._parked.delivery.doubtful:
                self._note_doubt(step)
            else:
                self._repark(doubtful=True)

    def _note_doubt(self, step: Step) -> None:
        ids = tuple(message.id for message in step.messages)
        self._house.table.note_doubt(self._delivery, ids)

    def _clear_doubt(self, last: bool) -> None:
        if self._parked is not None and not last:
            self._repark(doubtful=False)

    def _repark(self, doubtful: bool, wake_at: int | None = None) -> None:
        if self._parked is None:
            return
        self._parked = replace(
            self._parked,
            delivery=self._parked.delivery.model_copy(update={"doubtful": doubtful}),
            wake_at=self._parked.wake_at if wake_at is None else wake_at,
        )
        self._house.table.park(self._parked)

    def _retry_after(self, outcome: RetryAfter, certain: bool) -> None:
        """Wait as the messenger asks: the whole account where it says so."""
        patience = 2 ** min(self._receive_count - 1, 5)  # asked again and again: ask less often
        until = self._house.clock() + round(outcome.seconds * patience * 1000)
        account = f"{self._address.channel}:{self._address.account}"
        self._house.table.pause_account(account, until if outcome.account else 1)
        if certain:
            self._note_unsent()
        self._doubtful = not certain
        self._hold(until)

    def _note_unsent(self) -> None:
        """Remember that this attempt has sent nothing that has no outcome."""
        if self._parked is None:
            self._house.table.note_unsent(self._delivery, self._receive_count)
        else:
            self._repark(doubtful=False)

    def _hold(self, until: int) -> None:
        wait = until - self._house.clock()
        if self._parked is not None:
            self._repark(doubtful=self._parked.delivery.doubtful, wake_at=until)
            raise _StillPaused
        if wait <= SHORT_WAIT:
            raise _BackOff(max(1.0, wait / 1000))
        self._park(until)

    def _park(self, wake_at: int) -> None:
        delivery = self._delivery.model_copy(update={"doubtful": self._doubtful})
        self._house.table.park(Parked(delivery=delivery, order=self._order, wake_at=wake_at))

    def _refuse(self, reason: str) -> None:
        """Record a refusal before its event is sent, and as told after it."""
        self._house.table.note_refusal(self._delivery, reason)
        self._tell(reason)

    def _tell(self, reason: str) -> None:
        """Tell the conversation, whose event is never answered at the address that failed."""
        delivery = self._delivery
        record = self._house.table.record(delivery.conversation, delivery.sequence)
        if record is None:
            raise Missing("the turn's record has gone")
        failed = tuple(m for m in delivery.messages if m.id not in record.states)
        if failed:
            event = DeliveryFailed(
                id=f"failed:{failed[0].id}",
                at=delivery.at,
                message_id=failed[0].id,
                address=delivery.address,
                reason=reason,
                only_system=all(message.author == "system" for message in failed),
                unsent=max(0, calls_of(delivery) - record.cursor.get(delivery.address, 0)),
            )
            self._house.inbound.send(delivery.conversation, event)
        self._house.table.note_failure(delivery, tuple(message.id for message in failed), reason)
