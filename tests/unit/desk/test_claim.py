"""Claims: one conditional write, one winner, and the customer is told."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from greenlet import getcurrent, greenlet

from conversation.claim import claim
from conversation.conversation import Conversation
from conversation.errors import Conflict, Unavailable
from conversation.event import event_from_json
from conversation.message import Content
from conversation.outgoing import outgoing_from_json
from conversation.ports import Waiting
from conversation.turn import Delivery
from desk.agent import Agent, agent_of
from desk.claiming import claim_next, claim_this
from desk.waiting import AS_GOOD_AS_EQUAL, in_fair_disorder
from tests.faults import Faults
from tests.unit.desk.scenes import ANNA, JONAS, MINUTE, NOW, House, conversation_id

API = "/desk/api"
ME = agent_of({"jwt": {"claims": ANNA}})
COLLEAGUE = agent_of({"jwt": {"claims": JONAS}})


def _claimed(conversation: Conversation, pushed: bool = True) -> Conversation:
    return claim(
        conversation,
        agent="anna-1",
        name="Anna",
        joined=Content(text="Anna ist jetzt für Sie da."),
        now=NOW,
        writer="w",
        idle=15 * MINUTE,
        pushed=pushed,
    )


def _sent(house: House) -> list[Delivery]:
    received = [outgoing_from_json(message.body) for message in house.outbound_queue.receive()]
    return [outgoing for outgoing in received if isinstance(outgoing, Delivery)]


def test_a_claim_is_a_new_epoch_with_a_turn_that_flushes_itself() -> None:
    """One write holds all of a claim: who, since when, the word to the customer, and the wake."""
    before = House().waiting("Yusuf")
    after = _claimed(before)
    assert (after.version, after.sequence, after.epoch) == (2, 1, 3)
    assert after.claimed_epoch == after.epoch
    assert after.assignee == "agent:anna-1"
    assert after.timers == {"claim": NOW + 15 * MINUTE, "flush": NOW}
    assert after.escalation is not None
    assert after.escalation.claimed_at == NOW
    assert after.escalation.due == before.escalation.due  # type: ignore[union-attr]  # it waits
    assert after.pending is not None
    assert after.pending.event_ids == (f"claim:{before.id}:1",)
    [message] = after.pending.messages
    [delivery] = after.pending.deliveries
    assert message.content.text == "Anna ist jetzt für Sie da."
    assert (message.author, message.id) == ("system", f"{before.id}.1.00")
    assert (delivery.address, delivery.epoch, delivery.messages) == (
        before.answer_to,
        3,
        (message,),
    )


def test_what_cannot_be_pushed_is_shown_and_not_sent() -> None:
    """The web chat fetches the word; an address that blocked us gets none; it stands anyway."""
    waiting = House().waiting("Yusuf")
    fetched = _claimed(waiting, pushed=False).pending
    blocked = _claimed(waiting.model_copy(update={"blocked": (waiting.answer_to,)})).pending
    for turn in (fetched, blocked):
        assert turn is not None
        assert turn.messages
        assert not turn.deliveries


@pytest.mark.parametrize("assignee", ["bot", "agent:jonas-2", "agent:anna-1"])
def test_only_who_waits_can_be_claimed(assignee: str) -> None:
    """What the bot or a person has is not for the taking."""
    waiting = House().waiting("Yusuf")
    with pytest.raises(Conflict):
        _claimed(waiting.model_copy(update={"assignee": assignee}))


def test_a_claim_tells_the_customer_and_is_kept() -> None:
    """After a claim its delivery is in the queue, its record in the table, the page knows it."""
    house = House()
    waiting = house.waiting("Yusuf")
    answer = house.ask("POST", f"{API}/conversations/{waiting.id}/claim")
    assert (answer.status, answer.json) == (200, {"conversation": waiting.id, "epoch": 3})
    [delivery] = _sent(house)
    assert delivery.messages[0].content.text == "Anna Weber ist jetzt für Sie da."
    assert [record.sequence for record in house.table.all_records(waiting.id)] == [1]
    overview = house.ask("GET", f"{API}/overview").json
    assert (overview["waiting"], overview["queue"]) == (0, [])
    assert [row["conversation"] for row in overview["mine"]] == [waiting.id]


def test_english_customers_are_told_in_english_and_the_web_chat_is_not_sent_to() -> None:
    """The word of the claim is in the customer's language."""
    house = House()
    waiting = house.waiting("Ann", channel="webchat", language="en")
    claim_this(house.outside, ME, waiting.id)
    assert not _sent(house)
    [record] = house.table.all_records(waiting.id)
    assert record.messages[0].content.text == "Anna Weber is here for you now."


def test_claiming_again_is_no_second_claim() -> None:
    """A repeat of the same agent changes nothing; another agent learns that it is too late."""
    house = House()
    waiting = house.waiting("Yusuf")
    first = claim_this(house.outside, ME, waiting.id)
    assert claim_this(house.outside, ME, waiting.id) == first
    answer = house.ask("POST", f"{API}/conversations/{waiting.id}/claim", claims=JONAS)
    assert answer.status == 409
    assert answer.json["title"] == "Conflict"
    assert len(_sent(house)) == 1


def test_a_pending_turn_is_flushed_before_the_claim_commits() -> None:
    """Turn n is flushed before turn n+1 commits: nothing of the turn before is lost."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.said(waiting, "customer", "noch etwas", pending=True)
    claim_this(house.outside, ME, waiting.id)
    assert [record.sequence for record in house.table.all_records(waiting.id)] == [1, 2]


def _nothing() -> None:
    """Let nothing happen."""


class Meanwhile(Faults):
    """Let something happen between a claim's read and its write, once."""

    def __init__(self) -> None:
        self.act: Callable[[], object] = _nothing

    def before(self, op: str, name: str) -> None:
        """Run the act before a conversation is written."""
        if op == "cput":
            act, self.act = self.act, _nothing
            act()


def test_a_claim_that_meets_another_loses() -> None:
    """Of two claims that read the same state one commits; the other is told 409, on every run."""
    faults = Meanwhile()
    house = House(faults=faults)
    waiting = house.waiting("Yusuf")
    faults.act = lambda: claim_this(house.outside, COLLEAGUE, waiting.id)
    with pytest.raises(Conflict):
        claim_this(house.outside, ME, waiting.id)
    conversation = house.table.conversation(waiting.id)
    assert conversation is not None
    assert (conversation.agent, conversation.epoch) == ("jonas-2", 3)
    [delivery] = _sent(house)
    assert "Jonas" in delivery.messages[0].content.text


def test_a_claim_that_meets_a_turn_keeps_both() -> None:
    """A customer's turn between read and write is neither lost nor overwritten by the claim."""
    faults = Meanwhile()
    house = House(faults=faults)
    waiting = house.waiting("Yusuf")
    faults.act = lambda: house.said(waiting, "customer", "ich noch mal", pending=True)
    claim_this(house.outside, ME, waiting.id)
    records = house.table.all_records(waiting.id)
    assert [record.messages[0].content.text for record in records] == [
        "ich noch mal",
        "Anna Weber ist jetzt für Sie da.",
    ]


class Outage(Faults):
    """The outbound queue is out of reach."""

    def before(self, op: str, name: str) -> None:
        """Refuse every send."""
        if name == "outbound.send":
            raise Unavailable("throttled")


def test_a_claim_stands_even_if_it_cannot_be_told_now() -> None:
    """What the claimer cannot flush, the wake of the claim's own write will."""
    house = House(faults=Outage())
    waiting = house.waiting("Yusuf")
    assert claim_this(house.outside, ME, waiting.id).epoch == 3
    conversation = house.table.conversation(waiting.id)
    assert conversation is not None
    assert conversation.pending is not None
    assert conversation.next_wake == NOW
    assert not house.table.all_records(waiting.id)


class HeldBeforeWriting(Faults):
    """Hold every claim between its read and its write until all others stand there too."""

    def before(self, op: str, name: str) -> None:
        """Give way to the other agents."""
        everybody = getcurrent().parent
        if op == "cput" and everybody is not None:
            everybody.switch()


@pytest.mark.parametrize("spacing", [0, 2 * AS_GOOD_AS_EQUAL])
def test_ten_agents_and_fifty_escalations(spacing: int) -> None:
    """Everybody in the queue is claimed, and by exactly one agent, however claims overlap."""
    faults = HeldBeforeWriting()
    house = House(faults=faults)
    waiting = [
        house.waiting(
            f"n{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]}", minutes=2 * n * bool(spacing)
        )
        for n in range(50)
    ]
    won: list[tuple[str, str]] = []

    def work(agent: Agent) -> None:
        while claimed := claim_next(house.outside, agent):
            won.append((claimed.conversation, agent.id))

    agents = [
        greenlet(lambda n=n: work(Agent(f"agent-{n}", f"A{n}", frozenset()))) for n in range(10)
    ]
    while running := [agent for agent in agents if not agent.dead]:
        for agent in running:
            agent.switch()

    assert Counter(id_ for id_, _ in won) == Counter(c.id for c in waiting)
    for id_, agent_id in won:
        conversation = house.table.conversation(id_)
        assert conversation is not None
        assert (conversation.agent, conversation.epoch) == (agent_id, 3)
        assert len(house.table.all_records(id_)) == 1
    assert len({agent_id for _, agent_id in won}) == 10, "somebody was told that nobody waits"


def test_contenders_do_not_all_run_at_the_first_entry() -> None:
    """Those who are due within the same minute are tried in an order of each contender's own."""
    rows = [Waiting(f"c{n}", NOW + n, {}) for n in range(10)]
    firsts = {in_fair_disorder(rows, Random(seed))[0].conversation for seed in range(40)}
    assert len(firsts) >= 8


def test_nobody_is_passed_over_by_one_who_is_due_a_minute_later() -> None:
    """Spreading the contenders never serves the newer first."""
    rows = [Waiting(f"c{n}", NOW + n * AS_GOOD_AS_EQUAL, {}) for n in range(10)]
    for seed in range(200):
        assert in_fair_disorder(rows, Random(seed)) == rows


def test_next_is_the_longest_due_of_all_teams() -> None:
    """An agent is given who has waited longest, whichever team's queue it is in."""
    house = House()
    house.waiting("Neu", minutes=2, team="billing")
    house.waiting("Alt", minutes=20, team="technical")
    house.waiting("Mittel", minutes=9)
    order = [house.ask("POST", f"{API}/claims", {}).json["conversation"] for _ in range(3)]
    assert order == [conversation_id(name) for name in ("Alt", "Mittel", "Neu")]
    assert house.ask("POST", f"{API}/claims", {}).status == 204


def test_what_a_lagging_queue_still_shows_is_not_claimed_twice() -> None:
    """The queue is an index: an entry that has gone is passed over, and the next one taken."""

    class Lag(Faults):
        def lags(self, name: str) -> bool:
            return name == "assigned"

    house = House(faults=Lag())
    first, second = house.waiting("Alt", minutes=20), house.waiting("Neu", minutes=2)
    house.waiting("Spaet", minutes=1)
    assert claim_this(house.outside, COLLEAGUE, first.id).epoch == 3
    claimed = claim_next(house.outside, ME)
    assert claimed is not None
    assert claimed.conversation == second.id


def test_a_claim_puts_nothing_into_the_inbound_queue() -> None:
    """A claim is answered at once: it does not wait behind the conversation's events."""
    house = House()
    claim_this(house.outside, ME, house.waiting("Yusuf").id)
    assert [event_from_json(message.body) for message in house.inbound_queue.receive()] == []
