"""The simulated WhatsApp behaves as the Cloud API does."""

from typing import Any

import httpx
import pytest

from channels.base import ProviderResponse, Refused, RetryAfter, Sent
from channels.registry import CHANNELS
from conversation.message import Button, Content, Message
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import Clock, Phone, StubHouse

pytestmark = pytest.mark.enable_socket

WHATSAPP = CHANNELS["whatsapp"]
USER = "4917604069001"
DAY_MS = 24 * 3_600_000


def body(**more: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": USER, **more}


def text(words: str, **more: Any) -> dict[str, Any]:
    return body(type="text", text={"body": words}, **more)


def buttons(*options: tuple[str, str], words: str = "Welche?") -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": i, "title": title}} for i, title in options]
    interactive = {"type": "button", "body": {"text": words}, "action": {"buttons": replies}}
    return body(type="interactive", interactive=interactive)


def rows(*titles: str, opener: str = "Auswählen") -> dict[str, Any]:
    section = {"rows": [{"id": f"row {title}", "title": title} for title in titles]}
    action = {"button": opener, "sections": [section]}
    interactive = {"type": "list", "body": {"text": "Welche?"}, "action": action}
    return body(type="interactive", interactive=interactive)


def answer_of(response: httpx.Response) -> ProviderResponse:
    return ProviderResponse(response.status_code, response.content, dict(response.headers))


def house_side(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["side"] == "house"]


def test_signature_covers_the_escaped_bytes(
    messengers: Messengers, house: StubHouse, phone: Phone
) -> None:
    """What a customer writes comes ASCII-escaped and signed, as the channel's module checks it."""
    words = "Zähler 4711 / Größe? 👋🏽"
    sent = phone.does("whatsapp", USER, text=words, name="Erika Muster")
    [(channel, request)] = house.wait_for(1)
    assert channel == "whatsapp"
    assert request.account == messengers.whatsapp.account.account
    assert request.body.isascii()
    assert rb"\/" in request.body
    assert WHATSAPP.verify(request, messengers.whatsapp.account.secrets())
    assert not WHATSAPP.verify(request, {"app_secret": "another"})
    [event] = house.events(1)
    assert (event.kind, event.user, event.name) == ("message", USER, "Erika Muster")
    assert event.provider_id == sent["provider_id"]
    assert event.content is not None
    assert event.content.text == words


def test_receipts_come_in_order_with_our_reference(
    whatsapp_api: httpx.Client, house: StubHouse, phone: Phone
) -> None:
    """A send is accepted, shown, and reported sent, delivered, read with our own reference."""
    phone.does("whatsapp", USER, text="hallo")
    answer = whatsapp_api.post("messages", json=text("Guten Tag", biz_opaque_callback_data="c.1.0"))
    outcome = WHATSAPP.outcome(answer_of(answer))
    assert isinstance(outcome, Sent)
    receipts = [event for event in house.events(4) if event.kind == "status"]
    assert {event.target for event in receipts} == {outcome.provider_id}
    told = [(e.receipt.state, e.receipt.reference) for e in receipts if e.receipt]
    assert told == [("sent", "c.1.0"), ("delivered", "c.1.0"), ("read", "c.1.0")]
    shown = phone.shows("whatsapp", USER, lambda all_: house_side(all_)[-1]["state"] == "read")
    assert house_side(shown)[0]["text"] == "Guten Tag"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (text("x" * 4097), 100),
        (text(" "), 131008),
        (text("x", to="not a number"), 131009),
        (text("x", to=None), 131008),
        (text("x", messaging_product="sms"), 100),
        (text("x", biz_opaque_callback_data="r" * 513), 100),
        (buttons(("1", "x" * 21)), 100),
        (buttons(("1", "Ja"), words="x" * 1025), 100),
        (buttons(*((str(n), f"Option {n}") for n in range(4))), 131009),
        (buttons(("1", "Ja"), ("1", "Nein")), 131009),
        (buttons(("1", "Ja"), ("2", "Ja")), 131009),
        (buttons(("x" * 257, "Ja")), 100),
        (rows("x" * 25), 100),
        (rows(*(f"Zeile {n}" for n in range(11))), 131009),
        (rows("Zeile", opener="x" * 21), 100),
        (body(type="hologram"), 131051),
    ],
)
def test_limits(whatsapp_api: httpx.Client, phone: Phone, wrong: dict[str, Any], code: int) -> None:
    """What breaks a limit is refused at once with Meta's code and shown on no phone."""
    phone.does("whatsapp", USER, text="hallo")
    answer = whatsapp_api.post("messages", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    query = {"channel": "whatsapp", "user": USER}
    shown = phone.http.get("/control/messages", params=query).json()["messages"]
    assert house_side(shown) == []


def test_what_the_house_renders_passes(whatsapp_api: httpx.Client, phone: Phone) -> None:
    """The channel's own calls, texts of all lengths and options of all numbers, are accepted."""
    phone.does("whatsapp", USER, text="hallo")
    for number in (0, 1, 3, 7, 10):
        options = tuple(Button(title=f"Wahl {n}", payload=f"p{n}") for n in range(number))
        content = Content(text="Wörter " * 900, buttons=options)
        message = Message(
            id="c.1.0", author="bot", address=f"whatsapp:1:{USER}", content=content, sent_at=0
        )
        calls = WHATSAPP.render(message, "1", USER)
        answers = [whatsapp_api.post("messages", json=dict(call.json)) for call in calls]
        assert [answer.status_code for answer in answers] == [200] * len(calls)


def test_wrong_token_and_number(whatsapp_api: httpx.Client) -> None:
    """A wrong token is 401 with code 190; another number's messages cannot be sent."""
    wrong = whatsapp_api.post("messages", json=text("x"), headers={"Authorization": "Bearer no"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, 190)
    assert isinstance(WHATSAPP.outcome(answer_of(wrong)), Refused)
    other = whatsapp_api.post("../4711/messages", json=text("x"))
    assert other.status_code == 400


def test_window(whatsapp_api: httpx.Client, house: StubHouse, phone: Phone, clock: Clock) -> None:
    """A day after the customer's last message a text is accepted and then fails with 131047."""
    phone.does("whatsapp", USER, text="hallo")
    clock.now += DAY_MS - 1
    assert whatsapp_api.post("messages", json=text("noch offen")).status_code == 200
    house.wait_for(4)
    clock.now += 1
    assert whatsapp_api.post("messages", json=text("zu spät")).status_code == 200
    failed = house.events(5)[-1]
    assert failed.receipt is not None
    assert (failed.receipt.state, failed.receipt.code) == ("failed", "131047")


def test_unknown_recipient(whatsapp_api: httpx.Client, house: StubHouse) -> None:
    """A message to somebody who never wrote is accepted and then fails as undeliverable."""
    assert whatsapp_api.post("messages", json=text("hallo")).status_code == 200
    [failed] = house.events(1)
    assert failed.receipt is not None
    assert (failed.receipt.state, failed.receipt.code) == ("failed", "131026")


def test_taps(whatsapp_api: httpx.Client, house: StubHouse, phone: Phone) -> None:
    """A tapped button or row comes back with the payload that the house gave it."""
    phone.does("whatsapp", USER, text="hallo")
    whatsapp_api.post("messages", json=buttons(("yes!", "Ja"), ("no!", "Nein")))
    phone.does("whatsapp", USER, button="Nein")
    whatsapp_api.post("messages", json=rows("Strom", "Gas"))
    phone.does("whatsapp", USER, button="row Gas")
    events = house.events(9)
    taps = [event.content for event in events if event.content and event.content.payload]
    assert [(tap.text, tap.payload) for tap in taps] == [("Nein", "no!"), ("Gas", "row Gas")]
    missing = {"channel": "whatsapp", "user": USER, "button": "Vielleicht"}
    assert phone.http.post("/control/messages", json=missing).status_code == 404


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ({"photo": "mein Zähler"}, "message"),
        ({"voice": 4}, "message"),
        ({"sticker": "👍"}, "message"),
        ({"location": {"latitude": 52.5, "longitude": 13.4}}, "message"),
        ({"raw": {"type": "hologram", "hologram": {}}}, "message"),
        ({"reaction": {"provider_id": "{first}", "emoji": "❤️"}}, "reaction"),
        ({"edit": {"provider_id": "{first}", "text": "guten Tag"}}, "edit"),
        ({"delete": {"provider_id": "{first}"}}, "delete"),
        ({"text": "dazu", "reply_to": "{first}"}, "message"),
    ],
)
def test_every_act_is_understood(
    house: StubHouse, phone: Phone, act: dict[str, Any], kind: str
) -> None:
    """Whatever a customer does comes in the shape that the channel's module knows."""
    first = phone.does("whatsapp", USER, text="hallo")["provider_id"]
    for value in act.values():
        if isinstance(value, dict) and "provider_id" in value:
            value["provider_id"] = first
    if "reply_to" in act:
        act = {**act, "reply_to": first}
    phone.does("whatsapp", USER, **act)
    event = house.events(2)[1]
    assert event.kind == kind
    if kind != "message":
        assert event.target == first


def test_hidden_number(whatsapp_api: httpx.Client, house: StubHouse, phone: Phone) -> None:
    """A customer without a number is met and answered by the business-scoped id."""
    phone.does("whatsapp", "DE.13491208655302741918", text="hallo")
    [event] = house.events(1)
    assert event.user == "DE.13491208655302741918"
    answer = {**text("hallo"), "recipient": event.user}
    del answer["to"]
    assert whatsapp_api.post("messages", json=answer).status_code == 200
    assert house.events(2)[1].user == event.user


def test_read_and_typing(whatsapp_api: httpx.Client, phone: Phone) -> None:
    """Marking a message read shows ticks on it and all before, and that we are typing."""
    phone.does("whatsapp", USER, text="eins")
    second = phone.does("whatsapp", USER, text="zwei")
    mark = body(status="read", message_id=second["provider_id"], typing_indicator={"type": "text"})
    assert whatsapp_api.post("messages", json=mark).json() == {"success": True}
    query = {"channel": "whatsapp", "user": USER}
    page = phone.http.get("/control/messages", params=query).json()
    assert [message["state"] for message in page["messages"]] == ["read", "read"]
    assert page["typing"]
    whatsapp_api.post("messages", json=text("Guten Tag"))
    assert not phone.http.get("/control/messages", params=query).json()["typing"]


def test_handshake_and_number(
    messengers: Messengers, house: StubHouse, whatsapp_api: httpx.Client, phone: Phone
) -> None:
    """The set-up request is answered with its challenge; the number can be asked for."""
    assert phone.http.post("/control/handshake", json={}).json() == {"verified": True}
    house.verify_token = "another"
    assert phone.http.post("/control/handshake", json={}).json() == {"verified": False}
    house.stop()
    assert phone.http.post("/control/handshake", json={}).json() == {"verified": False}
    number = whatsapp_api.get(f"../{messengers.whatsapp.account.account}")
    assert number.json()["id"] == messengers.whatsapp.account.account


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 429, "retry_after": 3}, RetryAfter),
        ({"status": 500}, RetryAfter),
        ({"status": 502, "body": "<html>Bad Gateway</html>"}, RetryAfter),
        ({"error": 131047}, Refused),
        ({"error": 131056}, RetryAfter),
        ({"status": 401}, Refused),
    ],
)
def test_faults(
    whatsapp_api: httpx.Client, phone: Phone, fault: dict[str, Any], expected: type
) -> None:
    """A planned fault meets the next send, once, in a shape that the house reads aright."""
    phone.does("whatsapp", USER, text="hallo")
    phone.fail("whatsapp", fault)
    failed = whatsapp_api.post("messages", json=text("x"))
    assert failed.status_code >= 400
    assert isinstance(WHATSAPP.outcome(answer_of(failed)), expected)
    assert whatsapp_api.post("messages", json=text("x")).status_code == 200


@pytest.mark.parametrize(
    ("fault", "code"), [({"error": 131050, "later": True}, "131050"), ({"blocked": True}, "131026")]
)
def test_later_faults(
    whatsapp_api: httpx.Client, house: StubHouse, phone: Phone, fault: dict[str, Any], code: str
) -> None:
    """A fault that comes later is a status webhook after an accepted send."""
    phone.does("whatsapp", USER, text="hallo")
    house.wait_for(1)  # receipts have a lane of their own, and may overtake it
    phone.fail("whatsapp", fault)
    assert whatsapp_api.post("messages", json=text("x")).status_code == 200
    failed = house.events(2)[1]
    assert failed.receipt is not None
    assert (failed.receipt.state, failed.receipt.code) == ("failed", code)


def test_timeout_after_accept(whatsapp_api: httpx.Client, phone: Phone) -> None:
    """A send whose answer never comes was taken all the same: the phone shows it."""
    phone.does("whatsapp", USER, text="hallo")
    phone.fail("whatsapp", {"timeout_after_accept": True})
    with pytest.raises(httpx.ReadTimeout):
        whatsapp_api.post("messages", json=text("doch da"), timeout=0.2)
    shown = phone.shows("whatsapp", USER, lambda all_: len(house_side(all_)) == 1)
    assert house_side(shown)[0]["text"] == "doch da"


def test_what_is_written_in_the_business_app_is_echoed(house: StubHouse, phone: Phone) -> None:
    """A number shared with the app: a person's words reach the house as an echo."""
    phone.does("whatsapp", "491700000001", inbox="Wir rufen an.")
    [echo] = house.events(1)
    assert (echo.kind, echo.user, echo.raw_kind) == ("echo", "491700000001", "text")
    assert echo.content == Content(text="Wir rufen an.")
