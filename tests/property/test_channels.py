"""Whatever comes from outside: parsing never breaks, splitting never loses."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import ProviderResponse, WebhookRequest
from channels.registry import CHANNELS
from channels.text import length, split
from conversation.errors import Malformed
from conversation.identity import Identity
from conversation.incoming import Incoming

IDENTITY = Identity(b"0123456789abcdef")
PUSHED = [channel for channel in CHANNELS.values() if channel.abilities.pushed]

# The first text of a fresh checkout builds Hypothesis' tables of characters: seconds, once.

WORDS = """
    entry changes value field metadata phone_number_id contacts wa_id user_id profile name messages
    statuses message_echoes calls id from type timestamp text body image interactive button_reply
    reaction emoji edit message context errors code update_id callback_query chat date photo
    file_id caption reply_markup inline_keyboard callback_data my_chat_member new_chat_member
    status document location venue contact message_id sticker message_reaction new_reaction
    messaging standby sender recipient mid attachments payload url quick_reply postback title
    referral ref read delivery watermark mids message_edit is_echo is_deleted reply_to story
    """.split()

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(WORDS)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=40,
)


def taken(channel: Any, body: bytes) -> list[Incoming]:
    """Parse and check what everybody relies on."""
    events: list[Incoming] = channel.parse(body, {}, "account")
    assert events
    for event in events:
        assert event.provider_id
        assert IDENTITY.event(event)
        assert Incoming.from_json(event.to_json()) == event
        if event.kind in {"message", "edit"}:
            assert event.user
            assert event.content is not None
            content = event.content
            assert content.text or content.attachments or content.unreadable
    return events


def whatsapp(value: Any) -> Any:
    return {"entry": [{"changes": [{"field": "messages", "value": value}]}]}


@pytest.mark.parametrize("channel", PUSHED, ids=lambda channel: channel.name)
@given(body=st.dictionaries(st.sampled_from(WORDS), JSON, max_size=5))
def test_parse_takes_every_json_object(channel: Any, body: Any) -> None:
    """Any JSON object becomes events that can be stored, the same ones each time."""
    raw = json.dumps(body).encode()
    assert taken(channel, raw) == taken(channel, raw)


@given(message=JSON, contacts=JSON, statuses=JSON)
def test_whatsapp_takes_every_message(message: Any, contacts: Any, statuses: Any) -> None:
    """Whatever stands where messages, contacts and statuses belong, nothing breaks."""
    value = {"messages": [message], "contacts": [contacts, contacts], "statuses": [statuses]}
    taken(CHANNELS["whatsapp"], json.dumps(whatsapp(value)).encode())


@given(
    kind=st.sampled_from(["message", "callback_query", "my_chat_member", "edited_message"]),
    part=st.dictionaries(st.sampled_from(WORDS), JSON),
)
def test_telegram_takes_every_update(kind: str, part: Any) -> None:
    """Whatever stands in an update, nothing breaks."""
    taken(CHANNELS["telegram"], json.dumps({"update_id": 1, kind: part}).encode())


@pytest.mark.parametrize("name", ["messenger", "instagram"])
@given(item=st.dictionaries(st.sampled_from(WORDS), JSON), part=JSON)
def test_messenger_and_instagram_take_every_item(name: str, item: Any, part: Any) -> None:
    """Whatever stands in an item of `messaging`, nothing breaks."""
    for key in ("message", "postback", "message_edit", "reaction", "delivery", "read"):
        body = {"entry": [{"id": "1", "messaging": [{**item, key: part}, part]}]}
        taken(CHANNELS[name], json.dumps(body).encode())


@given(text=st.text(st.characters(), min_size=1), broken=st.dictionaries(st.text(), JSON))
def test_text_never_vanishes(text: str, broken: Any) -> None:
    """A message with text is a message with that text, whatever else is wrong with it."""
    known = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    raw = {**broken, "type": "text", "text": {"body": text}}
    (event,) = taken(CHANNELS["whatsapp"], json.dumps(whatsapp({"messages": [raw]})).encode())
    assert event.content is not None
    assert event.content.text == known
    raw = {**broken, "text": text}
    (event,) = taken(CHANNELS["telegram"], json.dumps({"message": raw}).encode())
    assert event.content is not None
    assert event.content.text == known
    body = {"entry": [{"messaging": [{"message": raw}]}]}
    (event,) = taken(CHANNELS["messenger"], json.dumps(body).encode())
    assert event.content is not None
    assert event.content.text == known


@pytest.mark.parametrize("channel", PUSHED, ids=lambda channel: channel.name)
@given(body=st.binary())
def test_parse_raises_nothing_but_malformed(channel: Any, body: bytes) -> None:
    """Any bytes are events or the caller's mistake."""
    try:
        taken(channel, body)
    except Malformed:
        return


@pytest.mark.parametrize("channel", PUSHED, ids=lambda channel: channel.name)
@given(body=st.binary(), header=st.text(st.characters()), secret=st.text())
def test_verify_refuses_without_an_error(
    channel: Any, body: bytes, header: str, secret: str
) -> None:
    """No header, body or secret makes verifying fail with an exception."""
    headers = dict.fromkeys(("x-hub-signature-256", "x-telegram-bot-api-secret-token"), header)
    secrets = {"app_secret": secret, "secret_token": secret}
    assert channel.verify(WebhookRequest("POST", "1", headers, body), secrets) in {True, False}


@pytest.mark.parametrize("channel", PUSHED, ids=lambda channel: channel.name)
@given(status=st.integers(200, 599), answer=JSON)
def test_every_answer_has_an_outcome(channel: Any, status: int, answer: Any) -> None:
    """Whatever a messenger answers, a message is sent, waits or is refused."""
    assert channel.outcome(ProviderResponse(status, json.dumps(answer).encode()))


TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(["\n\n", "\n", ". ", " ", "Satz. ", "👩‍🚒", "🇩🇪", "é"])
).map("".join)


@given(text=TEXTS, limit=st.integers(2, 50))
def test_splitting_loses_nothing(text: str, limit: int) -> None:
    """The parts are the text in its order, only white space between them is gone."""
    parts = split(text, limit)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    rest = text
    for part in parts:
        rest = rest.lstrip()
        assert rest.startswith(part)
        rest = rest[len(part) :]
    assert not rest.strip()


@given(text=TEXTS, limit=st.integers(2, 50))
def test_splitting_keeps_the_limit(text: str, limit: int) -> None:
    """No part is empty or longer than the limit, counted as messengers count."""
    for part in split(text, limit):
        assert part
        assert length(part) == len(part.encode("utf-16-le")) // 2
        assert length(part) <= limit
