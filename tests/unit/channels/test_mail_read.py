"""What stands in a mail: charsets, parts, files, header fields, and mails made to do harm."""

import time
from base64 import b64encode
from collections.abc import Iterator

import pytest

from channels.mail_html import html_to_text
from channels.mail_mime import DEPTH, FIELDS, PARTS, read_part
from channels.mail_read import TEXT, Mail, read


def mail(body: bytes, *fields: str) -> Mail:
    head = "\n".join(("From: erika@example.com", *fields))
    return read(head.encode("latin-1") + b"\n\n" + body)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a test where the clock on the wall is not UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("utf-8", "Grüße".encode()),
        ("UTF-8; format=x", "Grüße".encode()),
        ('"utf-8"', "Grüße".encode()),
        ("iso-8859-1", "Grüße".encode("latin-1")),
        ("iso-8859-15", "Grüße".encode("latin-1")),
        ("windows-1252", "Grüße".encode("cp1252")),
        ("win-1252", "Grüße".encode("cp1252")),
        ("cp-850", "Grüße".encode("cp850")),
        ("utf-16", "Grüße".encode("utf-16")),
        ("utf-7", b"Gr+APwA3w-e"),
        # wrong ones
        ("us-ascii", "Grüße".encode()),
        ("us-ascii", "Grüße".encode("cp1252")),
        ("iso-8859-1", "Grüße".encode()),
        ("utf-8", "Grüße".encode("cp1252")),
        # unknown ones, and codecs that are no charsets
        ("x-unknown", "Grüße".encode()),
        ("x-unknown", "Grüße".encode("cp1252")),
        ("unicode_escape", "Grüße".encode()),
        ("punycode", "Grüße".encode()),
        ("zlib", "Grüße".encode()),
        ("\x01", "Grüße".encode()),
        ("", "Grüße".encode("cp1252")),
    ],
)
def test_charsets_that_are_right_wrong_and_unknown(charset: str, raw: bytes) -> None:
    """A text is read whatever its charset claims to be."""
    assert mail(raw, f"Content-Type: text/plain; charset={charset}").text == "Grüße"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "你好，我想问一下镕"),
        ("ks_c_5601-1987", "안녕하세요"),
        ("shift_jis", "こんにちは①"),
        ("iso-2022-jp", "こんにちは"),
        ("koi8-r", "Здравствуйте"),
        ("windows-1256", "أهلين"),
        ("big5", "你好"),
    ],
)
def test_charsets_of_other_scripts(charset: str, text: str) -> None:
    """What Windows calls by a standard's name holds more letters than the standard."""
    codec = {"gb2312": "gb18030", "ks_c_5601-1987": "cp949", "shift_jis": "cp932"}
    raw = text.encode(codec.get(charset, charset))
    assert mail(raw, f"Content-Type: text/plain; charset={charset}").text == text


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("base64", b64encode("Grüße".encode())),
        ("BASE64", b" R3LDvM\n Of*ZQ"),
        ("base64", b"R3LDvMOfZQ=====x"),
        ("quoted-printable", b"Gr=C3=BC=C3=\n=9Fe"),
        ("Quoted-Printable ", b"Gr=c3=bc=c3=9fe"),
        ("8bit", "Grüße".encode()),
        ("x-nonsense", "Grüße".encode()),
    ],
)
def test_transfer_encodings_are_undone(encoding: str, raw: bytes) -> None:
    """Missing padding, rubbish between and odd spelling lose nothing."""
    fields = (f"Content-Transfer-Encoding: {encoding}", "Content-Type: text/plain; charset=utf-8")
    assert mail(raw, *fields).text.startswith("Grüße")


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?B?WsOkaGxlcg==?=", "Zähler"),
        ("=?utf-8?Q?Z=C3=A4hler_neu?=", "Zähler neu"),
        ("=?utf-8?B?WsM=?= =?utf-8?B?pGhsZXI=?=", "Zähler"),
        ("=?iso-8859-1?Q?Z=E4hler?= neu", "Zähler neu"),
        ("Re: =?UTF-8*de?Q?Z=C3=A4hler?=", "Re: Zähler"),
        ("=?x-none?Q?Z=C3=A4hler?=", "Zähler"),
        ("=?utf-8?B?kaputt", "=?utf-8?B?kaputt"),
        ("Z\xe4hler", "Zähler"),
        ("a\n b", "a b"),
    ],
)
def test_encoded_words(raw: str, subject: str) -> None:
    """A subject is read though it is cut inside a letter, mislabelled or not encoded at all."""
    assert mail(b"x", f"Subject: {raw}").subject == subject


@pytest.mark.parametrize(
    ("raw", "sender", "name"),
    [
        ("Erika@Example.COM", "erika@example.com", ""),
        ('"Muster, Max" <max@example.com>', "max@example.com", "Muster, Max"),
        ("Muster, Max <max@example.com>", "max@example.com", "Muster, Max"),
        ("=?utf-8?Q?J=C3=B6rg?= <j@example.com>", "j@example.com", "Jörg"),
        ('"boss@bank.example" <thief@example.com>', "thief@example.com", ""),
        ('"<boss@bank.example>" <thief@example.com>', "thief@example.com", ""),
        ("(<boss@bank.example>) <thief@example.com>", "thief@example.com", ""),
        ("boss@bank.example <thief@example.com>", "thief@example.com", ""),
        ("=?utf-8?Q?<boss@bank.example>?= <thief@example.com>", "thief@example.com", ""),
        ("max@example.com (Max)", "max@example.com", ""),
        ("<a@example.com>, <b@example.com>", "a@example.com", ""),
        ("x@stra\xdfe.example", "x@strasse.example", ""),
        ("x@b\xfccher.example", "x@xn--bcher-kva.example", ""),
        ("Max <a@example.com> <b@example.com>", "", ""),
        ("a@example.com\nFrom: b@example.com", "", ""),
        ('"" (Mail System)', "", ""),
        ("a:b@example.com", "b@example.com", ""),
    ],
)
def test_who_a_mail_is_from(raw: str, sender: str, name: str) -> None:
    """The address in brackets counts, never one in a name; it is the same however spelt."""
    told = read(b"Subject: x\nFrom: " + raw.encode("latin-1") + b"\n\nx")
    assert (told.sender, told.name) == (sender, name)


def test_only_from_says_who_writes() -> None:
    """Whoever can write Reply-To would be told what belongs to From; Sender nobody checks."""
    assert mail(b"x", "Reply-To: thief@example.com").sender == "erika@example.com"
    assert read(b"From: nobody\nSender: erika@example.com\n\nx").sender == ""


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Sun, 22 Nov 2026 09:15:00 +0100", 1795335300000),
        ("22 Nov 2026 08:15:00 GMT", 1795335300000),
        ("Sun, 22 Nov 2026 03:15:00 -0500 (EST)", 1795335300000),
        ("Sun, 22 Nov 2026 08:15:00 -0000", 1795335300000),
        ("Sun, 22 Nov 2026 08:15:00", 1795335300000),
        ("", None),
        ("gestern", None),
        ("Sun, 99 Nov 2026 99:99:99 +0100", None),
        ("Mon, 01 Jan 1000 00:00:00 +0000", None),
        ("Fri, 31 Dec 99999999 00:00:00 +0000", None),
    ],
)
@pytest.mark.usefixtures("elsewhere")
def test_the_time_is_utc_or_none(raw: str, moment: int | None) -> None:
    """Date in any zone is one moment, wherever this runs; a bad one is none, and no error."""
    assert mail(b"x", f"Date: {raw}").sent_at == moment


def test_ids_of_the_thread() -> None:
    """References may be folded, In-Reply-To hold several ids or words."""
    told = mail(b"x", "In-Reply-To: your mail <a@x>, <b@x>", "References: <c@x>\n <d@\n x>")
    assert (told.in_reply_to, told.references) == (("<a@x>", "<b@x>"), ("<c@x>", "<d@x>"))


def test_of_alternatives_the_first_with_words() -> None:
    """Plain text before HTML; HTML where the plain part is empty."""
    kind = "Content-Type: multipart/alternative; boundary=b"
    html = b"--b\nContent-Type: text/html\n\n<p>HTML</p>\n--b--"
    assert mail(b"--b\n\nplain\n" + html, kind).text == "plain"
    assert mail(b"--b\n\n \n" + html, kind).text == "HTML"


def test_texts_around_pictures_stay_together() -> None:
    """Some programs cut a text where a picture stands in it."""
    told = mail(
        b"--b\n\nvor\n--b\nContent-Type: image/png\nContent-ID: <i>\n\nxxxx\n--b\n\nnach\n--b--",
        "Content-Type: multipart/related; boundary=b",
    )
    assert told.text == "vor\n\nnach"
    assert [(file.kind, file.reference, file.size) for file in told.attachments] == [
        ("image", "2", 4)
    ]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("Content-Type: application/pdf; name=a.pdf", "a.pdf"),
        ('Content-Type: application/pdf; name="a;b.pdf"', "a;b.pdf"),
        ("Content-Type: application/pdf; name*=utf-8''Z%C3%A4hler.pdf", "Zähler.pdf"),
        ("Content-Type: application/pdf; name*1=b.pdf; name*0=a", "ab.pdf"),
        ("Content-Type: application/pdf; name*=a; name*0=b; name*0*=c", "a"),
        ('Content-Type: application/pdf; name="=?utf-8?Q?Z=C3=A4hler.pdf?="', "Zähler.pdf"),
        ("Content-Type: application/pdf; name=../../etc/passwd", "passwd"),
        (r"Content-Type: application/pdf; name=C:\Temp\a.pdf", "a.pdf"),
        ('Content-Type: application/pdf; name="a.pdf', "a.pdf"),
        ("Content-Type: application/pdf\nContent-Disposition: attachment; filename=b.pdf", "b.pdf"),
        ("Content-Type: application/pdf", ""),
    ],
)
def test_files_have_their_names(fields: str, name: str) -> None:
    """A name in any of its spellings, and never a path."""
    (file,) = mail(b"12345", fields).attachments
    assert (file.kind, file.mime_type, file.filename) == ("document", "application/pdf", name)


def test_an_attached_text_is_a_file() -> None:
    """Only what stands in the mail itself is its text."""
    told = mail(b"Liste", "Content-Type: text/plain; name=liste.txt", "Subject: Liste")
    assert (told.text, [file.filename for file in told.attachments]) == ("", ["liste.txt"])


def test_an_attached_mail_is_one_file() -> None:
    """The text of a mail that is attached is not the customer's."""
    told = mail(
        b"--b\n\nSiehe Anhang\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\nfremd\n--b--",
        "Content-Type: multipart/mixed; boundary=b",
    )
    assert told.text == "Siehe Anhang"
    assert [file.mime_type for file in told.attachments] == ["message/rfc822"]


def test_what_is_encrypted_is_unreadable() -> None:
    """Nobody here has the key; a person says so to the customer."""
    assert mail(b"x", "Content-Type: application/pkcs7-mime; name=smime.p7m").unreadable
    signed = "Content-Type: multipart/signed; boundary=b"
    told = mail(b"--b\n\nHallo\n--b\nContent-Type: application/pkcs7-signature\n\nx\n--b--", signed)
    assert (told.text, told.attachments, told.unreadable) == ("Hallo", (), "")


@pytest.mark.parametrize(
    ("fields", "raw", "text"),
    [
        ("format=flowed", b"eine \nZeile\nzwei", "eine Zeile\nzwei"),
        ("format=flowed; delsp=yes", b"Donau \ndampf", "Donaudampf"),
        ("format=flowed", b"mein \n\nAbsatz", "mein \n\nAbsatz"),
        ("charset=utf-8", b"eine \nZeile", "eine \nZeile"),
    ],
)
def test_lines_that_were_broken_to_be_sent_are_joined(fields: str, raw: bytes, text: str) -> None:
    """RFC 3676: a space at the end says that the line goes on."""
    assert mail(raw, f"Content-Type: text/plain; {fields}").text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"From: erika@example.com\r\nSubject: x\r\n\r\nHallo\r\nWelt",
        b"From: erika@example.com\rSubject: x\r\rHallo\rWelt",
        b"\xef\xbb\xbf\r\nFrom: erika@example.com\nSubject: x\n\nHallo\nWelt",
        b"From erika@example.com Sun Nov 22\nFrom: erika@example.com\nSubject: x\n\nHallo\nWelt",
        b"From: erika@example.com\nSubject: x\nHallo\nWelt",
        b"From: erika@example.com\nContent-Type: multipart/mixed\n\nHallo\nWelt",
        b"From: erika@example.com\nContent-Type: multipart/mixed; boundary=b\n\nHallo\nWelt",
        b"From: erika@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHallo\nWelt",
        b"From: erika@example.com\nContent-Type: nonsense\n\nHallo\nWelt\x00\x1b",
    ],
)
def test_broken_mails_keep_their_words(raw: bytes) -> None:
    """Odd line ends, no empty line, no boundary: whatever is readable is read."""
    told = read(raw)
    assert (told.sender, told.text) == ("erika@example.com", "Hallo\nWelt")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/><br />c", "a\nb\n\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a  \n b&nbsp;&amp;&#8364;", "a b\xa0&€"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<head><title>x</title><body>a", "a"),
        ("a<style>p>q {}</style>b<script>if (a<b) {}</script>c<!-- d --> e", "abc e"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("1 < 2 <3 > 4", "1 < 2 <3 > 4"),
        ('<a title="x>y" href=z>a</a><img alt="<b">', 'a<img alt="'),
        ("<p", "<p"),
        ("a<!-- b", "a"),
        ("a<script>b", "a"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("<![CDATA[x]]>a<?xml y?>", "a"),
        ("<o:p>a</o:p>", "a"),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    """Words in lines; code, comments and markup are gone, broken markup breaks nothing."""
    assert html_to_text(markup) == text


def test_deep_nesting_ends() -> None:
    """Ten thousand parts in each other are not followed to the end."""
    level = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    part = read_part(b"From: a@b\n" + b"".join(level % (n, n) for n in range(10_000)) + b"\nHallo")
    assert max(inner.number.count(".") for inner in part.walk()) < DEPTH
    assert sum(1 for _ in part.walk()) <= DEPTH + 1


def test_many_parts_end() -> None:
    """A hundred thousand parts are counted no further than the limit; the first are read."""
    told = mail(b"--b\n\nHallo\n" * 100_000, "Content-Type: multipart/mixed; boundary=b")
    assert told.text.count("Hallo") == PARTS - 1


def test_many_header_fields_end() -> None:
    """The body behind a hundred thousand fields is still found."""
    told = mail(b"Hallo", *["X-Filler: x"] * 100_000, "Subject: too late")
    assert (told.text, told.subject) == ("Hallo", "")
    assert mail(b"x", *["X-Filler: x"] * (FIELDS - 2), "Subject: in time").subject == "in time"


def test_a_long_text_is_read_to_a_limit_whatever_wraps_it() -> None:
    """Megabytes of base64 or markup, in one part or many, cost no more than a long text."""
    wrapped = b64encode(b"a" * 3 * TEXT)
    told = mail(wrapped, "Content-Transfer-Encoding: base64", "Content-Type: text/plain")
    assert len(told.text) == TEXT
    part = b"--b\n\n" + b"a" * TEXT + b"\n"
    assert len(mail(part * 5, "Content-Type: multipart/mixed; boundary=b").text) < TEXT + 10
