"""What must not get in at a webhook, and what gets in though nobody knows what it is."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from pforte.house.house import House
from pforte.messengers.accounts import WhatsAppAccount, simulated_accounts
from tests.way import Desk, Phone, call

LIMIT = 1_000_000
QUESTION, ANSWER = "Wann haben Sie geöffnet?", "Kundenzentrum am Marktplatz"


def _account(house: House) -> WhatsAppAccount:
    return simulated_accounts(Path(house.state) / "messengers")[0]


def _post(house: House, body: bytes, signature: str | None = None) -> httpx.Response:
    """Call the webhook as Meta does; without a signature given, with the right one."""
    account = _account(house)
    digest = hmac.new(account.app_secret.encode(), body, hashlib.sha256).hexdigest()
    signature = f"sha256={digest}" if signature is None else signature
    headers = {"Content-Type": b"application/json", "X-Hub-Signature-256": signature.encode()}
    url = f"{house.url}/webhooks/whatsapp/{account.account}"
    return call("POST", url, content=body, headers=headers)


def _body(house: House, user: str, field: str = "messages", **value: Any) -> bytes:
    account = _account(house)
    told = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": account.number,
            "phone_number_id": account.account,
        },
        "contacts": [{"profile": {"name": "Wer da"}, "wa_id": user}],
        **value,
    }
    changes = [{"value": told, "field": field}]
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
    return json.dumps(whole).encode()


def _text(house: House, user: str, text: str) -> bytes:
    message = {
        "from": user,
        "id": f"wamid.{user}",
        "timestamp": "1795000000",
        "type": "text",
        "text": {"body": text},
    }
    return _body(house, user, messages=[message])


def _raw_bodies(house: House) -> set[bytes]:
    """Return the bodies that were kept as they came."""
    s3, bucket = house.client("s3"), house.outputs["BucketName"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="raw/whatsapp/").get("Contents", [])
    return {s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


def _is_refused(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    told = answer.json()
    assert told["status"] == status
    assert told["title"]


def _nothing_came_of_it(house: House, user: str) -> None:
    """Let the customer ask something: when it is answered, whatever came before is done with."""
    phone = Phone(house, "whatsapp", user)
    phone.writes(QUESTION)
    phone.hears(ANSWER)
    assert Desk(house).said(phone.conversation, "customer") == [QUESTION]


def test_a_bad_signature_gets_nobody_in(house: House) -> None:
    """Without the right signature over these very bytes the answer is 401, and nothing happens."""
    user = "4917604069020"
    body = _text(house, user, "Lassen Sie mich rein.")
    for signature in ("", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "sha256=ü"):
        _is_refused(_post(house, body, signature), 401)
    _nothing_came_of_it(house, user)


def test_a_signature_is_of_one_body(house: House) -> None:
    """A signature that was right for another body is refused, by a single byte."""
    user, account = "4917604069021", _account(house)
    body = _text(house, user, "Betrag: 10 Euro.")
    digest = hmac.new(account.app_secret.encode(), body, hashlib.sha256).hexdigest()
    _is_refused(_post(house, body.replace(b"10", b"90"), f"sha256={digest}"), 401)
    _nothing_came_of_it(house, user)


def test_telegram_needs_its_secret(house: House) -> None:
    """Who does not know the secret token of the bot is refused, whatever stands in the body."""
    bot = Phone(house, "telegram", "7000000040").account
    url = f"{house.url}/webhooks/telegram/{bot}"
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
        _is_refused(call("POST", url, json={"update_id": 1}, headers=headers), 401)


@pytest.mark.parametrize("body", [b"", b"Hallo", b"[1,", b'{"a": NaN'])
def test_what_is_not_json_is_refused(house: House, body: bytes) -> None:
    """A signed body that is no JSON is 400: the messenger must hear that something is wrong."""
    _is_refused(_post(house, body), 400)


def test_what_is_too_large_is_refused(house: House) -> None:
    """A body over the limit is 413 before anything of it is read, signed or not."""
    user = "4917604069022"
    body = _text(house, user, "x" * LIMIT)
    _is_refused(_post(house, body), 413)
    _is_refused(_post(house, body, "sha256=" + "0" * 64), 413)
    _nothing_came_of_it(house, user)


def test_accounts_and_channels_that_are_not_ours_are_refused(house: House) -> None:
    """Nobody gets in under the name of an account that is not connected, or of no channel."""
    _is_refused(call("POST", f"{house.url}/webhooks/whatsapp/999", content=b"{}"), 401)
    _is_refused(call("POST", f"{house.url}/webhooks/pigeon/1", content=b"{}"), 404)


def test_the_handshake_wants_the_verify_token(house: House) -> None:
    """Meta's set-up request gets its challenge back, anybody else's a refusal."""
    account = _account(house)
    url = f"{house.url}/webhooks/whatsapp/{account.account}"
    asked = {"hub.mode": "subscribe", "hub.challenge": "4711"}
    right = call("GET", url, params={**asked, "hub.verify_token": account.verify_token})
    assert (right.status_code, right.text) == (200, "4711")
    _is_refused(call("GET", url, params={**asked, "hub.verify_token": "guess"}), 401)


def test_an_unknown_kind_of_message_has_a_place_and_an_answer(house: House) -> None:
    """What nobody can read yet is kept as it came, seen by agents, and the customer is told so."""
    phone = Phone(house, "whatsapp", "4917604069023", "Aus der Zukunft")
    written = phone.does(raw={"type": "hologram", "hologram": {"depth": 3}})
    [told] = phone.hears("diese Art von Nachricht")
    assert [option["title"] for option in told["options"]] == ["Mit Mensch sprechen"]
    webhook = phone.webhook(written["provider_id"])
    assert webhook.answers == ["200"]
    assert webhook.body in _raw_bodies(house)
    entry = Desk(house).thread(phone.conversation)["entries"][0]
    assert (entry["author"], entry["unreadable"]) == ("customer", "hologram")


def test_an_unknown_event_is_kept_and_disturbs_nobody(house: House) -> None:
    """Signed and well-formed but unknown is 200, or the messenger would repeat it for days."""
    user = "4917604069024"
    body = _body(house, user, field="weather_forecast", rain=True)
    assert _post(house, body).status_code == httpx.codes.OK
    assert body in _raw_bodies(house)
    _nothing_came_of_it(house, user)
