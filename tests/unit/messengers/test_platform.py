"""The simulated Messenger and Instagram behave as the Messenger Platform does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from channels.base import Call, Outcome, ProviderResponse, Refused, RetryAfter, Sent
from channels.registry import CHANNELS
from conversation.message import Author, Button, Content, Message
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import Clock, Phone, StubHouse, local_client

pytestmark = pytest.mark.enable_socket

BOTH = pytest.mark.parametrize("name", ["messenger", "instagram"])
USER = "5200000000000001"
DAY_MS = 24 * 3_600_000

type Sender = Callable[[str, Call], Outcome]


@pytest.fixture
def send(messengers: Messengers) -> Iterator[Sender]:
    """Return a function that makes a channel's call as the house does."""
    with ExitStack() as opened:

        def make(name: str, call: Call) -> Outcome:
            account = getattr(messengers, name).account
            base = f"http://127.0.0.1:{messengers.port}/{name}/v25.0"
            headers = {"Authorization": f"Bearer {account.access_token}"}
            client = opened.enter_context(local_client(base, headers=headers))
            answer = client.post(call.path, json=dict(call.json))
            known = ProviderResponse(answer.status_code, answer.content, dict(answer.headers))
            return CHANNELS[name].outcome(known)

        yield make


def message(text: str = "Guten Tag", *titles: str, author: Author = "bot") -> Message:
    buttons = tuple(Button(title=title, payload=f"k.{n}") for n, title in enumerate(titles))
    content = Content(text=text, buttons=buttons)
    return Message(id="c.1.0", author=author, address=None, content=content, sent_at=0)


def calls(name: str, given: Message) -> list[Call]:
    return CHANNELS[name].render(given, "", USER)


def house_side(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["side"] == "house"]


@BOTH
def test_a_text_comes_signed(
    name: str, messengers: Messengers, house: StubHouse, phone: Phone
) -> None:
    """What a customer writes comes ASCII-escaped and signed, as the channel's module checks it."""
    words = "Zähler 4711 / Größe? 👋🏽"
    sent = phone.does(name, USER, text=words)
    [(channel, request)] = house.wait_for(1)
    account = getattr(messengers, name).account
    assert (channel, request.account) == (name, account.account)
    assert request.body.isascii()
    assert CHANNELS[name].verify(request, account.secrets())
    assert not CHANNELS[name].verify(request, {"app_secret": "another"})
    [event] = house.events(1)
    assert event.address == f"{name}:{account.account}:{USER}"
    assert (event.kind, event.provider_id) == ("message", sent["provider_id"])
    assert event.content == Content(text=words)


def test_messenger_tells_moments(send: Sender, house: StubHouse, phone: Phone) -> None:
    """A send is accepted, shown, and told as delivered and read up to a moment."""
    phone.does("messenger", USER, text="hallo")
    outcome = send("messenger", calls("messenger", message())[0])
    assert isinstance(outcome, Sent)
    told = [event for event in house.events(4) if event.kind == "status"]
    assert [(e.receipt.state, e.target) for e in told if e.receipt] == [
        ("delivered", outcome.provider_id),
        ("read", ""),
    ]
    assert all(event.receipt and event.receipt.up_to for event in told)
    shown = phone.shows("messenger", USER, lambda all_: house_side(all_)[-1]["state"] == "read")
    assert house_side(shown)[0]["text"] == "Guten Tag"


def test_instagram_echoes_and_tells_ids(send: Sender, house: StubHouse, phone: Phone) -> None:
    """What we send comes back as an echo that is nobody's message; seen names the message."""
    phone.does("instagram", USER, text="hallo")
    outcome = send("instagram", calls("instagram", message())[0])
    assert isinstance(outcome, Sent)
    told = [(e.kind, e.provider_id, e.user) for e in house.events(3) if e.kind != "message"]
    assert told == [("echo", outcome.provider_id, USER), ("status", outcome.provider_id, USER)]


@BOTH
@pytest.mark.parametrize(("number", "kind"), [(3, "postback"), (4, "message")])
def test_a_tap(
    name: str, number: int, kind: str, send: Sender, house: StubHouse, phone: Phone
) -> None:
    """A button comes back as a postback, a quick reply as a message; both with their payload."""
    phone.does(name, USER, text="hallo")
    titles = [f"Option {n}" for n in range(number)]
    assert isinstance(send(name, calls(name, message("Welche?", *titles))[0]), Sent)
    tap = phone.does(name, USER, button="Option 2")
    events = house.messages(2)
    assert [(e.raw_kind, e.provider_id) for e in events[1:]] == [(kind, tap["provider_id"])]
    assert events[1].content == Content(text="Option 2", payload="k.2")


@BOTH
@pytest.mark.parametrize(
    ("act", "kind", "shown"),
    [
        ({"photo": "Mein Zähler"}, "message", ("Mein Zähler", "image")),
        ({"voice": 3}, "message", ("", "audio")),
        ({"sticker": "👍"}, "message", ("", "sticker")),
        ({"location": {"latitude": 50.1, "longitude": 8.7}}, "message", ("", "location")),
        ({"raw": {"message": {"mid": "m_9", "is_unsupported": True}}}, "message", ("", "")),
        ({"raw": {"referral": {"ref": "code"}}}, "referral", ("", "")),
    ],
)
def test_what_else_a_customer_sends(
    name: str, act: Any, kind: str, shown: tuple[str, str], house: StubHouse, phone: Phone
) -> None:
    """Photos, recordings, stickers and places arrive as what they are."""
    phone.does(name, USER, **act)
    [event] = house.events(1)
    assert event.kind == kind
    if event.content is not None:
        kinds = [part.kind for part in event.content.attachments]
        assert (event.content.text, "".join(kinds)) == shown


@BOTH
def test_changes_of_a_message(name: str, house: StubHouse, phone: Phone) -> None:
    """Reactions, edits and unsending name the message they are about."""
    first = phone.does(name, USER, text="hallo")["provider_id"]
    phone.does(name, USER, reaction={"provider_id": first, "emoji": "❤"})
    phone.does(name, USER, reaction={"provider_id": first})
    phone.does(name, USER, edit={"provider_id": first, "text": "Hallo!"})
    phone.does(name, USER, delete={"provider_id": first})
    told = [(event.kind, event.target, event.emoji) for event in house.events(5)[1:]]
    assert told == [
        ("reaction", first, "❤"),
        ("reaction", first, ""),
        ("edit", first, ""),
        ("delete", first, ""),
    ]


@BOTH
def test_the_window(name: str, send: Sender, phone: Phone, clock: Clock) -> None:
    """After a day only a person may write, after a week nobody."""
    phone.does(name, USER, text="hallo")
    [bot], [agent] = (calls(name, message(author=author)) for author in ("bot", "agent"))
    assert agent.after_window is not None
    clock.now += DAY_MS
    for call in (bot, agent):
        outcome = send(name, call)
        assert isinstance(outcome, Refused)
        assert outcome.reason == "window_closed"
    assert isinstance(send(name, agent.after_window), Sent)
    clock.now += 6 * DAY_MS
    outcome = send(name, agent.after_window)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "window_closed"


@BOTH
def test_refusals(name: str, send: Sender, phone: Phone) -> None:
    """Who never wrote, who blocked us, and what is told to fail are answered as Meta does."""
    [call] = calls(name, message())
    assert send(name, call) == Refused("not_reachable", "100/2018001")
    phone.does(name, USER, text="hallo")
    phone.does(name, USER, block=True)
    assert send(name, call) == Refused("not_reachable", "551/1545041")
    phone.does(name, USER, block=False)
    phone.fail(name, {"status": 429, "retry_after": 7}, {"error": 613}, {"status": 503})
    waits = [send(name, call) for _ in range(3)]
    assert all(isinstance(wait, RetryAfter) for wait in waits)
    assert isinstance(send(name, call), Sent)


@BOTH
@pytest.mark.parametrize("number", [0, 1, 3, 4, 13, 14])
@pytest.mark.parametrize("length", [5, 700, 2500])
def test_what_the_house_renders_passes(
    name: str, number: int, length: int, send: Sender, phone: Phone
) -> None:
    """The channel's own calls, texts of all lengths and options of all numbers, are accepted."""
    phone.does(name, USER, text="hallo")
    words = ("Größe über " * length)[:length]
    titles = [f"Option {n}" for n in range(number)]
    for call in calls(name, message(words, *titles)):
        assert isinstance(send(name, call), Sent)


@BOTH
@pytest.mark.parametrize(
    "wrong",
    [
        {"message": {"text": "x" * 2001}},
        {"message": {"text": " "}},
        {"message": {}},
        {"recipient": {"id": "me"}, "message": {"text": "x"}},
        {"message": {"text": "x"}, "messaging_type": "MESSAGE_TAG"},
        {"message": {"text": "x"}, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"},
        {"message": {"text": "x", "quick_replies": []}},
        {
            "message": {
                "text": "x",
                "quick_replies": [{"content_type": "text", "title": "x" * 21, "payload": "p"}],
            }
        },
        {"message": {"attachment": {"payload": {"template_type": "generic"}}}},
    ],
)
def test_limits(name: str, wrong: Any, send: Sender, phone: Phone) -> None:
    """What breaks a limit is refused at once and shown on no phone."""
    phone.does(name, USER, text="hallo")
    call = Call("POST", "/me/messages", {"recipient": {"id": USER}, **wrong})
    assert send(name, call) == Refused("bad_request", "100")
    query = {"channel": name, "user": USER}
    shown = phone.http.get("/control/messages", params=query).json()["messages"]
    assert house_side(shown) == []


@BOTH
def test_the_set_up(name: str, messengers: Messengers, house: StubHouse, phone: Phone) -> None:
    """The set-up request is made with the account's token, and wants its challenge back."""
    house.verify_token = getattr(messengers, name).account.verify_token
    asked = f"/control/handshake?channel={name}"
    assert phone.http.post(asked, json={}).json() == {"verified": True}
    house.verify_token = "another"
    assert phone.http.post(asked, json={}).json() == {"verified": False}


@BOTH
def test_typing_and_a_wrong_token(name: str, messengers: Messengers, phone: Phone) -> None:
    """The phone shows that we type; who has not the token may do nothing."""
    phone.does(name, USER, text="hallo")
    url = f"http://127.0.0.1:{messengers.port}/{name}/v25.0/me/messages"
    token = getattr(messengers, name).account.access_token
    body = {"recipient": {"id": USER}, "sender_action": "typing_on"}
    for given, status in (("another", 401), (token, 200)):
        headers = {"Authorization": f"Bearer {given}"}
        answer = phone.http.post(url, json=body, headers=headers)
        assert answer.status_code == status
        page = phone.http.get("/control/messages", params={"channel": name, "user": USER}).json()
        assert page["typing"] is (status == 200)


def test_telegram_has_no_set_up_request(phone: Phone) -> None:
    """The control says so, and does nothing."""
    answer: httpx.Response = phone.http.post("/control/handshake?channel=telegram", json={})
    assert answer.status_code == 400


def test_messengers_echo_brings_our_mark_back(send: Sender, house: StubHouse, phone: Phone) -> None:
    """What the house sends is echoed with the app and what it was marked with."""
    phone.does("messenger", USER, text="hallo")
    [call] = calls("messenger", message("Welche?", "Eine"))
    assert isinstance(send("messenger", call), Sent)
    [echo] = [event for event in house.events(4) if event.kind == "echo"]
    assert echo.reference == call.json["message"]["metadata"]


@BOTH
def test_what_is_written_in_the_inbox_is_echoed(name: str, house: StubHouse, phone: Phone) -> None:
    """A person's words in the messenger's own app reach the customer, and the house as an echo."""
    phone.does(name, USER, text="hallo")
    written = phone.does(name, USER, inbox="Wir rufen an.")
    [echo] = [event for event in house.events(2) if event.kind == "echo"]
    assert (echo.user, echo.provider_id, echo.reference) == (USER, written["provider_id"], "")
    assert echo.content == Content(text="Wir rufen an.")
    shown = house_side(phone.shows(name, USER, lambda all_: bool(house_side(all_))))
    assert [said["text"] for said in shown] == ["Wir rufen an."]
