"""A request of API Gateway becomes the messenger's call, byte for byte."""

import base64
from typing import Any

import pytest

from conversation.errors import Malformed, NotFound
from tests.gateway import http_event
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House
from tests.guarantees.messenger import TELEGRAM, telegram_message, telegram_tap
from webhook.request import read


def test_the_body_is_the_raw_bytes() -> None:
    """Text and base64 lead to the same bytes, odd ones included: a signature is over them."""
    body = "Zähler 🙂 \u2028".encode()
    as_bytes = http_event("POST", "/webhooks/whatsapp/1", body)
    as_text = http_event("POST", "/webhooks/whatsapp/1", body.decode())
    assert as_bytes["isBase64Encoded"]
    assert read(as_bytes)[1].body == read(as_text)[1].body == body
    invalid = b"\xff\xfe\x00"
    assert read(http_event("POST", "/webhooks/whatsapp/1", invalid))[1].body == invalid


def test_channel_account_and_query_come_from_the_address() -> None:
    """Escaped signs in the account, and a query with an empty value."""
    event = http_event("GET", "/webhooks/whatsapp/a%3Ab?hub.mode=subscribe&empty=")
    event["rawPath"] = "/webhooks/whatsapp/a%3Ab"
    channel, request = read(event)
    assert (channel, request.account) == ("whatsapp", "a:b")
    assert request.query == {"hub.mode": "subscribe", "empty": ""}
    assert (request.method, request.body) == ("GET", b"")


def test_a_stage_in_front_of_the_path_does_no_harm() -> None:
    """A gateway without its own domain puts its stage before the path."""
    event = http_event("POST", "/prod/webhooks/telegram/bot", "{}")
    assert read(event)[0] == "telegram"


def test_headers_are_read_whatever_their_case() -> None:
    """HTTP does not care about the case of a header's name."""
    event = {**http_event("POST", "/webhooks/telegram/b", "{}"), "headers": {"X-Odd": "1"}}
    assert read(event)[1].headers == {"x-odd": "1"}


@pytest.mark.parametrize("path", ["/", "", "/webhooks", "/webhooks/telegram", "/a/telegram/b"])
def test_other_paths_are_not_found(path: str) -> None:
    """Only /webhooks/<channel>/<account> is a webhook."""
    with pytest.raises(NotFound):
        read(http_event("POST", path, "{}"))


def test_what_is_not_base64_is_malformed() -> None:
    """The gateway says base64, the body is none."""
    event = {**http_event("POST", "/webhooks/telegram/b", b"x"), "body": "no base64!"}
    with pytest.raises(Malformed):
        read(event)


def test_a_tap_is_answered_so_that_its_clock_stops() -> None:
    """Telegram takes one method in the answer to a webhook; an ordinary message gets none."""
    house = House(EchoBot())
    tapped = house.webhook(telegram_tap("5", 77, "/red"))
    assert '"answerCallbackQuery"' in tapped["body"]
    assert tapped["headers"]["Content-Type"] == "application/json"
    written = house.webhook(telegram_message("5", 1, house.now, text="Hello there!"))
    assert (written["statusCode"], written["body"]) == (200, "")


def test_a_body_in_base64_is_verified_and_taken() -> None:
    """Where the gateway encodes the body, the same message comes in."""
    house = House(EchoBot())
    event: dict[str, Any] = telegram_message("5", 1, house.now, text="When do you open?")
    encoded = base64.b64encode(event["body"].encode()).decode()
    assert event["rawPath"].endswith(TELEGRAM)
    assert house.post({**event, "body": encoded, "isBase64Encoded": True}) == 200
    house.rest()
    assert house.written() == ["When do you open?"]
