"""One delivery, many bubbles: a cursor, an outcome for each, and no odd one stops the others."""

import json
from itertools import pairwise

import pytest

from channels.base import ProviderResponse
from channels.telegram import Telegram
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import SECOND, House
from tests.guarantees.messenger import address
from tests.guarantees.moments import Moment, die, once


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def test_every_bubble_has_its_outcome_and_its_id(house: House) -> None:
    """Sent is what the messenger took, under the id that it gave."""
    house.ask("Is this one a long story?")
    [record] = house.records()
    sent = [message.id for message in record.messages if message.author != "customer"]
    assert len(sent) == 3
    assert record.states == dict.fromkeys(sent, "sent")
    assert record.provider_ids == {id_: (str(900_001 + n),) for n, id_ in enumerate(sent)}
    assert record.cursor == {address("5"): 3}
    assert record.unknown == ()


def test_a_long_text_is_sent_in_parts_and_is_sent_when_all_are(house: House) -> None:
    """The parts go in order; dying between them repeats only what has no outcome."""
    text = " ".join(f"word{n}" for n in range(1_500)) + "?"
    calls: list[Moment] = []

    def die_before_the_third(moment: Moment) -> None:
        if (moment.when, moment.name) == ("before", "provider.call"):
            calls.append(moment)
            if len(calls) == 3:
                die()

    house.moments.hook = die_before_the_third
    house.write(text)
    house.converse()
    house.deliver()
    [record] = house.records()
    answer = record.messages[-1].id
    assert answer not in record.states  # its first part is out, it is not
    house.rest()
    parts = house.messenger.texts()[1:]
    assert len(parts) > 2
    assert " ".join(part for part in dict.fromkeys(parts)) == f"re: {text}"
    assert house.records()[0].states[answer] == "sent"
    assert len(house.records()[0].provider_ids[answer]) == len(dict.fromkeys(parts))


def test_a_long_text_that_is_claimed_away_in_the_middle_is_withdrawn(house: House) -> None:
    """A claim between two parts: the rest is not sent, and it is not called sent."""
    house.ask("I want a person please.")
    house.write(" ".join(f"word{n}" for n in range(1_500)) + "?")
    house.converse()
    house.moments.hook = once("after", "note_outcome", die)
    house.deliver()
    house.claim()
    house.rest()
    record = next(r for r in house.records() if any(m.author == "bot" for m in r.messages))
    answer = next(m for m in record.messages if m.author == "bot")
    assert record.states[answer.id] == "withdrawn"
    assert sum("word" in text for text in house.messenger.texts()) == 1


def test_what_cannot_be_rendered_is_a_refusal(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own mistake with one message is told once, and does not hold the address for ever."""

    def broken(*_: object) -> list[object]:
        raise KeyError("odd")

    house.write("When do you open?")
    house.converse()
    with monkeypatch.context() as patched:
        patched.setattr(Telegram, "render", broken)
        house.deliver()
    house.rest()
    notes = [m.content.text for m in house.thread() if m.address is None]
    assert notes == ["delivery_failed: unrenderable"]
    assert house.messenger.calls == 0
    house.resolve(house.claim().epoch)
    house.rest()
    assert house.messenger.texts() == ["agent_joined", "resolved"]


def test_asked_to_wait_again_and_again_it_asks_less_often(house: House) -> None:
    """Each refusal to take it now doubles the patience."""
    busy = json.dumps({"ok": False, "error_code": 500}).encode()
    asked: list[int] = []

    def trouble() -> ProviderResponse:
        asked.append(house.now)
        return ProviderResponse(500, busy)

    house.messenger.answers = [trouble] * 4
    house.ask("When do you open?")
    waits = [(b - a) // SECOND for a, b in pairwise(asked)]
    assert waits == sorted(waits)
    assert waits[-1] >= waits[0]
    assert house.messenger.texts()[-1] == "re: When do you open?"


def test_two_addresses_in_a_batch_do_not_wait_for_each_other(house: House) -> None:
    """One address's trouble leaves the other's messages alone."""
    house.write("When do you open?", user="5")
    house.write("And where are you?", user="6")
    house.converse()
    body = {"ok": False, "error_code": 500}
    house.messenger.answers = [lambda: ProviderResponse(500, json.dumps(body).encode())]
    assert len(house.deliver()) == 2
    assert len(house.outbound_queue.all_messages()) == 1
    assert len(house.messenger.taken) == 2
    assert {taken.address for taken in house.messenger.taken} == {address("6")}
