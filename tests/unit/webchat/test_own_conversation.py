"""A visitor sees the own conversation, and nothing that was not said there."""

import pytest

from conversation.message import Content
from tests.unit.webchat.house import REFERENCE, House, options

UUID = "0b5d7b3e-5a6f-4c1e-9a57-1f2d3c4b5a69"


def _spoken(house: House, token: str, text: str, *answers: Content) -> None:
    house.call("POST", "messages", {"id": UUID, "text": text}, token)
    for _, event in house.arrived():
        house.keep(event, *answers)


def test_a_visitor_reads_the_own_conversation() -> None:
    """What was said is shown in order, with who said it and the options that were offered."""
    house = House()
    token = house.visitor()
    _spoken(house, token, "Guten Tag", options("Was möchten Sie?", "Zählerstand", "Rechnung"))

    thread = house.call("GET", "messages", token=token).json

    assert [(m["who"], m["text"]) for m in thread["messages"]] == [
        ("you", "Guten Tag"),
        ("assistant", "Was möchten Sie?"),
    ]
    assert thread["messages"][0]["client_id"] == UUID
    assert thread["messages"][1]["options"] == ["Zählerstand", "Rechnung"]
    assert thread["cursor"] == 1


def test_another_visitor_sees_nothing() -> None:
    """A token opens one conversation: another's, real or invented, finds an empty one."""
    house = House()
    _spoken(house, house.visitor(), "Meine Kundennummer ist 4711", Content(text="Danke."))

    for foreign in (house.visitor(), "A" * 43):
        answer = house.call("GET", "messages", token=foreign)
        assert answer.status == 200
        assert answer.json["messages"] == []
        assert "4711" not in answer.body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer short"},
        {"Authorization": "Basic " + "A" * 43},
        {"Authorization": f"Bearer {'A' * 43} {'A' * 43}"},
        {"Authorization": f"Bearer {'A' * 42}:"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_reads_or_writes_without_a_token(method: str, headers: dict[str, str]) -> None:
    """What is not a token of ours is 401 in problem details, and nothing reaches the queue."""
    house = House()
    body = {"id": UUID, "text": "Hallo"} if method == "POST" else None

    answer = house.call(method, "messages", body, **headers)

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == 401
    assert house.arrived() == []


def test_the_token_is_never_taken_from_the_address() -> None:
    """A token in the query is no token: addresses stand in logs."""
    house = House()

    assert house.call("GET", f"messages?token={house.visitor()}").status == 401


def test_tokens_are_long_and_never_the_same() -> None:
    """A token has 256 random bits."""
    tokens = {House().visitor() for _ in range(50)}

    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}


def test_words_for_agents_and_for_other_channels_stay_there() -> None:
    """Notes without an address and what was said on WhatsApp are not the web chat's."""
    house = House()
    token = house.visitor()
    address = house.address(token)
    house.commit(address, [("system", Content(text="nur für Agenten"))], to=None)
    house.commit(address, [("bot", Content(text="auf WhatsApp"))], to="whatsapp:1:49170")
    house.commit(address, [("bot", Content(text="hier"))])

    thread = house.call("GET", "messages", token=token).json

    assert [m["text"] for m in thread["messages"]] == ["hier"]
    assert thread["cursor"] == 3


def test_a_waiting_customer_reads_the_reference_and_then_a_first_name() -> None:
    """Waiting tells the reference; a person has a first name, and nothing else of them is told."""
    house = House()
    token = house.visitor()
    address = house.address(token)
    house.hand_over(address, "Ein Mensch antwortet Ihnen hier.")
    waiting = house.call("GET", "messages", token=token).json
    house.claim(address, "Jana Krause")
    house.commit(address, [("agent", Content(text="Guten Tag!"))], agent="agent-id-17")

    answer = house.call("GET", "messages?after=1", token=token)

    assert waiting["speaker"] == {"who": "waiting", "name": "", "reference": REFERENCE}
    assert answer.json["speaker"] == {"who": "person", "name": "Jana", "reference": REFERENCE}
    assert [(m["who"], m["name"]) for m in answer.json["messages"]] == [
        ("assistant", ""),
        ("person", "Jana"),
    ]
    for secret in ("agent-id-17", "Krause", house.conversation(address).id):
        assert secret not in answer.body
