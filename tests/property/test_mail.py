"""Whatever comes as a mail: reading never breaks, and what is read can be stored."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from channels.mail import CHANNEL
from channels.mail_html import html_to_text
from channels.mail_quotes import own_words
from channels.mail_text import decoded, unwrapped, unwrapped_size, words
from conversation.errors import Malformed, Unavailable
from conversation.identity import Identity
from conversation.incoming import Incoming
from tests.guarantees.bot import EchoBot
from tests.guarantees.post import OURS, PostHouse
from webhook.mail import STORED

IDENTITY = Identity(b"0123456789abcdef")

PIECES = [
    *(b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Message-ID: ", b"In-Reply-To: ", b"Sender: "),
    *(b"Content-Type: ", b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=c"),
    *(b"multipart/report; boundary=b", b"message/delivery-status", b"message/rfc822"),
    *(b"text/plain; charset=", b"text/html; charset=", b"utf-8", b"utf-7", b"x-none", b"koi8-r"),
    *(b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"; format=flowed"),
    *(b"Content-Disposition: attachment; filename", b"*0*=", b"*=utf-8''%C3", b'="', b"*1=x"),
    *(
        b"\n",
        b"\r\n",
        b"\n\n",
        b"\n ",
        b"--b\n",
        b"--c\n",
        b"--b--\n",
        b"=?utf-8?q?=C3?=",
        b"<",
        b">",
    ),
    *(b"a@b.example", b"<a@b.example>", b"Action: failed\n", b"Final-Recipient: rfc822;a@b\n"),
    *(
        b"Original-Message-ID: <x>",
        b"Auto-Submitted: ",
        b"Return-Path: <>\n",
        b"X-Failed-Recipients: ",
    ),
    *(b"Sun, 22 Nov 2026 08:15:00 +0100", b"> x\n", b"-- \n", b"<p>", b"<!--", b"<style>", b"&#9;"),
]
MAIL = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=60).map(b"".join)

NAMES = """
    Records ses Sns body Message mail receipt content headers name value commonHeaders from to cc
    messageId date subject source timestamp destination recipients action type encoding objectKey
    notificationType eventType bounce complaint delivery bouncedRecipients complainedRecipients
    emailAddress status spamVerdict dmarcVerdict dmarcPolicy
    """.split()
VALUES = st.sampled_from(
    ["Received", "Bounce", "Complaint", "Delivery", "Reject", "FAIL", "reject", "BASE64", "a@b"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | VALUES
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=40,
)


def taken(body: bytes, account: str = "") -> list[Incoming]:
    """Parse and check what everybody relies on."""
    try:
        events = CHANNEL.parse(body, {}, account)
    except Malformed:
        return []
    assert events
    for event in events:
        assert event.provider_id
        assert event.account
        assert IDENTITY.event(event)
        assert Incoming.from_json(event.to_json()) == event
        if event.kind == "message":
            assert event.user
            assert event.content is not None
            content = event.content
            assert content.text or content.attachments or content.unreadable
    return events


@given(body=st.binary(max_size=300))
def test_parse_takes_any_bytes(body: bytes) -> None:
    """Bytes are malformed or become events that can be stored, the same ones each time."""
    assert taken(body) == taken(body)


@given(body=MAIL)
def test_parse_takes_whatever_looks_like_a_mail(body: bytes) -> None:
    """Header fields, boundaries, encodings and reports in any order break nothing."""
    assert taken(b"From: a@b.example\n" + body, "service@x.example")


@given(mail=JSON, receipt=JSON, detail=JSON, kind=VALUES)
def test_parse_takes_whatever_ses_may_say(mail: Any, receipt: Any, detail: Any, kind: str) -> None:
    """Whatever stands where mail, receipt and report belong, nothing breaks."""
    told = {"mail": mail, "receipt": receipt, "content": detail}
    assert taken(json.dumps(told).encode())
    told = {"mail": mail, "eventType": kind, kind.lower(): detail}
    assert taken(json.dumps({"Records": [{"Sns": {"Message": json.dumps(told)}}]}).encode())


CHARSETS = ["utf-7", "utf-16", "utf-32", "iso-2022-jp", "hz", "big5", "koi8-r", "idna", "mbcs"]


@given(raw=st.binary(max_size=60), charset=st.text(max_size=12) | st.sampled_from(CHARSETS))
def test_every_charset_gives_a_text(raw: bytes, charset: str) -> None:
    """The name of a charset comes from outside, too; a text never has half a character."""
    text = decoded(raw, charset)
    assert text.encode().decode() == text


def test_half_a_character_is_none() -> None:
    """UTF-7 can write a lone surrogate, which no JSON and no table takes."""
    assert decoded(b"a+2AA-b", "utf-7") == "a\ufffdb"


@given(text=st.text(max_size=60))
def test_what_is_written_in_utf_8_is_read_back(text: str) -> None:
    """The charset that nearly all mails have changes nothing."""
    assert decoded(text.encode(), "utf-8") == text.removeprefix("\ufeff")


@given(raw=st.binary(max_size=60), encoding=st.sampled_from(["base64", "quoted-printable", "8bit"]))
def test_a_size_is_told_without_unwrapping(raw: bytes, encoding: str) -> None:
    """The size that is told is the size of what would be unwrapped."""
    assert unwrapped_size(raw, encoding) == len(unwrapped(raw, encoding))


@given(text=st.text(st.sampled_from("<>/ab !-\"'=&#x;p \n") | st.characters(), max_size=80))
def test_texts_are_always_readable(text: str) -> None:
    """HTML, quotes and encoded words of any shape are read to their end."""
    assert "\x00" not in words(text)
    assert isinstance(html_to_text(text), str)
    assert bool(own_words(text)) == bool(text.strip())


@given(MAIL, JSON, st.sampled_from([OURS, f"service+x{OURS[7:]}", "else@where.example"]))
def test_taking_a_mail_breaks_on_nothing(raw: bytes, odd: Any, to: str) -> None:
    """Whatever lies in the bucket, and whatever stands beside it: it is taken, and answered once.

    What is taken fits into the queue and is understood there.
    """
    house = PostHouse(EchoBot())
    house.archive.objects[f"{STORED}any"] = raw
    event = house.event("any", to)
    event["Records"][0]["ses"]["mail"] |= {"headers": odd, "commonHeaders": odd}
    for _ in range(2):
        house.tell(event)
    house.rest()
    for conversation in house.table.all_conversations().values():
        [record] = house.table.all_records(conversation.id)
        assert sum(message.author == "customer" for message in record.messages) == 1
    assert len(house.ses.sent) <= 1


@given(JSON)
def test_taking_any_event_of_ses_breaks_on_nothing(root: dict[str, Any]) -> None:
    """An event of any shape is taken, or is to come again."""
    house = PostHouse(EchoBot())
    with suppress(Unavailable):
        house.tell(root)
