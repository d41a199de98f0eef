"""Die, or be cut off, before and after every single call: what the customer sees stays the same."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from channels.base import ProviderResponse
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import SECOND, House
from tests.guarantees.messenger import telegram_message
from tests.guarantees.moments import Moment, When, at, die, fail

type Scene = Callable[[House], None]


def one_question(house: House) -> None:
    """One event: a new conversation, the disclosure, two bubbles."""
    house.write("Is this one a long story?")


def two_events(house: House) -> None:
    """Two finished messages of one conversation in one batch."""
    house.write("Is this the first?")
    house.write("And this, is it a long one?")


def two_customers(house: House) -> None:
    """Two conversations in one batch, with more than one event each."""
    house.write("Erika asks first.", user="5")
    house.write("Otto asks second.", user="6")
    house.write("Erika asks again, at length: a long one.", user="5")


def a_hand_over(house: House) -> None:
    """A person on request, and an addition in the same batch: two more items and a timer."""
    house.write("I want a person please.")
    house.write("My number is seven, by the way.")


def an_action(house: House) -> None:
    """A custom action, journalled before it is called."""
    house.write("Please act on number seven.")


def an_agent(house: House) -> None:
    """Somebody waits; a claim, two replies and the end of it stand in the queue."""
    house.write("I want a person please.")
    house.rest()
    epoch = house.claim().epoch
    house.reply("Good morning.", epoch)
    house.reply("That is done.", epoch)
    house.resolve(epoch)


def a_pause(house: House) -> None:
    """The messenger asks to wait: three deliveries are parked, and drained later."""
    busy = {"ok": False, "error_code": 429, "parameters": {"retry_after": 90}}
    house.messenger.answers = [lambda: ProviderResponse(429, json.dumps(busy).encode())]
    for n in range(3):
        house.write(f"What about number {n}?")
        house.rest(until=house.now + 20 * SECOND)


SCENES = (one_question, two_events, two_customers, a_hand_over, an_action, an_agent)
USERS = ("5", "6")


def _play(scene: Scene) -> House:
    house = House(EchoBot(), first_reply_minutes=10)
    scene(house)
    house.rest()
    return house


def _moments(scene: Scene, handler: str) -> list[Moment]:
    """Return every moment at which dying could matter, of a run without faults."""
    return [
        moment
        for moment in _play(scene).moments.passed
        if moment.handler == handler and not (moment.is_a_read and moment.when == "after")
    ]


def _picture(house: House) -> dict[str, Any]:
    """Return everything that must not depend on what died when; times and marks do."""
    states = house.table.all_conversations()
    return {
        "at rest": (house.inbound_queue.groups, house.outbound_queue.groups),
        "thread": {
            id_: [
                (message.author, message.content.text, message.event_id, record.states)
                for record in house.table.all_records(id_)
                for message in record.messages
            ]
            for id_ in states
        },
        "actions": {
            id_: [done for record in house.table.all_records(id_) for done in record.actions]
            for id_ in states
        },
        "conversations": {
            id_: {
                **state.model_dump(include={"sequence", "epoch", "assignee", "disclosed"}),
                "known": len(state.known),
                "timers": sorted(state.timers),
                "started": state.started,
                "reference": state.escalation.reference if state.escalation else "",
                "index": house.table.item(f"R#{state.escalation.reference}", "R")
                and state.escalation.reason
                if state.escalation
                else None,
                "closed": [body["outcome"] for _, body in house.table.items(id_, "X#")],
            }
            for id_, state in states.items()
        },
        "first seen": {user: list(dict.fromkeys(house.messenger.texts(user))) for user in USERS},
    }


def _unmarked_doubles(house: House) -> Counter[str]:
    """Return what a messenger took more than once without a mark in the thread."""
    marked = {
        message.content.text
        for id_ in house.table.all_conversations()
        for record in house.table.all_records(id_)
        for message in record.messages
        if message.id in record.unknown
    }
    return Counter(
        {
            text: n
            for (_, text), n in house.messenger.counts().items()
            if n > 1 and text not in marked
        }
    )


def _same_as_undisturbed(scene: Scene, handler: str, harm: Callable[[], None]) -> None:
    moments = _moments(scene, handler)
    assert len(moments) > 5
    undisturbed = _picture(_play(scene))
    for moment in moments:
        house = House(EchoBot(), first_reply_minutes=10)
        house.moments.hook = at(moment, harm)
        scene(house)
        house.rest()
        assert moment in house.moments.passed
        assert _picture(house) == undisturbed, moment
        assert not _unmarked_doubles(house), moment


@pytest.mark.parametrize("harm", [die, fail], ids=["killed", "cut off"])
@pytest.mark.parametrize("scene", SCENES)
def test_converse_may_end_at_any_call(scene: Scene, harm: Callable[[], None]) -> None:
    """Killed or cut off before or after any call: kept once, answered once, in order, no fault."""
    _same_as_undisturbed(scene, "converse", harm)


@pytest.mark.parametrize("harm", [die, fail], ids=["killed", "cut off"])
@pytest.mark.parametrize("scene", [*SCENES, a_pause])
def test_deliver_may_end_at_any_call(scene: Scene, harm: Callable[[], None]) -> None:
    """Killed or cut off before or after any call: every bubble arrives, in order, doubt marked."""
    _same_as_undisturbed(scene, "deliver", harm)


@pytest.mark.parametrize("scene", SCENES)
def test_deliver_doubles_only_what_was_sent_and_not_recorded(scene: Scene) -> None:
    """A death away from the messenger's answer doubles nothing."""
    for moment in _moments(scene, "deliver"):
        house = House(EchoBot(), first_reply_minutes=10)
        house.moments.hook = at(moment, die)
        scene(house)
        house.rest()
        doubled = sum(n - 1 for n in house.messenger.counts().values())
        unrecorded = (moment.when, moment.name) in (
            ("after", "provider.call"),
            ("before", "note_outcome"),
        )
        assert doubled == unrecorded, moment


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_webhook_may_die_at_the_queue(when: When) -> None:
    """No 200 before the queue has it; the messenger's repeat then leads to one message."""
    for harm in (die, fail):
        house = House(EchoBot())
        house.moments.hook = at(Moment("webhook", when, 2, "send", "inbound.send"), harm)
        event = telegram_message("5", 1, house.now, text="Is it there?")
        assert house.post(event) in (0, 503)
        house.now += SECOND
        house.moments.hook = lambda moment: None
        assert house.post(event) == 200
        house.rest()
        assert house.written() == ["Is it there?"]
        assert house.messenger.texts() == ["disclosure", "re: Is it there?"]


def test_a_claim_may_die_at_any_call() -> None:
    """Whoever claims and dies: either nobody has it, or the customer is told who does."""

    def claim_of(house: House) -> None:
        house.write("I want a person please.")
        house.rest()
        house._run("desk", house.claim)

    for moment in _moments(claim_of, "desk"):
        house = House(EchoBot())
        house.moments.hook = at(moment, die)
        claim_of(house)
        house.rest(until=house.now + 180 * SECOND)
        claimed = house.state().assignee == "agent:anna"
        assert house.messenger.texts().count("agent_joined") == claimed, moment
        assert ("agent_joined" in [text for _, text in house.said()]) == claimed
