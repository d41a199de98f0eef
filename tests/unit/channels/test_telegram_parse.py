"""What Telegram's Updates mean: every kind, and the odd ones."""

import json
from typing import Any

import pytest

from channels.telegram import CHANNEL
from conversation.errors import Malformed
from conversation.identity import Identity
from conversation.incoming import Incoming
from conversation.message import Content

IDENTITY = Identity(b"0123456789abcdef")
PERSON = {"id": 51, "is_bot": False, "first_name": "Erika", "last_name": "Mustermann"}
CHAT = {"id": 51, "type": "private", "first_name": "Erika"}
SEEN_BUTTON = {"text": "Ja", "callback_data": "/a"}


def parse(**update: Any) -> list[Incoming]:
    return CHANNEL.parse(json.dumps(update).encode(), {}, "7")


def one(update_id: int = 1, kind: str = "message", **part: Any) -> Incoming:
    raw = {"message_id": 5, "from": PERSON, "chat": CHAT, "date": 1700000000, **part}
    (event,) = parse(update_id=update_id, **{kind: raw})
    return event


def said(**part: Any) -> Content:
    event = one(**part)
    assert event.kind == "message"
    assert event.content is not None
    return event.content


def ids(*events: Incoming) -> set[str]:
    return {IDENTITY.event(event) for event in events}


def test_a_text() -> None:
    """Everything that a text message tells is kept."""
    event = one(text="/start abc", reply_to_message={"message_id": 4})
    assert event.address == "telegram:7:51"
    assert (event.provider_id, event.chat, event.sent_at) == ("5", "51", 1700000000000)
    assert event.name == "Erika Mustermann"
    assert event.content == Content(text="/start abc", reply_to="4")


def test_ids_are_unique_only_within_a_chat() -> None:
    """The same message id in two chats is two events; the same update twice is one."""
    here, there = one(text="x"), one(text="x", chat={"id": 52, "type": "private"})
    assert len(ids(here, there)) == 2
    assert len(ids(here, one(text="x"))) == 1


def test_a_group_is_one_address() -> None:
    """What anybody writes in a group stands under the group."""
    event = one(text="x", chat={"id": -1001, "type": "supergroup", "title": "Haus"})
    assert (event.kind, event.address) == ("message", "telegram:7:-1001")


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("voice", "voice"),
        ("audio", "audio"),
        ("video", "video"),
        ("video_note", "video"),
        ("animation", "video"),
        ("live_photo", "video"),
        ("document", "document"),
        ("sticker", "sticker"),
    ],
)
def test_media_are_references(field: str, kind: str) -> None:
    """Media come as the messenger's id, their caption as text."""
    part = {"file_id": "f", "mime_type": "a/b", "file_name": "x", "file_size": 9}
    content = said(**{field: part, "caption": "Bitte"})
    (attachment,) = content.attachments
    assert (attachment.kind, attachment.reference, attachment.size) == (kind, "f", 9)
    assert (attachment.mime_type, attachment.filename) == ("a/b", "x")
    assert (content.text, content.unreadable) == ("Bitte", "")


def test_an_animation_is_not_two_files() -> None:
    """The document that comes beside an animation is the same file."""
    content = said(animation={"file_id": "a"}, document={"file_id": "a"})
    assert [part.kind for part in content.attachments] == ["video"]


def test_the_largest_photo_is_taken() -> None:
    """Of the sizes of one photo the agent gets the best, in whatever order they come."""
    sizes = [
        {"file_id": "s", "width": 90, "height": 60},
        {"file_id": "l", "width": 900, "height": 600},
        {"file_id": "m", "width": 300, "height": 200},
    ]
    content = said(photo=sizes, media_group_id="77", caption="Zähler")
    assert (content.attachments[0].kind, content.attachments[0].reference) == ("image", "l")
    assert (content.text, content.album) == ("Zähler", "77")


def test_places_and_people_are_text() -> None:
    """A location, a venue and a contact are shown without asking the messenger for them."""
    point = {"latitude": 52.5, "longitude": 13.4}
    assert said(location=point).attachments[0].text == "52.5, 13.4"
    venue = {"location": point, "title": "Rathaus", "address": "Markt 1"}
    expected = "Rathaus\nMarkt 1\n52.5, 13.4"
    assert said(venue=venue, location=point).attachments[0].text == expected
    assert said(venue=venue).attachments[0].text == expected
    person = {"first_name": "Eva", "last_name": "M", "phone_number": "+491"}
    assert said(contact=person).attachments[0].text == "Eva M\n+491"


@pytest.mark.parametrize(
    ("part", "unreadable", "text"),
    [
        ({"dice": {"emoji": "🎲", "value": 3}}, "dice", ""),
        ({"poll": {"question": "?"}}, "poll", ""),
        ({"game": {"title": "x", "photo": []}}, "game", ""),
        ({"web_app_data": {"data": "d", "button_text": "Fertig"}}, "web_app_data", "Fertig"),
        ({"successful_payment": {"currency": "EUR"}}, "successful_payment", ""),
        ({"paid_media": {"star_count": 1}, "caption": "teuer"}, "paid_media", "teuer"),
        ({"web_app_data": None, "text": "x"}, "web_app_data", "x"),
        ({"": {"depth": 3}}, "unknown", ""),
        ({"hologram": {"depth": 3}}, "hologram", ""),
        ({"hologram": {"depth": 3}, "caption": "neu"}, "hologram", "neu"),
        ({"voice": {}}, "voice", ""),
        ({"photo": []}, "photo", ""),
        ({}, "unknown", ""),
        ({"text": "x", "brand_new_flag": True}, "", "x"),
    ],
)
def test_what_cannot_be_read_is_a_placeholder(
    part: dict[str, Any], unreadable: str, text: str
) -> None:
    """No kind of message vanishes, and a text is a text whatever stands beside it."""
    content = said(**part)
    assert (content.unreadable, content.text) == (unreadable, text)


@pytest.mark.parametrize(
    "part",
    [
        {"new_chat_members": [PERSON]},
        {"left_chat_member": PERSON},
        {"pinned_message": {"message_id": 1, "text": "alt"}},
        {"migrate_to_chat_id": -1001},
        {"new_chat_photo": [{"file_id": "p"}]},
        {"forum_topic_created": {"name": "x"}},
        {"users_shared": {"request_id": 1}},
        {"group_chat_created": True},
        {"new_chat_title": "x"},
    ],
)
def test_service_messages_are_not_the_customers(part: dict[str, Any]) -> None:
    """Telegram's own notes in a chat are no messages."""
    event = one(**part)
    assert (event.kind, event.raw_kind) == ("other", next(iter(part)))


@pytest.mark.parametrize(
    ("message", "data", "text"),
    [
        (
            {"message_id": 4, "chat": CHAT, "reply_markup": {"inline_keyboard": [[SEEN_BUTTON]]}},
            "/a",
            "Ja",
        ),
        ({"message_id": 4, "chat": CHAT, "date": 0}, "/a", "/a"),
        ({"message_id": 4, "chat": CHAT, "reply_markup": {"inline_keyboard": 3}}, "/a", "/a"),
        (None, "/a", "/a"),
    ],
)
def test_a_tap_is_a_message(message: object, data: str, text: str) -> None:
    """A tapped button is read by its title where the body shows it, and by its data."""
    tap = {"id": "cb1", "from": PERSON, "data": data}
    (event,) = parse(update_id=1, callback_query={**tap, "message": message})
    assert (event.kind, event.provider_id, event.user) == ("message", "cb1", "51")
    assert event.sent_at is None
    assert event.content is not None
    assert (event.content.text, event.content.payload) == (text, data)


def test_a_tap_without_data_is_a_placeholder() -> None:
    """A game's button carries no data; it still reaches an agent."""
    (event,) = parse(callback_query={"id": "1", "from": PERSON, "game_short_name": "schach"})
    assert event.content == Content(text="schach", unreadable="callback_query")


def test_a_tap_is_answered() -> None:
    """The webhook's answer stops the button's clock; other updates are answered with nothing."""
    tap = parse(callback_query={"id": "cb1", "from": PERSON, "data": "/a"})
    assert json.loads(CHANNEL.acknowledge(b"", tap)) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "cb1",
    }
    assert CHANNEL.acknowledge(b"", [one(text="x")]) == ""


def test_edits_are_told_apart() -> None:
    """Two edits within one second are two events; each names the message and brings its text."""
    first = one(1, "edited_message", text="a", edit_date=1700000060)
    second = one(2, "edited_message", text="b", edit_date=1700000060)
    assert (first.kind, first.target, first.sent_at) == ("edit", "5", 1700000060000)
    assert first.content == Content(text="a")
    assert len(ids(first, second)) == 2
    assert len(ids(first, one(1, "edited_message", text="a", edit_date=1700000060))) == 1


def test_reactions() -> None:
    """A reaction names its message; none left is a removal."""
    new = [{"type": "emoji", "emoji": "👍"}, {"type": "custom_emoji", "custom_emoji_id": "1"}]
    raw = {"chat": CHAT, "message_id": 4, "user": PERSON, "date": 1700000000}
    (event,) = parse(update_id=1, message_reaction={**raw, "new_reaction": new})
    assert (event.kind, event.target, event.emoji) == ("reaction", "4", "👍⭐")
    (event,) = parse(update_id=2, message_reaction={**raw, "new_reaction": []})
    assert (event.kind, event.emoji) == ("reaction", "")


@pytest.mark.parametrize(
    ("status", "blocked"), [("kicked", True), ("left", True), ("member", False)]
)
def test_blocks(status: str, blocked: bool) -> None:
    """Who blocks the bot is not written to any more, until they allow it again."""
    raw = {"chat": CHAT, "from": PERSON, "date": 1, "new_chat_member": {"status": status}}
    (event,) = parse(update_id=9, my_chat_member=raw)
    assert (event.kind, event.blocked, event.user) == ("block", blocked, "51")
    assert event.provider_id == "9"


def test_business_accounts() -> None:
    """The owner's own words are echoes, the customer's are messages, deletions name each."""
    by_owner: dict[str, Any] = {"from": {"id": 99, "first_name": "Chef"}}
    assert one(kind="business_message", text="x").kind == "message"
    assert one(kind="business_message", text="x", **by_owner).kind == "echo"
    assert one(kind="business_message", text="x", sender_business_bot={"id": 7}).kind == "echo"
    assert one(kind="edited_business_message", text="x").kind == "edit"
    assert one(kind="edited_business_message", text="x", **by_owner).kind == "echo"
    events = parse(deleted_business_messages={"chat": CHAT, "message_ids": [3, 4]})
    assert [(event.kind, event.target) for event in events] == [("delete", "3"), ("delete", "4")]


@pytest.mark.parametrize(
    "kind",
    [
        "channel_post",
        "edited_channel_post",
        "inline_query",
        "poll",
        "poll_answer",
        "chat_member",
        "chat_join_request",
        "business_connection",
        "message_reaction_count",
        "something_new",
    ],
)
def test_everything_else_is_other(kind: str) -> None:
    """Updates that nobody wrote to us are no messages."""
    text: dict[str, Any] = {"text": "x"} if "channel" in kind else {}
    assert one(kind=kind, **text).kind == "other"


def test_a_new_kind_with_text_is_a_message() -> None:
    """What is newer than this parser and has text in it does not vanish."""
    event = one(kind="message_from_the_future", text="Hallo")
    assert (event.kind, event.raw_kind) == ("message", "message_from_the_future")


@pytest.mark.parametrize(
    "part",
    [
        {"chat": None},
        {"chat": None, "from": None},
        {"chat": [], "from": "x", "date": "soon", "message_id": None},
        {"entities": 3, "reply_to_message": "x", "photo": {}, "reply_markup": []},
    ],
)
def test_a_malformed_message_with_text_is_a_message(part: dict[str, Any]) -> None:
    """Broken pieces neither stop a text nor hide it; it always has an address."""
    event = one(text="Hilfe", **part)
    assert event.kind == "message"
    assert event.user
    assert event.content is not None
    assert event.content.text == "Hilfe"


def test_a_bare_message_is_read() -> None:
    """A Message without an Update around it is still what it is."""
    (event,) = parse(message_id=5, chat=CHAT, date=1700000000, text="x")
    assert (event.kind, event.provider_id) == ("message", "5")


@pytest.mark.parametrize("update", [{}, {"update_id": 3}, {"message": None}, {"message": "x"}])
def test_well_formed_but_odd_is_one_other_event(update: dict[str, Any]) -> None:
    """What nobody knows is not an error, and not nothing."""
    (event,) = parse(**update)
    assert event.kind == "other"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe\xfd"])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    """Everything that is not a JSON object is the caller's mistake."""
    with pytest.raises(Malformed):
        CHANNEL.parse(body, {}, "7")
