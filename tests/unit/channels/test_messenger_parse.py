"""What webhook bodies of Messenger and Instagram mean."""

import json
from typing import Any

import pytest

from channels.instagram import CHANNEL as INSTAGRAM
from channels.messenger import CHANNEL as MESSENGER
from conversation.incoming import Incoming, Receipt
from conversation.message import Attachment, Content

PAGE, USER, AT = "100000000000002", "5200000000000001", 1_763_798_401_123


def item(**more: Any) -> dict[str, Any]:
    return {"sender": {"id": USER}, "recipient": {"id": PAGE}, "timestamp": AT, **more}


def parsed(
    *items: Any, channel: Any = MESSENGER, root: str = "page", key: str = "messaging"
) -> Any:
    body = {"object": root, "entry": [{"id": PAGE, "time": AT, key: list(items)}]}
    return channel.parse(json.dumps(body).encode(), {}, "path")


def one(**more: Any) -> Incoming:
    [event] = parsed(item(**more))
    assert isinstance(event, Incoming)
    return event


def said(part: Any) -> Content:
    content = one(message=part).content
    assert content is not None
    return content


def test_a_text() -> None:
    """Who wrote to which page, when, and what."""
    event = one(message={"mid": "m_1", "text": "Grüß Gott"})
    assert event == Incoming(
        kind="message",
        channel="messenger",
        account=PAGE,
        user=USER,
        provider_id="m_1",
        sent_at=AT,
        content=Content(text="Grüß Gott"),
        raw_kind="message",
    )


def test_instagram_is_the_same_under_its_own_name() -> None:
    """Instagram's bodies have the same shape; each takes only its own."""
    text = item(message={"mid": "m_1", "text": "Hallo"})
    [event] = parsed(text, channel=INSTAGRAM, root="instagram")
    assert event.address == f"instagram:{PAGE}:{USER}"
    for channel, root in ((INSTAGRAM, "page"), (MESSENGER, "instagram")):
        [event] = parsed(text, channel=channel, root=root)
        assert (event.kind, event.raw_kind) == ("other", root)


@pytest.mark.parametrize(
    ("told", "at"),
    [
        (AT, AT),
        (float(AT), AT),
        (str(AT), AT),
        (1_763_798_401, 1_763_798_401_000),
        ("1763798401", 1_763_798_401_000),
        ("2025-11-22T08:00:01+0000", 1_763_798_401_000),
        ("2025-11-22T09:00:01+01:00", 1_763_798_401_000),
        ("2025-11-22T08:00:01", 1_763_798_401_000),
        ("today", None),
        (None, None),
        (["1"], None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_times(told: Any, at: int | None) -> None:
    """Milliseconds, seconds and dates are one and the same; what is no time is none."""
    assert one(timestamp=told, message={"mid": "m_1", "text": "x"}).sent_at == at


def test_a_tap_on_a_quick_reply() -> None:
    """A quick reply brings its title and what stands behind it."""
    content = said({"mid": "m_1", "text": "Ja", "quick_reply": {"payload": "key.1"}})
    assert (content.text, content.payload) == ("Ja", "key.1")


def test_a_tap_on_a_button() -> None:
    """A postback is a message; one without an id gets the same one in every repeat."""
    event = one(postback={"mid": "m_1", "title": "Ja", "payload": "key.1"})
    assert (event.kind, event.provider_id) == ("message", "m_1")
    assert event.content == Content(text="Ja", payload="key.1")
    first, second = (one(postback={"payload": "key.1"}) for _ in range(2))
    assert first == second
    assert first.content == Content(text="key.1", payload="key.1")
    assert one(timestamp=AT + 1, postback={"payload": "key.1"}).provider_id != first.provider_id


@pytest.mark.parametrize(
    "more",
    [
        {"referral": {"ref": "code", "source": "SHORTLINK"}},
        {"postback": {"title": "Los", "payload": "x", "referral": {"ref": "code"}}},
        {"message": {"mid": "m_1", "text": "Hallo", "referral": {"ref": "code"}}},
    ],
)
def test_what_a_link_carried(more: Any) -> None:
    """A link's own word is kept wherever it comes: by itself, with a first tap, with a text."""
    event = one(**more)
    assert event.ref == "code"
    assert event.kind == ("referral" if "referral" in more else "message")


def test_a_links_word_is_no_flood() -> None:
    """No link carries more than Meta lets it."""
    assert len(one(referral={"ref": "x" * 100_000}).ref) == 2083


MEDIA_URL = "https://scontent.example.com/1"


@pytest.mark.parametrize(
    ("raw", "attachment"),
    [
        (
            {"type": "image", "payload": {"url": MEDIA_URL}},
            Attachment(kind="image", reference=MEDIA_URL),
        ),
        (
            {"type": "audio", "payload": {"url": MEDIA_URL}},
            Attachment(kind="audio", reference=MEDIA_URL),
        ),
        (
            {"type": "video", "payload": {"url": MEDIA_URL}},
            Attachment(kind="video", reference=MEDIA_URL),
        ),
        (
            {"type": "file", "payload": {"url": MEDIA_URL}},
            Attachment(kind="document", reference=MEDIA_URL),
        ),
        (
            {"type": "image", "payload": {"url": MEDIA_URL, "sticker_id": 369239263222822}},
            Attachment(kind="sticker", reference=MEDIA_URL, text="👍"),
        ),
        (
            {"type": "image", "payload": {"url": MEDIA_URL, "sticker_id": 1}},
            Attachment(kind="sticker", reference=MEDIA_URL),
        ),
        ({"type": "like_heart"}, Attachment(kind="sticker", text="❤")),
        (
            {
                "type": "location",
                "title": "Markt 1",
                "payload": {"coordinates": {"lat": 0, "long": 8.5}},
            },
            Attachment(kind="location", text="Markt 1\n0, 8.5"),
        ),
    ],
)
def test_attachments(raw: Any, attachment: Attachment) -> None:
    """What stands for itself is an attachment and readable."""
    assert said({"mid": "m_1", "attachments": [raw]}) == Content(attachments=(attachment,))


@pytest.mark.parametrize("kind", ["share", "ig_reel", "reel", "story_mention", "hologram"])
def test_what_is_shared_is_a_placeholder(kind: str) -> None:
    """A post, a reel, a story and what nobody knows are shown with their title and link."""
    payload = {"url": MEDIA_URL, "title": "Sommerfest"}
    content = said({"mid": "m_1", "attachments": [{"type": kind, "payload": payload}]})
    assert content.unreadable == kind
    [kept] = content.attachments
    assert kept.text == f"Sommerfest\n{MEDIA_URL}"
    assert kept.reference == MEDIA_URL


@pytest.mark.parametrize(
    "told",
    [
        {"payload": None, "title": "Tarife", "URL": "https://example.com"},
        {"payload": {"url": "https://example.com", "title": "Tarife"}},
    ],
)
def test_a_link_of_the_customers_is_no_media(told: dict[str, Any]) -> None:
    """The preview of a link beside a text is readable, and nothing is to be fetched from there."""
    raw = {"type": "fallback", **told}
    content = said({"mid": "m_1", "text": "https://example.com", "attachments": [raw]})
    [kept] = content.attachments
    assert (kept.reference, kept.text) == ("", "Tarife\nhttps://example.com")
    assert content.unreadable == ""


def test_a_reply_to_a_story() -> None:
    """What is said about a story is a text, with the story beside it."""
    story = {"id": "1", "url": MEDIA_URL}
    content = said({"mid": "m_1", "text": "Gilt das noch?", "reply_to": {"story": story}})
    assert (content.text, content.unreadable) == ("Gilt das noch?", "")
    assert [kept.reference for kept in content.attachments] == [MEDIA_URL]


def test_a_reply_to_a_message() -> None:
    """A reply names what it replies to."""
    assert said({"mid": "m_2", "text": "ja", "reply_to": {"mid": "m_1"}}).reply_to == "m_1"


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"mid": "m_1", "is_unsupported": True}, "unsupported"),
        ({"mid": "m_1"}, "unknown"),
        ({"mid": "m_1", "attachments": [{"type": "template", "payload": {"a": 1}}]}, "template"),
        ({"mid": "m_1", "attachments": [{"type": "ephemeral"}]}, "ephemeral"),
        ({"mid": "m_1", "attachments": [{"type": "image"}]}, "unknown"),
    ],
)
def test_what_cannot_be_read_stays_visible(part: Any, kind: str) -> None:
    """Nothing of a customer's vanishes: what nobody can read is a placeholder."""
    event = one(message=part)
    assert event.kind == "message"
    assert event.content is not None
    assert event.content.unreadable == kind


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ({"message": "ohne Hülle"}, "ohne Hülle"),
        ({"text": "am falschen Ort"}, "am falschen Ort"),
        ({"hologram": {"mid": "m_1", "text": "neu"}}, "neu"),
        ({"message": {"text": "ohne Id"}}, "ohne Id"),
        ({"sender": None, "message": {"mid": "m_1", "text": "von niemandem"}}, "von niemandem"),
    ],
)
def test_malformed_messages_with_text_are_kept(raw: Any, text: str) -> None:
    """A body that is wrong but holds text is a message with that text, by somebody."""
    [event] = parsed(item(**raw))
    assert (event.kind, event.content.text) == ("message", text)
    assert event.user
    assert event.provider_id


def test_unsent() -> None:
    """What a customer takes back names the message."""
    event = one(message={"mid": "m_1", "is_deleted": True})
    assert (event.kind, event.target, event.content) == ("delete", "m_1", None)


def test_edits_of_one_message_are_told_apart() -> None:
    """Each edit of a message is an event of its own about that message."""
    events = [one(message_edit={"mid": "m_1", "text": f"v{n}", "num_edit": n}) for n in (1, 2)]
    assert [(e.kind, e.target, e.revision) for e in events] == [
        ("edit", "m_1", "1"),
        ("edit", "m_1", "2"),
    ]
    assert [e.content.text for e in events if e.content] == ["v1", "v2"]


@pytest.mark.parametrize(
    ("part", "emoji"),
    [
        ({"action": "react", "reaction": "love", "emoji": "❤"}, "❤"),
        ({"action": "react", "reaction": "like"}, "👍"),
        ({"action": "react", "reaction": "other"}, "⭐"),
        ({"action": "unreact", "reaction": "love", "emoji": "❤"}, ""),
    ],
)
def test_reactions(part: Any, emoji: str) -> None:
    """A reaction shows its emoji, one taken back shows none; both name the message."""
    event = one(reaction={"mid": "m_1", **part})
    assert (event.kind, event.target, event.emoji) == ("reaction", "m_1", emoji)


def test_delivered() -> None:
    """Each id that arrived is a receipt; without ids all up to the watermark have arrived."""
    receipt = Receipt(state="delivered", up_to=AT)
    events = parsed(item(delivery={"mids": ["m_1", "m_2"], "watermark": AT}))
    assert [(e.kind, e.target, e.receipt) for e in events] == [
        ("status", "m_1", receipt),
        ("status", "m_2", receipt),
    ]
    [event] = parsed(item(delivery={"watermark": AT}))
    assert (event.target, event.receipt) == ("", receipt)


def test_read() -> None:
    """Messenger tells up to when it was read, Instagram which message."""
    event = one(timestamp=AT + 5, read={"watermark": AT})
    assert (event.target, event.receipt) == ("", Receipt(state="read", up_to=AT))
    event = one(read={"mid": "m_1"})
    assert (event.target, event.receipt) == ("m_1", Receipt(state="read", up_to=AT))


def test_echoes_are_ours() -> None:
    """What our side wrote names the customer as recipient and is never the customer's."""
    event = one(
        sender={"id": PAGE},
        recipient={"id": USER},
        message={"mid": "m_1", "is_echo": True, "app_id": 1, "text": "Wir rufen an."},
    )
    assert (event.kind, event.account, event.user) == ("echo", PAGE, USER)
    assert event.content == Content(text="Wir rufen an.")


@pytest.mark.parametrize("key", ["standby", "changes"])
def test_what_is_not_for_us_is_no_message(key: str) -> None:
    """Another app's conversation and the dashboard's test are kept and answered by nobody."""
    text = item(message={"mid": "m_1", "text": "Hallo"})
    raw = text if key == "standby" else {"field": "messages", "value": text}
    [event] = parsed(raw, key=key)
    assert event.kind == "other"
    assert event.raw_kind == ("standby" if key == "standby" else "messages")


def test_notices_with_text_are_no_messages() -> None:
    """Meta's own notices stay notices, whatever words they bring."""
    event = one(policy_enforcement={"action": "warning", "text": "Bitte beachten Sie"})
    assert (event.kind, event.raw_kind) == ("other", "policy_enforcement")


def test_the_same_id_twice_is_one_message() -> None:
    """A repeat within one call counts once; two pages in one call are told apart."""
    text = item(message={"mid": "m_1", "text": "Hallo"})
    other = {**text, "recipient": {"id": "100000000000003"}}
    assert [event.account for event in parsed(text, text, other)] == [PAGE, "100000000000003"]


def test_the_account_is_the_bodys_else_the_paths() -> None:
    """The recipient names our account, else the entry, else the webhook's path."""
    bare = {"sender": {"id": USER}, "message": {"mid": "m_1", "text": "Hallo"}}
    [event] = parsed(bare)
    assert event.account == PAGE
    for body in (bare, {"messaging": bare}, {"messaging": [bare]}):
        [event] = MESSENGER.parse(json.dumps(body).encode(), {}, "path")
        assert (event.account, event.kind) == ("path", "message")
