"""One odd event harms nobody: poison becomes a person's, an outage passes and is nobody's fault."""

from collections.abc import Callable

import pytest

from conversation.errors import ActionFailed, Unavailable
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import DAY, HOUR, MINUTE, SECOND, House
from tests.guarantees.moments import Moment, die, fail, once


@pytest.mark.parametrize("odd", ["poison", "endless"])
def test_poison_gets_an_apology_and_a_person_and_its_neighbours_their_answers(
    house: House, odd: str
) -> None:
    """Our own exception, or a death at every try: what stands in front and behind goes on."""
    texts = ["What is in front?", f"This is {odd} for you.", "What is behind?"]
    for text in texts:
        house.write(text)
    house.rest()
    assert house.written() == texts
    assert house.messenger.texts() == [
        "disclosure",
        "re: What is in front?",
        "fault",
        "re: What is behind?",
    ]
    state = house.state()
    assert state.assignee == "queue"
    assert state.escalation is not None
    assert state.escalation.reason == "fault"
    assert state.started is None
    assert not house.inbound_queue.groups
    assert not house.inbound_dead.groups


def test_our_own_exception_is_apologised_for_at_once(house: House) -> None:
    """Tried twice in the same invocation: nobody waits for the queue to bring it back."""
    house.write("This is poison for you.")
    house.converse()
    assert house.said()[-1] == ("system", "fault")
    assert not house.inbound_queue.groups


@pytest.mark.parametrize("odd", ["poison", "endless"])
def test_poison_of_one_customer_does_not_touch_another(house: House, odd: str) -> None:
    """In one batch with it, another conversation is answered, and never apologised to."""
    house.write(f"This is {odd} for you.", user="6")
    house.write("When do you open?", user="5")
    house.rest()
    assert house.messenger.texts("5") == ["disclosure", "re: When do you open?"]
    assert house.messenger.texts("6") == ["disclosure", "fault"]
    assert house.state("5").assignee == "bot"


def test_only_what_failed_comes_again() -> None:
    """A partial batch failure: the healthy conversation's messages leave the queue."""
    house = House(EchoBot())

    def throttle(moment: Moment) -> None:
        if (moment.when, moment.name) == ("before", "conversation") and len(reads) < 1:
            reads.append(1)
            fail()

    reads: list[int] = []
    house.moments.hook = throttle
    house.write("First in the batch?", user="6")
    house.write("Second in the batch?", user="5")
    assert len(house.converse()) == 2
    assert len(house.inbound_queue.all_messages()) == 1
    house.deliver()
    assert house.messenger.texts("5") == ["disclosure", "re: Second in the batch?"]
    house.rest()
    assert house.messenger.texts("6") == ["disclosure", "re: First in the batch?"]


def test_a_failed_event_keeps_those_behind_it_in_order(house: House) -> None:
    """What stands behind a throttled event comes again with it, not before it."""
    house.write("Is this the first?")
    house.write("Is this the second?")
    house.moments.hook = lambda moment: (
        fail() if moment.name == "conversation" and not house.messenger.calls else None
    )
    for _ in range(3):
        house.converse()
        house.now += 130 * SECOND
    house.moments.hook = lambda moment: None
    house.rest()
    assert house.messenger.texts() == [
        "disclosure",
        "re: Is this the first?",
        "re: Is this the second?",
    ]


OUTAGES = {
    "reads of the table": ("conversation", "record"),
    "writes of the table": ("put_conversation", "put_record", "put_item"),
    "the outbound queue": ("outbound.send",),
    "the record alone": ("put_record",),
}


@pytest.mark.parametrize("names", OUTAGES.values(), ids=OUTAGES.keys())
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_is_nobodys_fault(house: House, names: tuple[str, ...], when: str) -> None:
    """However long table or queue are out of reach: answered afterwards, once, no apology."""
    end = house.now + HOUR

    def outage(moment: Moment) -> None:
        if moment.when == when and moment.name in names and house.now < end:
            fail()

    house.moments.hook = outage
    house.write("When do you open?")
    house.write("And on Sundays?")
    house.rest()
    assert house.now < end + 10 * MINUTE
    assert when == "after" or house.now >= end
    assert house.written() == ["When do you open?", "And on Sundays?"]
    assert house.messenger.texts() == ["disclosure", "re: When do you open?", "re: And on Sundays?"]
    assert house.state().assignee == "bot"


def test_a_throttled_action_is_nobodys_fault(house: House) -> None:
    """An action server out of reach is waited for; the call carries the same key each time."""
    house.actions.answers["look_up"] = Unavailable("throttled")
    house.write("Please act on number seven.")
    for _ in range(6):
        house.converse()
        house.now += 130 * SECOND
    assert house.messenger.calls == 0
    house.actions.answers["look_up"] = {"found": 7}
    house.rest()
    assert house.messenger.texts() == ["disclosure", "found: 7"]
    assert len(house.actions.calls) == 7
    assert len({call.key for call in house.actions.calls}) == 1
    assert house.state().assignee == "bot"


def test_a_failing_action_ends_with_an_apology_and_a_person(house: House) -> None:
    """A custom action that fails is not tried again: apology, a person, and the thread tells it."""
    house.actions.answers["look_up"] = ActionFailed("no such action")
    house.write("Please act on number seven.")
    house.rest()
    assert house.messenger.texts() == ["disclosure", "fault"]
    assert house.state().assignee == "queue"
    [done] = [done for record in house.records() for done in record.actions]
    assert (done.action, done.result) == ("look_up", {"failed": "no such action"})
    assert len(house.actions.calls) == 1


def test_all_calls_of_a_turn_share_their_time(house: House) -> None:
    """Two slow actions must not outlive converse: the second gets what the first left it."""

    def take_five_seconds(moment: Moment) -> None:
        if (moment.when, moment.name) == ("after", "actions.call"):
            house.now += 5 * SECOND

    house.moments.hook = take_five_seconds
    house.write("Please act twice.")
    house.rest()
    assert house.actions.seconds == [8.0, 3.0]
    assert house.messenger.texts() == ["disclosure", "found: 7", "and: 7"]


def test_an_action_for_which_no_time_is_left_is_not_called(house: House) -> None:
    """A call that could not be waited for has failed: apology and a person."""

    def take_eight_seconds(moment: Moment) -> None:
        if (moment.when, moment.name) == ("after", "actions.call"):
            house.now += 8 * SECOND

    house.moments.hook = take_eight_seconds
    house.write("Please act twice.")
    house.rest()
    assert len(house.actions.calls) == 1
    assert house.messenger.texts() == ["disclosure", "fault"]
    done = [done.result for record in house.records() for done in record.actions]
    assert done == [{"found": 7}, {"failed": "look_up: no time is left for it"}]


def test_a_repeat_after_a_death_repeats_the_call_with_its_key(house: House) -> None:
    """Killed after the call: the same turn is decided again and the back end knows the key."""
    deaths: list[int] = []

    def die_once(moment: Moment) -> None:
        if (moment.when, moment.name) == ("after", "actions.call") and not deaths:
            deaths.append(1)
            die()

    house.moments.hook = die_once
    house.write("Please act on number seven.")
    house.rest()
    assert len(house.actions.calls) == 2
    assert house.actions.calls[0] == house.actions.calls[1]
    assert house.messenger.texts() == ["disclosure", "found: 7"]


def test_a_claim_during_a_call_keeps_its_result_and_tells_it(house: House) -> None:
    """A back end did something, then a person took over: the thread shows what was done."""
    house.ask("I want a person please.")
    house.write("Please act on number seven.")
    claims: list[int] = []

    def claim_then(moment: Moment) -> None:
        if (moment.when, moment.name) == ("after", "actions.call") and not claims:
            claims.append(1)
            house.claim()

    house.moments.hook = claim_then
    house.rest()
    assert len(house.actions.calls) == 1
    [done] = [done for record in house.records() for done in record.actions]
    assert (done.action, done.result) == ("look_up", {"found": 7})
    assert "found: 7" not in house.messenger.texts()


def test_a_conflict_after_a_call_does_not_repeat_it(house: House) -> None:
    """Decided anew in the same invocation, the results of calls are kept."""

    def another_invocation() -> None:
        house.now += 26 * SECOND  # the visibility has ended while the action ran
        house.moments.hook = once("after", "put_conversation", die)
        house.moments._inside = False
        house.converse()  # journals its attempt at the same turn, and dies

    house.moments.hook = once("after", "actions.call", another_invocation)
    house.write("Please act on number seven.")
    house.converse()
    assert house.said()[-1] == ("bot", "found: 7")
    assert len(house.actions.calls) == 1
    house.rest()
    assert house.messenger.texts() == ["disclosure", "found: 7"]


def test_what_even_a_fault_turn_cannot_write_comes_back_for_a_person() -> None:
    """From the dead-letter queue an event becomes a person's, with the customer's words kept."""
    house = House(EchoBot(), max_receives=3)
    house.moments.hook = lambda moment: (
        fail() if moment.handler == "converse" and moment.op == "cput" else None
    )
    house.write("When do you open?")
    while house.inbound_queue.groups:
        house.converse()
        house.now += 130 * SECOND
    assert house.inbound_dead.all_messages()
    house.moments.hook = lambda moment: None
    house.rest()
    assert not house.inbound_dead.groups
    assert house.written() == ["When do you open?"]
    assert house.messenger.texts() == ["disclosure", "fault"]
    assert house.state().assignee == "queue"


def test_a_dead_letter_that_was_handled_after_all_is_known() -> None:
    """The answer had been committed before its event died: it is not apologised for."""
    house = House(EchoBot(), max_receives=2)
    house.moments.hook = lambda moment: fail() if moment.name == "outbound.send" else None
    house.write("When do you open?")
    while house.inbound_queue.groups:
        house.converse()
        house.now += 130 * SECOND
    house.moments.hook = lambda moment: None
    house.rest()
    house.write("And on Sundays?")
    house.rest()
    assert "fault" not in house.messenger.texts()
    assert house.written() == ["When do you open?", "And on Sundays?"]


def test_a_dead_delivery_goes_back_and_is_marked() -> None:
    """It is sent again under an id of its own, or the queue would swallow it; doubt is marked."""
    house = House(EchoBot(), max_receives=2)
    down = [True]
    house.moments.hook = lambda moment: (
        die() if moment.name == "delivery_view" and down[0] else None
    )
    house.write("When do you open?")
    house.converse()
    while house.outbound_queue.groups:
        house.deliver()
        house.now += 19 * SECOND
    assert house.outbound_dead.all_messages()
    down[0] = False
    house.rest()
    assert house.messenger.texts() == ["disclosure", "re: When do you open?"]
    assert house.records()[0].unknown


def test_what_cannot_be_read_is_set_aside() -> None:
    """A dead letter that is no event is kept where operators look, and the rest is drained."""
    house = House(EchoBot())
    house.inbound_dead.send("g", "no event", "1")
    house.outbound_dead.send("g", "no delivery", "1")
    house.tick()
    assert sorted(house.archive.objects.values()) == [b"no delivery", b"no event"]
    assert not house.inbound_dead.groups
    assert not house.outbound_dead.groups


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("where", ["inbound", "outbound"])
def test_a_schedule_that_dies_at_a_burial_drains_once(where: str, when: str) -> None:
    """Sent again first, then buried: whenever it is killed, there is one message."""
    house = House(EchoBot(), max_receives=2)
    down = [True]
    stop = {"inbound": "put_conversation", "outbound": "delivery_view"}[where]
    house.moments.hook = lambda moment: fail() if moment.name == stop and down[0] else None
    house.write("When do you open?")
    queue = {"inbound": house.inbound_queue, "outbound": house.outbound_queue}[where]
    if where == "outbound":
        house.converse()
    run: Callable[[], object] = house.converse if where == "inbound" else house.deliver
    while queue.groups:
        run()
        house.now += 130 * SECOND
    down[0] = False
    deaths: list[int] = []

    def die_once(moment: Moment) -> None:
        if (moment.when, moment.name) == (when, f"{where}.bury") and not deaths:
            deaths.append(1)
            die()

    house.moments.hook = die_once
    house.rest(until=house.now + DAY)
    assert deaths
    assert house.written() == ["When do you open?"]
    assert len(house.messenger.texts()) == 2
