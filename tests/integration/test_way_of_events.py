"""The requests in `events/`, made to a house whose functions were built for this machine."""

import json
from functools import partial
from typing import Any

import httpx
import pytest

from pforte.house.house import House
from tests.templates import ROOT
from tests.way import Desk, call, eventually, identity

EVENTS = ROOT / "events"
ACCOUNTS = {
    "whatsapp": "100200300400500",
    "telegram": "7000000001",
    "messenger": "100200300400600",
    "instagram": "17841400000000999",
}
BY_META = ("whatsapp", "messenger", "instagram")
SECRETS = {
    "app_secret": "test-app-secret",
    "verify_token": "test-verify-token",
    "secret_token": "test-secret-token",
    "access_token": "test-access-token",
}
OF_THE_GATEWAY = {"host", "x-forwarded-proto"}
CALLS = sorted(
    f"{channel}/{path.stem}" for channel in ACCOUNTS for path in (EVENTS / channel).glob("*.json")
)


@pytest.fixture(scope="module", autouse=True)
def connected(house: House) -> None:
    """Connect the accounts that the events are for, and wait until the house has seen them."""
    for channel, account in ACCOUNTS.items():
        house.connect(channel, account, SECRETS)
    for case in ("telegram/joined", *(f"{name}/handshake" for name in BY_META)):
        eventually(partial(_make, house, case), lambda a: a.is_success, f"{case} is taken")


def _make(house: House, case: str) -> httpx.Response:
    """Make the HTTP request that API Gateway made an event of."""
    event: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text("utf-8"))
    query = f"?{event['rawQueryString']}" if event.get("rawQueryString") else ""
    return call(
        event["requestContext"]["http"]["method"],
        f"{house.url}{event['rawPath']}{query}",
        headers={k: v for k, v in event["headers"].items() if k not in OF_THE_GATEWAY},
        content=event.get("body", ""),
    )


def _conversation(house: House, channel: str, user: str) -> str:
    return identity(house).conversation(f"{channel}:{ACCOUNTS[channel]}:{user}")


@pytest.mark.parametrize(
    ("case", "user", "answer", "reason"),
    [
        # Written long ago: WhatsApp's window is closed. Telegram has none, but knows no such bot.
        ("whatsapp/text", "491700000001", "Kundenzentrum am Marktplatz", "window_closed"),
        ("telegram/text", "5100000001", "A person is taking over", "token_invalid"),
    ],
)
def test_an_event_is_answered(house: House, case: str, user: str, answer: str, reason: str) -> None:
    """The built functions understand an event and answer it; why it cannot go is told."""
    assert _make(house, case).status_code == httpx.codes.OK
    conversation = _conversation(house, case.partition("/")[0], user)
    entry = Desk(house).entry(conversation, answer, lambda e: e["state"] == "failed")
    assert entry["reason"].startswith(reason)


def test_the_web_chats_event_is_answered(house: House) -> None:
    """A visitor's request is taken, and the next poll brings the answer."""
    assert _make(house, "webchat/text").status_code == httpx.codes.ACCEPTED
    told = eventually(
        lambda: _make(house, "webchat/poll").json()["messages"],
        lambda messages: len(messages) >= 3,
        "question, disclosure, answer",
    )
    assert [message["who"] for message in told] == ["you", "assistant", "assistant"]
    assert "Kundenzentrum am Marktplatz" in told[-1]["text"]


@pytest.mark.parametrize("case", CALLS)
def test_every_call_of_a_messenger_is_taken(house: House, case: str) -> None:
    """Whatever a messenger tells with a right signature gets 200, or it would tell it for days."""
    assert _make(house, case).status_code == httpx.codes.OK
