"""Bad input gets a clear error and changes nothing; odd but valid input is kept and answered."""

import base64
import json
from typing import Any

import pytest

from tests.gateway import http_event
from tests.guarantees.house import House
from tests.guarantees.messenger import (
    TELEGRAM,
    WHATSAPP,
    telegram_event,
    telegram_message,
    whatsapp_event,
    whatsapp_message,
)
from tests.guarantees.moments import fail, once

HELLO = {"messages": [whatsapp_message("49170", 1, 0, type="text", text={"body": "Hello there!"})]}


def _everything(house: House) -> tuple[object, ...]:
    """Return all that is stored or queued."""
    return (
        house.inbound_queue.all_messages(),
        house.outbound_queue.all_messages(),
        house.table.all_conversations(),
        dict(house.archive.objects),
        house.messenger.calls,
    )


def _changed(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**event, **changes}


def _with_header(event: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    return {**event, "headers": {**event["headers"], name: value}}


SIGNED = whatsapp_event(HELLO)
UPDATE = telegram_message("5", 1, 0, text="Hello there!")
SECRET = {"x-telegram-bot-api-secret-token": "t-secret"}

BAD = {
    "signed with another key": (whatsapp_event(HELLO, secret="not ours"), 401),
    "not signed": (_changed(SIGNED, headers={}), 401),
    "signature of another body": (
        _changed(whatsapp_event({"messages": []}), headers=SIGNED["headers"]),
        401,
    ),
    "a signature in odd letters": (_with_header(SIGNED, "x-hub-signature-256", "sha256=ü"), 401),
    "wrong secret token": (telegram_event({"update_id": 1}, secret="t-secreT"), 401),
    "no secret token": (_changed(UPDATE, headers={}), 401),
    "another account": (_changed(UPDATE, rawPath="/webhooks/telegram/another_bot"), 401),
    "not JSON": (http_event("POST", f"/webhooks/telegram/{TELEGRAM}", "{", SECRET), 400),
    "JSON, but no object": (http_event("POST", f"/webhooks/telegram/{TELEGRAM}", "7", SECRET), 400),
    "not base64": (_changed(SIGNED, body="?", isBase64Encoded=True), 400),
    "another method": (_changed(UPDATE, requestContext={"http": {"method": "PUT"}}), 400),
    "unknown channel": (_changed(UPDATE, rawPath="/webhooks/pigeon/1"), 404),
    "the web chat has no webhook": (_changed(UPDATE, rawPath="/webhooks/webchat/web"), 404),
    "no account": (_changed(UPDATE, rawPath="/webhooks/telegram"), 404),
    "another path": (_changed(UPDATE, rawPath="/other/telegram/x"), 404),
    "too large": (
        http_event("POST", f"/webhooks/telegram/{TELEGRAM}", "x" * 1_000_001, SECRET),
        413,
    ),
    "too large, not signed": (
        http_event("POST", f"/webhooks/whatsapp/{WHATSAPP}", b"x" * 1_000_001),
        413,
    ),
}


@pytest.mark.parametrize(("event", "status"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_told_and_changes_nothing(
    house: House, event: dict[str, Any], status: int
) -> None:
    """The status says what is wrong, as problem details, and nothing was stored or queued."""
    before = _everything(house)
    answered = house.webhook(event)
    assert answered["statusCode"] == status
    assert answered["headers"]["Content-Type"] == "application/problem+json"
    problem = json.loads(answered["body"])
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert _everything(house) == before


def test_the_same_calls_rightly_made_are_taken(house: House) -> None:
    """What the bad calls vary is itself a good call."""
    assert house.post(SIGNED) == 200
    assert house.post(UPDATE) == 200
    assert len(house.inbound_queue.all_messages()) == 2


def test_a_signature_is_over_the_raw_bytes(house: House) -> None:
    """The same JSON in other bytes is another body."""
    body = json.dumps(json.loads(_text(SIGNED)), indent=1)
    assert house.post(_changed(SIGNED, body=body, isBase64Encoded=False)) == 401


def _text(event: dict[str, Any]) -> str:
    return base64.b64decode(event["body"]).decode()


def test_the_handshake_needs_our_token(house: House) -> None:
    """Meta's set-up request gets its challenge with our verify token, else 401."""
    path = f"/webhooks/whatsapp/{WHATSAPP}?hub.mode=subscribe&hub.challenge=1158&hub.verify_token="
    good = house.webhook(http_event("GET", path + "w-verify"))
    assert (good["statusCode"], good["body"]) == (200, "1158")
    assert good["headers"]["Content-Type"].startswith("text/plain")
    assert house.post(http_event("GET", path + "another")) == 401


@pytest.mark.parametrize(
    "event",
    [
        telegram_event({"update_id": 7, "purchased_paid_media": {"from": {"id": 5}}}),
        telegram_event({"update_id": 8}),
        whatsapp_event({"event": "FLAGGED"}, field="phone_number_quality_update"),
        whatsapp_event({}),
    ],
)
def test_valid_but_unknown_is_answered_200_and_kept(house: House, event: dict[str, Any]) -> None:
    """What nobody knows yet is not repeated by the messenger, and its raw body is kept."""
    assert house.post(event) == 200
    [(key, body)] = house.archive.objects.items()
    assert key.startswith("raw/")
    assert json.loads(body)
    assert not house.inbound_queue.groups


def test_an_archive_out_of_reach_is_no_200(house: House) -> None:
    """What could not be kept is not acknowledged."""
    house.moments.hook = once("before", "archive.put", fail)
    event = telegram_event({"update_id": 8})
    answered = house.webhook(event)
    assert answered["statusCode"] == 503
    assert answered["headers"]["Retry-After"]
    assert house.post(event) == 200
    assert len(house.archive.objects) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"poll": {"id": "1", "question": "Which?", "options": []}},
        {"hologram": {"file_id": "f"}},
        {"dice": {"emoji": "🎲", "value": 3}},
    ],
)
def test_an_unknown_kind_is_a_placeholder_with_a_person_offered(
    house: House, content: dict[str, Any]
) -> None:
    """It stands in the thread by its kind; the customer is told, and offered a person."""
    assert house.ask("", **content) == ["disclosure", "cannot_read"]
    [kept] = [message for message in house.thread() if message.author == "customer"]
    assert kept.content.unreadable
    assert house.messenger.taken[-1].buttons == (("title_person", "/pforte_person"),)
    assert house.archive.objects  # the raw body, for whoever teaches us this kind
    house.tap("/pforte_person")
    house.rest()
    assert house.messenger.texts()[-1] == "hand_over"


def test_an_unknown_kind_on_whatsapp_is_a_placeholder_too(house: House) -> None:
    """A type that is newer than we are is a message of the customer's."""
    message = whatsapp_message("49170", 1, house.now, type="hologram", hologram={"id": "h"})
    assert house.post(whatsapp_event({"messages": [message]})) == 200
    house.rest()
    assert house.messenger.texts() == ["disclosure\n\ncannot_read"]
    [kept] = [m for m in house.thread("49170", "whatsapp") if m.author == "customer"]
    assert kept.content.unreadable == "hologram"


def test_a_text_beside_something_unknown_is_answered(house: House) -> None:
    """Words count, whatever odd thing they come with."""
    event = telegram_event(
        {
            "update_id": 9,
            "brand_new_message": {
                "message_id": 3,
                "chat": {"id": 5},
                "date": house.now // 1000,
                "text": "When do you open?",
            },
        }
    )
    assert house.post(event) == 200
    house.rest()
    assert house.messenger.texts("5")[-1] == "re: When do you open?"


def test_a_queue_that_refuses_means_503_and_one_message(house: House) -> None:
    """Anything that was not accepted by the queue means 5xx; the repeat leads to one message."""
    house.moments.hook = once("before", "inbound.send", fail)
    event = telegram_message("5", 1, house.now, text="When do you open?")
    answered = house.webhook(event)
    assert answered["statusCode"] == 503
    assert answered["headers"]["Retry-After"]
    assert house.post(event) == 200
    house.rest()
    assert house.written() == ["When do you open?"]
    assert house.messenger.texts() == ["disclosure", "re: When do you open?"]


def test_a_vault_out_of_reach_is_no_401(house: House) -> None:
    """Without the secrets nothing can be judged: the messenger is to come again."""
    house.moments.hook = once("before", "vault.account", fail)
    assert house.post(SIGNED) == 503
    assert house.post(SIGNED) == 200


def test_a_text_too_long_for_the_table_is_archived_whole(house: House) -> None:
    """The thread has its beginning, the archive all of it."""
    text = "Why? " * 5_000
    event = whatsapp_event(
        {
            "messages": [
                whatsapp_message("49170", 1, house.now, type="text", text={"body": text}),
            ]
        }
    )
    assert house.post(event) == 200
    house.rest()
    [kept] = [m for m in house.thread("49170", "whatsapp") if m.author == "customer"]
    assert len(kept.content.text) == 16_000
    assert house.archive.objects[kept.content.archive].decode() == text


@pytest.mark.parametrize("number", [1_800, 4_000])
def test_a_message_too_large_for_a_turn_is_a_placeholder_and_blocks_nobody(
    house: House, number: int
) -> None:
    """Thousands of contacts in one message: kept whole in the archive, what follows is answered."""
    contacts = [
        {"name": {"formatted_name": f"Person {n} {'x' * 80}"}, "phones": [{"phone": f"+49{n}"}]}
        for n in range(number)
    ]
    messages = [
        whatsapp_message("49170", 1, house.now, type="contacts", contacts=contacts),
        whatsapp_message("49170", 2, house.now, type="text", text={"body": "Got them all?"}),
    ]
    assert house.post(whatsapp_event({"messages": messages})) == 200
    house.rest()
    assert "\n\n".join(house.messenger.texts()).split("\n\n") == [
        *("disclosure", "cannot_read", "re: Got them all?"),
    ]
    kept = next(m for m in house.thread("49170", "whatsapp") if m.author == "customer")
    assert kept.content.unreadable == "contacts"
    [whole] = [body for key, body in house.archive.objects.items() if key.startswith("contents/")]
    assert b"Person 1799" in whole
    assert house.state("49170", "whatsapp").assignee == "bot"
