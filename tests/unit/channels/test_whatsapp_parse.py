"""What WhatsApp's webhook bodies mean: every kind, and the odd ones."""

import json
from typing import Any

import pytest

from channels.whatsapp import CHANNEL
from conversation.errors import Malformed
from conversation.identity import Identity
from conversation.incoming import Incoming

IDENTITY = Identity(b"0123456789abcdef")
CONTACT = {"profile": {"name": "Erika"}, "wa_id": "491700000001", "user_id": "DE.1"}


def parse(body: object) -> list[Incoming]:
    return CHANNEL.parse(json.dumps(body).encode(), {}, "path")


def post(field: str = "messages", **value: Any) -> list[Incoming]:
    value = {"metadata": {"phone_number_id": "100"}, "contacts": [CONTACT], **value}
    return parse(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "waba", "changes": [{"field": field, "value": value}]}],
        }
    )


def one(kind: str, part: object = None, **more: Any) -> Incoming:
    raw = {"from": "491700000001", "id": "wamid.1", "timestamp": "1700000000", "type": kind}
    (event,) = post(messages=[{**raw, **({} if part is None else {kind: part}), **more}])
    return event


def ids(*events: Incoming) -> set[str]:
    return {IDENTITY.event(event) for event in events}


def test_a_text() -> None:
    """Everything that a text message tells is kept."""
    event = one("text", {"body": "Hallo"}, context={"id": "wamid.0"})
    assert event.address == "whatsapp:100:491700000001"
    assert (event.kind, event.provider_id, event.sent_at) == ("message", "wamid.1", 1700000000000)
    assert event.content is not None
    assert (event.content.text, event.content.reply_to) == ("Hallo", "wamid.0")
    assert (event.name, event.raw_kind) == ("Erika", "text")


@pytest.mark.parametrize("kind", ["image", "video", "audio", "voice", "document", "sticker"])
def test_media_are_references(kind: str) -> None:
    """Media come as the messenger's id, their caption as text."""
    part = {"id": "m1", "mime_type": "a/b", "caption": "Bitte sehr", "filename": "x.pdf"}
    content = one(kind, part).content
    assert content is not None
    (attachment,) = content.attachments
    assert (attachment.kind, attachment.reference) == (kind, "m1")
    assert (attachment.mime_type, attachment.filename) == ("a/b", "x.pdf")
    assert (content.text, content.unreadable) == ("Bitte sehr", "")


def test_a_recorded_audio_is_a_voice_note() -> None:
    """What was spoken into the messenger is told from a sound file."""
    content = one("audio", {"id": "m1", "voice": True}).content
    assert content is not None
    assert content.attachments[0].kind == "voice"


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_a_tap_brings_title_and_payload(kind: str) -> None:
    """A tapped option is read by its words and by its payload, with or without its type."""
    for part in (
        {"type": kind, kind: {"id": "/a", "title": "Ja", "description": "d"}},
        {kind: {"id": "/a", "title": "Ja"}},
    ):
        content = one("interactive", part).content
        assert content is not None
        assert (content.text, content.payload, content.unreadable) == ("Ja", "/a", "")


def test_a_template_button() -> None:
    """A quick reply of a template is a tap as well."""
    content = one("button", {"text": "Ja", "payload": "/a"}).content
    assert content is not None
    assert (content.text, content.payload) == ("Ja", "/a")


@pytest.mark.parametrize("answers", ['{"a":1}', "not json", '["x"]'])
def test_a_form_keeps_its_answers(answers: str) -> None:
    """A flow's answers reach the agent, whether or not they are JSON."""
    part = {"type": "nfm_reply", "nfm_reply": {"response_json": answers, "body": "Sent"}}
    content = one("interactive", part).content
    assert content is not None
    assert (content.text, content.unreadable) == ("Sent", "nfm_reply")
    assert content.attachments[0].text == answers


@pytest.mark.parametrize(
    ("kind", "part", "unreadable"),
    [
        ("order", {"catalog_id": "c", "text": "gern"}, "order"),
        ("unsupported", {"type": "poll"}, "poll"),
        ("unsupported", None, "unsupported"),
        ("unknown", None, "unknown"),
        ("ephemeral", None, "ephemeral"),
        ("interactive", None, "interactive"),
        ("text", None, "text"),
        ("image", {"caption": "ohne id"}, "image"),
        ("location", {}, "location"),
        ("contacts", [], "contacts"),
        ("button", {}, "button"),
        ("hologram", {"body": "gern", "depth": 3}, "hologram"),
        ("hologram", "gern", "hologram"),
    ],
)
def test_what_cannot_be_read_is_a_placeholder(kind: str, part: object, unreadable: str) -> None:
    """No kind vanishes; whatever text is in it is kept."""
    event = one(kind, part)
    assert event.kind == "message"
    assert event.content is not None
    assert event.content.unreadable == unreadable
    if part and "gern" in str(part):
        assert event.content.text == "gern"


def test_location_and_contacts_are_text() -> None:
    """A place and people are shown without asking the messenger for them."""
    place = {"latitude": 52.5, "longitude": 13.4, "name": "Rathaus", "address": "Markt 1"}
    content = one("location", place).content
    assert content is not None
    assert content.attachments[0].text == "Rathaus\nMarkt 1\n52.5, 13.4"
    people = [
        {"name": {"formatted_name": "Eva"}, "phones": [{"phone": "+491"}]},
        {"name": {"first_name": "Max"}, "emails": [{"email": "m@example.com"}]},
    ]
    content = one("contacts", people).content
    assert content is not None
    assert [card.text for card in content.attachments] == ["Eva\n+491", "Max\nm@example.com"]


def test_reactions_are_told_apart() -> None:
    """A reaction, its removal and its repeat are three, two and one event; none is a message."""
    heart = one("reaction", {"message_id": "wamid.0", "emoji": "❤"})
    removed = one("reaction", {"message_id": "wamid.0"}, timestamp="1700000001")
    emptied = one("reaction", {"message_id": "wamid.0", "emoji": ""}, timestamp="1700000001")
    assert (heart.kind, heart.target, heart.emoji) == ("reaction", "wamid.0", "❤")
    assert (removed.emoji, emptied.emoji) == ("", "")
    again = one("reaction", {"message_id": "wamid.0", "emoji": "❤"})
    assert len(ids(heart, again)) == 1
    assert len(ids(heart, removed)) == 2


def test_edits_and_deletions_name_what_they_change() -> None:
    """An edit carries the new content, a deletion none; both the id of the message meant."""
    edit = one(
        "edit",
        {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "neu"}}},
    )
    assert (edit.kind, edit.target) == ("edit", "wamid.0")
    assert edit.content is not None
    assert edit.content.text == "neu"
    later = edit.model_copy(update={"revision": "1700000009"})
    assert len(ids(edit, later)) == 2
    revoke = one("revoke", {"original_message_id": "wamid.0"})
    assert (revoke.kind, revoke.target, revoke.content) == ("delete", "wamid.0", None)


@pytest.mark.parametrize("kind", ["system", "request_welcome"])
def test_nobody_wrote_these(kind: str) -> None:
    """A changed number or an opened chat is no message."""
    assert one(kind, {"body": "changed"}).kind == "other"


@pytest.mark.parametrize(
    ("more", "user", "name"),
    [
        ({"from": "491700000001"}, "491700000001", "Erika"),
        ({"from_user_id": "DE.1"}, "DE.1", "Erika"),
        ({"from": "DE.1"}, "DE.1", "Erika"),
        ({"from": "491700000009"}, "491700000009", ""),
        ({"from": "491700000009", "from_user_id": "DE.1"}, "491700000009", "Erika"),
        ({}, "491700000001", "Erika"),
    ],
)
def test_who_wrote(more: dict[str, str], user: str, name: str) -> None:
    """A number, a business-scoped id in either place, or the only contact there is."""
    (event,) = post(messages=[{"id": "1", "type": "text", "text": {"body": "x"}, **more}])
    assert (event.user, event.name) == (user, name)


def test_contacts_are_an_index() -> None:
    """Names belong to ids, not to positions."""
    contacts = [
        {"wa_id": "2", "profile": {"name": "Zwei"}},
        {"user_id": "DE.3", "profile": {"username": "drei"}},
        CONTACT,
    ]
    messages = [
        {"id": f"w{user}", "from": user, "type": "text", "text": {"body": "x"}}
        for user in ("491700000001", "2", "DE.3")
    ]
    assert [event.name for event in post(contacts=contacts, messages=messages)] == [
        "Erika",
        "Zwei",
        "drei",
    ]


def test_a_message_without_sender_reaches_an_agent() -> None:
    """Text is never lost for want of an address."""
    (event,) = post(contacts=[], messages=[{"id": "1", "text": {"body": "Hilfe"}}])
    assert event.kind == "message"
    assert event.user
    assert event.content is not None
    assert event.content.text == "Hilfe"


@pytest.mark.parametrize(
    ("timestamp", "sent_at"),
    [
        ("1700000000", 1700000000000),
        (1700000000, 1700000000000),
        ("1700000000123", 1700000000123),
        (1700000000123, 1700000000123),
        ("soon", None),
        ("", None),
        (None, None),
        ("nan", None),
        ("1e999", None),
        (-5, None),
        (0, None),
        ("9" * 30, None),
        (True, None),
    ],
)
def test_times(timestamp: object, sent_at: int | None) -> None:
    """Seconds become milliseconds, milliseconds stay, what is no time is none."""
    assert one("text", {"body": "x"}, timestamp=timestamp).sent_at == sent_at


def test_the_same_id_in_one_post_counts_once() -> None:
    """A repeat within one call is dropped before anybody sees it; order is kept."""
    raw = {"from": "1", "type": "text", "text": {"body": "x"}}
    events = post(messages=[{**raw, "id": "a"}, {**raw, "id": "b"}, {**raw, "id": "a"}])
    assert [event.provider_id for event in events] == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
        ("deleted", None),
        ("RINGING", None),
        (None, None),
    ],
)
def test_statuses(status: str | None, state: str | None) -> None:
    """A receipt names our message and our reference; a state without a word has none."""
    raw = {
        "id": "wamid.9",
        "status": status,
        "timestamp": "1700000000",
        "recipient_id": "49",
        "biz_opaque_callback_data": "c.1.0",
        "errors": [{"code": 131047}],
    }
    (event,) = post(statuses=[raw])
    assert (event.kind, event.target, event.user) == ("status", "wamid.9", "49")
    if state is None:
        assert event.receipt is None
    else:
        assert event.receipt is not None
        assert (event.receipt.state, event.receipt.reference) == (state, "c.1.0")
        assert event.receipt.code == "131047"
        assert event.receipt.reason == ("window_closed" if state == "failed" else "")


def test_statuses_of_one_message_are_distinct_events() -> None:
    """Sent and read of one message are two events, the same status twice is one."""
    raw = {"id": "wamid.9", "recipient_id": "49", "timestamp": "1700000000"}
    sent, read = post(statuses=[{**raw, "status": name} for name in ("sent", "read", "sent")])
    assert len(ids(sent, read)) == 2


def test_a_status_for_a_hidden_number() -> None:
    """Without a number the business-scoped id names the customer."""
    (event,) = post(statuses=[{"id": "1", "status": "read", "recipient_user_id": "DE.1"}])
    assert event.user == "DE.1"


def test_echoes_are_not_the_customer() -> None:
    """What our people write in the Business app is kept under the customer's address."""
    raw = {"from": "100", "to": "49", "id": "w", "type": "text", "text": {"body": "Wir."}}
    (event,) = post("smb_message_echoes", message_echoes=[raw])
    assert (event.kind, event.user) == ("echo", "49")
    assert event.content is not None
    assert event.content.text == "Wir."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_update", {"event": "ACCOUNT_DELETED"}),
        ("history", {"history": [{"threads": [{"messages": [{"text": {"body": "alt"}}]}]}]}),
        ("standby", {"messages": [{"id": "1", "type": "text", "text": {"body": "x"}}]}),
        ("calls", {"calls": [{"id": "c", "from": "49", "event": "connect"}]}),
        ("user_preferences", {"user_preferences": [{"wa_id": "49", "value": "stop"}]}),
        ("messages", {"errors": [{"code": 131000}]}),
        ("messages", {}),
    ],
)
def test_everything_else_is_kept_as_other(field: str, value: dict[str, Any]) -> None:
    """Events of the account are no messages; each has an id that a repeat has too."""
    (event,) = post(field, **value)
    assert (event.kind, event.raw_kind) == ("other", field)
    assert ids(event) == ids(*post(field, **value))
    assert len(ids(event, *post(field, **value, more=1))) in {1, 2}


def test_events_without_id_differ_by_what_they_say() -> None:
    """Two different account events are two."""
    first = post("account_update", event="A")
    second = post("account_update", event="B")
    assert len(ids(*first, *second)) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"object": "page", "entry": [{"changes": [{"value": {"messages": [{"id": "1"}]}}]}]},
        {"object": "whatsapp_business_account", "entry": []},
        {"object": "whatsapp_business_account", "entry": "odd"},
        {"object": "whatsapp_business_account", "entry": [{"changes": None}]},
        {"entry": [{"changes": [{"value": {"messages": ["odd", None, 3]}}]}]},
    ],
)
def test_well_formed_but_odd_is_one_other_event(body: object) -> None:
    """What nobody knows is not an error, and not nothing."""
    (event,) = parse(body)
    assert event.kind == "other"


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"value": value}])
def test_a_value_of_its_own_is_read(wrap: Any) -> None:
    """Older APIs and test buttons send the value without what stands around it."""
    (event,) = parse(wrap({"messages": [{"id": "1", "from": "49", "text": {"body": "x"}}]}))
    assert (event.kind, event.address) == ("message", "whatsapp:path:49")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    """Everything that is not a JSON object is the caller's mistake."""
    with pytest.raises(Malformed):
        CHANNEL.parse(body, {}, "path")


def test_half_characters_do_not_stop_a_message() -> None:
    """A lone surrogate in hostile JSON becomes a replacement character that can be stored."""
    body = rb'{"messages":[{"id":"1","from":"49","type":"text","text":{"body":"a\ud83db"}}]}'
    (event,) = CHANNEL.parse(body, {}, "path")
    assert event.content is not None
    assert event.content.text == "a\ufffdb"
    assert event.to_json()
