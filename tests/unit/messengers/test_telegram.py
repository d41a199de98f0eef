"""The simulated Telegram behaves as the Bot API does."""

import json
from typing import Any

import httpx
import pytest

from channels.base import ProviderResponse, Refused, RetryAfter, Sent
from channels.registry import CHANNELS
from conversation.message import Button, Content, Message
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import Phone, StubHouse

pytestmark = pytest.mark.enable_socket

TELEGRAM = CHANNELS["telegram"]
USER = "7000000001"


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


def send(api: httpx.Client, words: str = "Welche?", **more: Any) -> httpx.Response:
    return api.post("sendMessage", json={"chat_id": int(USER), "text": words, **more})


def answer_of(response: httpx.Response) -> ProviderResponse:
    return ProviderResponse(response.status_code, response.content, dict(response.headers))


def test_update_carries_the_secret(messengers: Messengers, house: StubHouse, phone: Phone) -> None:
    """What a customer writes comes with the secret header and the shape that the module knows."""
    phone.does("telegram", USER, text="Zähler 👋🏽", name="Erika")
    [(channel, request)] = house.wait_for(1)
    assert channel == "telegram"
    assert request.account == messengers.telegram.account.account
    assert TELEGRAM.verify(request, messengers.telegram.account.secrets())
    assert not TELEGRAM.verify(request, {"secret_token": "another"})
    [event] = house.events(1)
    assert (event.kind, event.user, event.name) == ("message", USER, "Erika")
    assert event.content is not None
    assert event.content.text == "Zähler 👋🏽"


def test_send_and_tap(telegram_api: httpx.Client, house: StubHouse, phone: Phone) -> None:
    """A message with buttons is accepted; a tap brings its data and is answered once."""
    phone.does("telegram", USER, text="hallo")
    options = keyboard(
        {"text": "Ja", "callback_data": "yes!"}, {"text": "Nein", "callback_data": "no!"}
    )
    sent = send(telegram_api, reply_markup=options)
    assert TELEGRAM.outcome(answer_of(sent)) == Sent("2")
    tap = phone.does("telegram", USER, button="no!")
    event = house.events(2)[1]
    assert event.content is not None
    assert (event.content.text, event.content.payload) == ("Nein", "no!")
    answer = {"callback_query_id": tap["provider_id"], "text": "Moment"}
    assert telegram_api.post("answerCallbackQuery", json=answer).json()["result"] is True
    again = telegram_api.post("answerCallbackQuery", json=answer)
    assert (again.status_code, again.json()["error_code"]) == (400, 400)
    shown = phone.shows("telegram", USER, lambda all_: all_[-1]["answered"])
    assert shown[-1]["notice"] == "Moment"


def test_method_in_the_answer_to_a_webhook(
    telegram_api: httpx.Client, house: StubHouse, phone: Phone
) -> None:
    """A method in the house's answer to a webhook is done."""
    phone.does("telegram", USER, text="hallo")
    house.wait_for(1)
    send(telegram_api, reply_markup=keyboard({"text": "Ja", "callback_data": "yes!"}))

    def answer(_channel: str, request: Any) -> None:
        query = json.loads(request.body)["callback_query"]["id"]
        method = {"method": "answerCallbackQuery", "callback_query_id": query}
        house.answer_body = json.dumps(method).encode()

    house.on_call = answer
    phone.does("telegram", USER, button="Ja")
    assert phone.shows("telegram", USER, lambda all_: all_[-1]["answered"])


@pytest.mark.parametrize(
    ("wrong", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": 4711}, "chat not found"),
        ({"reply_markup": keyboard({"text": "Ja", "callback_data": "ü" * 33})}, "BUTTON_DATA"),
        ({"reply_markup": keyboard({"text": "", "callback_data": "x"})}, "text must be non-empty"),
        ({"reply_markup": keyboard({"text": "Ja"})}, "unallowed in the inline keyboard"),
        ({"parse_mode": "HTML"}, "unsupported parse_mode"),
    ],
)
def test_limits(
    telegram_api: httpx.Client, phone: Phone, wrong: dict[str, Any], description: str
) -> None:
    """What breaks a limit is refused with Telegram's description and shown on no phone."""
    phone.does("telegram", USER, text="hallo")
    refused = telegram_api.post("sendMessage", json={"chat_id": USER, "text": "x", **wrong})
    assert refused.status_code == 400
    assert description in refused.json()["description"]
    page = phone.http.get("/control/messages", params={"channel": "telegram", "user": USER})
    assert len(page.json()["messages"]) == 1


def test_what_the_house_renders_passes(telegram_api: httpx.Client, phone: Phone) -> None:
    """The channel's own calls, texts of all lengths and options of all numbers, are accepted."""
    phone.does("telegram", USER, text="hallo")
    for number in (0, 1, 12):
        options = tuple(Button(title=f"Wahl {n}", payload=f"p{n}") for n in range(number))
        content = Content(text="Wörter " * 900, buttons=options)
        message = Message(
            id="c.1.0", author="bot", address=f"telegram:b:{USER}", content=content, sent_at=0
        )
        calls = TELEGRAM.render(message, "b", USER)
        answers = [telegram_api.post("sendMessage", json=dict(call.json)) for call in calls]
        assert [answer.status_code for answer in answers] == [200] * len(calls)


def test_tokens_and_methods(messengers: Messengers, telegram_api: httpx.Client) -> None:
    """A wrong token is 401, an unknown method 404, getMe names the bot."""
    assert telegram_api.get("getMe").json()["result"]["username"] == "musterstadt_bot"
    assert telegram_api.post("sendHologram", json={}).status_code == 404
    wrong = telegram_api.get(f"http://127.0.0.1:{messengers.port}/telegram/bot1:x/getMe")
    assert wrong.status_code == 401


def test_block(telegram_api: httpx.Client, house: StubHouse, phone: Phone) -> None:
    """A block is told, and refuses what is sent, until the customer allows us again."""
    phone.does("telegram", USER, text="hallo")
    phone.does("telegram", USER, block=True)
    refused = send(telegram_api)
    assert refused.status_code == 403
    assert isinstance(TELEGRAM.outcome(answer_of(refused)), Refused)
    phone.does("telegram", USER, block=False)
    assert send(telegram_api).status_code == 200
    changes = [event for event in house.events(3) if event.kind == "block"]
    assert [change.blocked for change in changes] == [True, False]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ({"photo": "mein Zähler"}, "message"),
        ({"voice": 4}, "message"),
        ({"sticker": "👍"}, "message"),
        ({"location": {"latitude": 52.5, "longitude": 13.4}}, "message"),
        ({"raw": {"hologram": {}}}, "message"),
        ({"edit": {"provider_id": "1", "text": "guten Tag"}}, "edit"),
        ({"text": "dazu", "reply_to": "1"}, "message"),
    ],
)
def test_every_act_is_understood(
    house: StubHouse, phone: Phone, act: dict[str, Any], kind: str
) -> None:
    """Whatever a customer does comes in the shape that the channel's module knows."""
    phone.does("telegram", USER, text="hallo")
    phone.does("telegram", USER, **act)
    assert house.events(2)[1].kind == kind


def test_what_telegram_does_not_tell(phone: Phone) -> None:
    """Bots hear of no deletions and, in private chats, of no reactions: so nobody can act them."""
    for act in ("delete", "reaction"):
        said = {"channel": "telegram", "user": USER, act: {"provider_id": "1"}}
        assert phone.http.post("/control/messages", json=said).status_code == 400


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 429, "retry_after": 3}, RetryAfter(3)),
        ({"status": 500}, RetryAfter(5, account=False)),
        ({"blocked": True}, Refused("blocked", "403")),
    ],
)
def test_faults(
    telegram_api: httpx.Client, phone: Phone, fault: dict[str, Any], expected: object
) -> None:
    """A planned fault meets the next send, once, in a shape that the house reads aright."""
    phone.does("telegram", USER, text="hallo")
    phone.fail("telegram", fault)
    assert TELEGRAM.outcome(answer_of(send(telegram_api))) == expected
    assert send(telegram_api).status_code == 200


def test_set_webhook(
    messengers: Messengers, telegram_api: httpx.Client, house: StubHouse, phone: Phone
) -> None:
    """setWebhook moves the updates and their secret; plain HTTP only on this machine."""
    url = f"{house.url}/webhooks/telegram/another"
    new = {"url": url, "secret_token": "s" * 20, "allowed_updates": ["message"]}
    assert telegram_api.post("setWebhook", json=new).json()["result"] is True
    assert telegram_api.post("getWebhookInfo", json={}).json()["result"]["url"] == url
    phone.does("telegram", USER, text="hallo")
    [(_, request)] = house.wait_for(1)
    assert request.account == "another"
    assert TELEGRAM.verify(request, {"secret_token": "s" * 20})
    for wrong in ("http://example.org/x", "https://example.org:4711/x"):
        assert telegram_api.post("setWebhook", json={"url": wrong}).status_code == 400


def test_typing(telegram_api: httpx.Client, phone: Phone) -> None:
    """sendChatAction shows that we are typing; an unknown action is refused."""
    phone.does("telegram", USER, text="hallo")
    action = {"chat_id": USER, "action": "typing"}
    assert telegram_api.post("sendChatAction", json=action).json()["result"] is True
    query = {"channel": "telegram", "user": USER}
    assert phone.http.get("/control/messages", params=query).json()["typing"]
    wrong = {"chat_id": USER, "action": "dancing"}
    assert telegram_api.post("sendChatAction", json=wrong).status_code == 400
