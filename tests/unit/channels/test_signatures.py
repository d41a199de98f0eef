"""Nobody but the messenger gets in: signatures over the raw bytes."""

import hashlib
import hmac

import pytest

from channels.base import WebhookRequest
from channels.registry import CHANNELS
from channels.telegram import CHANNEL as TELEGRAM
from channels.webchat import CHANNEL as WEBCHAT
from channels.whatsapp import CHANNEL as WHATSAPP

BODY = '{"text":"Zähler 🙂 <b>"}'.encode()


def signed(body: bytes, key: str = "secret", header: str | None = None) -> WebhookRequest:
    signature = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
    return WebhookRequest(
        "POST", "1", {"x-hub-signature-256": signature if header is None else header}, BODY
    )


def test_whatsapp_takes_a_signature_over_the_raw_bytes() -> None:
    """The bytes as they came are what is signed."""
    assert WHATSAPP.verify(signed(BODY), {"app_secret": "secret"})


def test_whatsapp_takes_a_signature_over_the_escaped_form() -> None:
    """Meta signs the body with everything beyond ASCII escaped in lower-case hex."""
    escaped = rb'{"text":"Z\u00e4hler \ud83d\ude42 <b>"}'
    assert WHATSAPP.verify(signed(escaped), {"app_secret": "secret"})
    assert not WHATSAPP.verify(signed(escaped.upper()), {"app_secret": "secret"})


@pytest.mark.parametrize("secrets", ["old secret", "old,secret", " secret ,\n other"])
def test_whatsapp_takes_any_of_several_app_secrets(secrets: str) -> None:
    """While one app secret replaces another both are good."""
    assert WHATSAPP.verify(signed(BODY), {"app_secret": secrets})


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_messenger_and_instagram_are_signed_as_whatsapp(name: str) -> None:
    """All of Meta's channels are checked by one and the same code, two logins by two secrets."""
    channel = CHANNELS[name]
    assert channel.verify(signed(BODY), {"app_secret": "instagrams secret"})
    assert not channel.verify(signed(BODY), {"app_secret": "another"})
    assert not channel.verify(signed(BODY), {"access_token": "secret"})


@pytest.mark.parametrize("header", ["", "sha256=", "sha256=0", "md5=00", "sha256=é", "\udc80"])
def test_whatsapp_refuses_every_other_signature(header: str) -> None:
    """A missing, short, foreign or broken signature is refused, not an error."""
    assert not WHATSAPP.verify(signed(BODY, header=header), {"app_secret": "secret"})


@pytest.mark.parametrize("secrets", [{}, {"app_secret": ""}, {"app_secret": " , "}])
def test_whatsapp_without_an_app_secret_takes_nothing(secrets: dict[str, str]) -> None:
    """An account without a secret is closed, also for signatures with an empty key."""
    assert not WHATSAPP.verify(signed(BODY, key=""), secrets)
    assert not WHATSAPP.verify(WebhookRequest("POST", "1", {}, BODY), secrets)


def test_whatsapp_refuses_a_changed_body() -> None:
    """A single changed byte makes a signature wrong."""
    assert not WHATSAPP.verify(signed(BODY.replace(b"text", b"Text")), {"app_secret": "secret"})


@pytest.mark.parametrize(
    ("theirs", "ours", "valid"),
    [
        ("token", "token", True),
        ("Token", "token", False),
        ("", "token", False),
        ("", "", False),
        ("tökén", "token", False),
    ],
)
def test_telegram_compares_the_secret_token(theirs: str, ours: str, valid: bool) -> None:
    """Only our own token opens, and no account is open without one."""
    headers = {"x-telegram-bot-api-secret-token": theirs}
    request = WebhookRequest("POST", "1", headers, BODY)
    assert TELEGRAM.verify(request, {"secret_token": ours}) is valid


def test_the_web_chat_has_no_webhook() -> None:
    """No request passes as a webhook of the web chat."""
    assert not WEBCHAT.verify(WebhookRequest("POST", "1", {}, BODY), {"secret_token": ""})
    assert WEBCHAT.handshake(WebhookRequest("GET", "1", {}), {}) is None
    assert TELEGRAM.handshake(WebhookRequest("GET", "1", {}), {}) is None
