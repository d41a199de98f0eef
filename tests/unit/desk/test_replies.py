"""What agents say and do goes through the conversation's queue, once, and is never lost."""

from typing import Any

import pytest

from conversation.event import HandBack, Reply, Resolve, event_from_json
from tests.unit.desk.scenes import JONAS, NOW, House

ID = "6d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e"


@pytest.fixture
def house() -> House:
    """Return a house in which Anna has Yusuf's conversation."""
    house = House()
    waiting = house.waiting("Yusuf")
    assert house.ask("POST", f"/desk/api/conversations/{waiting.id}/claim").status == 200
    return house


def _path(house: House) -> str:
    [id_] = house.table.all_conversations()
    return f"/desk/api/conversations/{id_}"


def _events(house: House) -> list[Any]:
    return [event_from_json(message.body) for message in house.inbound_queue.receive()]


def test_a_reply_is_an_event_of_its_conversation(house: House) -> None:
    """The reply carries the page's id, the epoch in which it was written, and who wrote it."""
    body = {"id": ID, "epoch": 3, "text": "Guten Tag", "sent_at": NOW - 5}
    assert house.ask("POST", f"{_path(house)}/replies", body).status == 202
    [message] = house.inbound_queue.receive()
    [id_] = house.table.all_conversations()
    assert message.group == id_
    assert event_from_json(message.body) == Reply(
        id=f"reply:{ID}", at=NOW - 5, agent="anna-1", epoch=3, text="Guten Tag"
    )


def test_a_repeated_reply_is_the_same_event(house: House) -> None:
    """The page may send again after a broken line: the queue knows the id."""
    body = {"id": ID, "epoch": 3, "text": "Guten Tag", "sent_at": NOW}
    for _ in range(3):
        assert house.ask("POST", f"{_path(house)}/replies", body).status == 202
    assert len(_events(house)) == 1


def test_a_reply_from_the_future_is_dated_now(house: House) -> None:
    """A wrong clock at the agent's desk does not put a message before its answer."""
    body = {"id": ID, "epoch": 3, "text": "Guten Tag", "sent_at": NOW + 10**9}
    house.ask("POST", f"{_path(house)}/replies", body)
    assert _events(house)[0].at == NOW


def test_a_reply_without_the_conversation_becomes_a_draft(house: House) -> None:
    """Who does not have it is told 409 and keeps the text; nothing reaches the customer."""
    body = {"id": ID, "epoch": 3, "text": "Ich auch!", "sent_at": NOW}
    answer = house.ask("POST", f"{_path(house)}/replies", body, claims=JONAS)
    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert _events(house) == []
    thread = house.ask("GET", _path(house), claims=JONAS).json
    assert thread["drafts"] == [{"id": "", "text": "Ich auch!", "attachments": []}]


@pytest.mark.parametrize(
    ("what", "kind"), [("resolve", Resolve), ("hand-back", HandBack)], ids=["resolve", "hand back"]
)
def test_ending_is_an_event_too(house: House, what: str, kind: type[Resolve | HandBack]) -> None:
    """Resolved and handed back are decided in order with everything else that happens."""
    answer = house.ask("POST", f"{_path(house)}/{what}", {"id": ID, "epoch": 3})
    assert answer.status == 202
    [event] = _events(house)
    assert isinstance(event, kind)
    assert (event.agent, event.epoch) == ("anna-1", 3)
    assert (
        house.ask("POST", f"{_path(house)}/{what}", {"id": ID, "epoch": 3}, claims=JONAS).status
        == 409
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "not-a-uuid", "epoch": 3, "text": "x", "sent_at": 1},
        {"id": ID, "epoch": 3, "text": "", "sent_at": 1},
        {"id": ID, "epoch": "three", "text": "x", "sent_at": 1},
        {"id": ID, "epoch": 3, "text": "x" * 20_000, "sent_at": 1},
        {"id": ID, "epoch": 3, "text": "x", "sent_at": -1},
        {"id": ID, "epoch": 3, "text": "x", "sent_at": 1, "agent": "jonas-2"},
        ["no", "object"],
    ],
)
def test_a_malformed_reply_changes_nothing(house: House, body: object) -> None:
    """What the address does not take is a clear 400 that repeats nothing of what was sent."""
    answer = house.ask("POST", f"{_path(house)}/replies", body)
    assert answer.status == 400
    assert answer.json["title"] == "Bad request"
    assert "jonas-2" not in answer.body
    assert _events(house) == []


def test_replies_to_nobody_are_not_found(house: House) -> None:
    """A conversation that does not exist takes no reply."""
    body = {"id": ID, "epoch": 3, "text": "x", "sent_at": 1}
    assert house.ask("POST", f"/desk/api/conversations/{'q' * 32}/replies", body).status == 404


CARD, MASKED = "Ihre Karte 4111 1111 1111 1111, PIN 1234", "Ihre Karte •••• 1111, PIN 1234"


def test_a_reply_holds_no_card_number(house: House) -> None:
    """Neither the queue nor the thread nor the messenger gets it; other numbers stay."""
    body = {"id": ID, "epoch": 3, "text": CARD, "sent_at": NOW}
    assert house.ask("POST", f"{_path(house)}/replies", body).status == 202
    assert [event.text for event in _events(house)] == [MASKED]


@pytest.mark.parametrize("claims", [None, JONAS])
def test_a_draft_holds_no_card_number(house: House, claims: dict[str, Any] | None) -> None:
    """Whether it is being typed, or comes back since somebody else has the conversation."""
    if claims is None:
        assert house.ask("PUT", f"{_path(house)}/draft", {"text": CARD}).status == 204
        thread = house.ask("GET", _path(house)).json
    else:
        body = {"id": ID, "epoch": 3, "text": CARD, "sent_at": NOW}
        assert house.ask("POST", f"{_path(house)}/replies", body, claims=claims).status == 409
        thread = house.ask("GET", _path(house), claims=claims).json
    assert [draft["text"] for draft in thread["drafts"]] == [MASKED]
