"""What a visitor writes becomes one event; what it may not contain changes nothing."""

import json

import pytest

from conversation.errors import Unavailable
from tests.fakes import Faults
from tests.unit.webchat.house import NOW, House, options

UUID = "0b5d7b3e-5a6f-4c1e-9a57-1f2d3c4b5a69"


def test_a_text_becomes_an_event_of_the_own_conversation() -> None:
    """202 means that the event is in the queue, in the group of the visitor's conversation."""
    house = House()
    token = house.visitor()

    answer = house.call("POST", "messages", {"id": UUID, "text": " Guten Tag \n"}, token)

    [(group, event)] = house.arrived()
    assert answer.status == 202
    assert group == house.identity.conversation(house.address(token))
    assert event.incoming.address == house.address(token)
    assert event.incoming.provider_id == UUID
    assert event.incoming.content is not None
    assert event.incoming.content.text == "Guten Tag"


def test_a_repeat_is_the_same_event_and_another_visitors_is_not() -> None:
    """A page that repeats after a lost answer changes nothing; ids of two pages never meet."""
    house = House()
    mine, other = house.visitor(), house.visitor()
    body = {"id": UUID, "text": "Hallo", "sent_at": NOW - 5_000}
    for token in (mine, mine, other):
        house.call("POST", "messages", body, token)

    ids = [event.id for _, event in house.arrived()]

    assert len(ids) == 2, "the queue swallowed the repeat by its id"
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("told", "kept"), [(None, NOW), (NOW - 7_000, NOW - 7_000), (NOW + 3_600_000, NOW)]
)
def test_times_are_the_visitors_but_never_in_the_future(told: int | None, kept: int) -> None:
    """A message that waited for a connection keeps its time; no fast clock is believed."""
    house = House()
    house.call("POST", "messages", {"id": UUID, "text": "Hallo", "sent_at": told}, house.visitor())

    [(_, event)] = house.arrived()

    assert (event.at, event.incoming.sent_at) == (kept, kept)


def test_a_typed_payload_is_a_text() -> None:
    """Customers cannot type themselves into an intent."""
    house = House()
    house.call("POST", "messages", {"id": UUID, "text": "/talk_to_human"}, house.visitor())

    [(_, event)] = house.arrived()

    assert event.incoming.content is not None
    assert event.incoming.content.payload is None


@pytest.mark.parametrize("flush", [True, False])
def test_a_tap_brings_the_payload_that_we_offered(flush: bool) -> None:
    """The page sends where it tapped; title and payload are ours, flushed or still pending."""
    house = House()
    token = house.visitor()
    house.call("POST", "messages", {"id": UUID, "text": "Hallo"}, token)
    [(_, event)] = house.arrived()
    house.keep(event, options("Was?", "Rechnung", "Umzug"), flush=flush)

    tap = {"id": UUID.replace("0b", "1b"), "choice": {"message_id": "1.01", "index": 1}}
    answer = house.call("POST", "messages", tap, token)

    [(_, chosen)] = house.arrived()
    assert answer.status == 202
    assert chosen.incoming.content is not None
    assert chosen.incoming.content.text == "Umzug"
    assert chosen.incoming.content.payload == "/umzug"


@pytest.mark.parametrize(
    ("message_id", "index"), [("1.01", 2), ("1.00", 0), ("1.02", 0), ("2.01", 0), ("1.1", 0)]
)
def test_an_option_that_was_not_offered_is_refused(message_id: str, index: int) -> None:
    """A choice that this visitor was not given is 400, and nothing reaches the queue."""
    house = House()
    token = house.visitor()
    house.call("POST", "messages", {"id": UUID, "text": "Hallo"}, token)
    [(_, event)] = house.arrived()
    house.keep(event, options("Was?", "Rechnung", "Umzug"))

    tap = {"id": UUID, "choice": {"message_id": message_id, "index": index}}

    assert house.call("POST", "messages", tap, token).status == 400
    assert house.arrived() == []


def test_an_option_of_another_visitor_or_channel_is_refused() -> None:
    """Choices are looked up in the own conversation only, and there in what was said here."""
    house = House()
    mine, other = house.visitor(), house.visitor()
    house.commit(house.address(other), [("bot", options("Was?", "Ja"))])
    house.commit(house.address(mine), [("bot", options("Was?", "Ja"))], to="whatsapp:1:49170")

    tap = {"id": UUID, "choice": {"message_id": "1.00", "index": 0}}

    assert house.call("POST", "messages", tap, mine).status == 400
    assert house.call("POST", "messages", tap, house.visitor()).status == 400
    assert house.call("POST", "messages", tap, other).status == 202


@pytest.mark.parametrize(
    "body",
    [
        "not JSON",
        "[]",
        "{}",
        json.dumps({"id": UUID}),
        json.dumps({"text": "Hallo"}),
        json.dumps({"id": "1", "text": "Hallo"}),
        json.dumps({"id": UUID, "text": " \n\t "}),
        json.dumps({"id": UUID, "text": "x" * 8_001}),
        json.dumps({"id": UUID, "text": "\ud800"}),
        json.dumps({"id": UUID, "text": 7}),
        json.dumps({"id": UUID, "text": "Hallo", "payload": "/talk_to_human"}),
        json.dumps({"id": UUID, "text": "Hallo", "sent_at": -1}),
        json.dumps({"id": UUID, "text": "Hi", "choice": {"message_id": "1.00", "index": 0}}),
        json.dumps({"id": UUID, "choice": {"message_id": "1.00", "index": -1}}),
        json.dumps({"id": UUID, "choice": {"message_id": "../1", "index": 0}}),
    ],
)
def test_what_is_not_a_message_is_a_problem_and_changes_nothing(body: str) -> None:
    """400 with problem details that name the field and repeat nothing of what was sent."""
    house = House()

    answer = house.call("POST", "messages", body, house.visitor(), Origin="https://a.example")

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://a.example")
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert "Hallo" not in answer.body
    assert house.arrived() == []


def test_the_longest_text_is_taken() -> None:
    """8,000 characters fit, whatever they are."""
    house = House()

    answer = house.call("POST", "messages", {"id": UUID, "text": "ß" * 8_000}, house.visitor())

    assert answer.status == 202


def test_a_body_over_the_limit_is_not_even_parsed() -> None:
    """413 in problem details that the embedding page can read."""
    house = House()

    answer = house.call(
        "POST", "messages", "x" * 70_000, house.visitor(), Origin="https://a.example"
    )

    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://a.example")
    assert house.arrived() == []


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]>\"'&amp;", "\u202eabc\x00"],
)
def test_hostile_text_comes_back_as_the_same_text(text: str) -> None:
    """Nothing is interpreted, escaped or dropped on the way: the page shows text as text."""
    house = House()
    token = house.visitor()
    house.call("POST", "messages", {"id": UUID, "text": text}, token)
    for _, event in house.arrived():
        house.keep(event)

    answer = house.call("GET", "messages", token=token)

    assert answer.json["messages"][0]["text"] == text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


class QueueDown(Faults):
    """The inbound queue cannot be reached."""

    def before(self, op: str, name: str) -> None:
        """Refuse what goes to the queue."""
        if name == "inbound.send":
            raise Unavailable(name)


def test_what_the_queue_did_not_take_is_not_accepted() -> None:
    """503 and when to come again, never a 202 for something lost."""
    house = House(faults=QueueDown())

    answer = house.call("POST", "messages", {"id": UUID, "text": "Hallo"}, house.visitor())

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_card_number_does_not_reach_the_queue() -> None:
    """It is masked before anything keeps it; its last digits tell which one is meant."""
    house = House()
    house.call("POST", "messages", {"id": UUID, "text": "4111 1111 1111 1111"}, house.visitor())

    [(_, event)] = house.arrived()

    assert event.incoming.content is not None
    assert event.incoming.content.text == "•••• 1111"
