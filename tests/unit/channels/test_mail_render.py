"""What goes out as a mail, read back by the standard library, and what SES's answers mean."""

import email.policy
import json
from base64 import b64decode
from email.message import EmailMessage
from typing import Any

import pytest

from channels import reasons
from channels.base import Outcome, ProviderResponse, Refused, RetryAfter, Sent
from channels.files import FileLink
from channels.mail import CHANNEL
from channels.mail_read import read
from channels.mail_render import with_files
from conversation.mail_thread import MailThread
from conversation.message import Attachment, Author, Button, Content, Message

OURS, THEIRS = "service@stadtwerke.example", "erika@example.com"


def message(text: str, *titles: str, author: Author = "bot") -> Message:
    buttons = tuple(Button(title=title, payload=f"/{title}") for title in titles)
    return Message(
        id="c.1.0",
        author=author,
        address=f"email:{OURS}:{THEIRS}",
        content=Content(text=text, buttons=buttons),
        sent_at=0,
    )


def raw(given: Message, thread: MailThread | None = None, user: str = THEIRS) -> bytes:
    (call,) = CHANNEL.render(given.model_copy(update={"thread": thread}), OURS, user)
    assert (call.method, call.path) == ("POST", "/v2/email/outbound-emails")
    assert call.json["FromEmailAddress"] == OURS
    assert call.json["Destination"] == {"ToAddresses": [user]}
    return b64decode(call.json["Content"]["Raw"]["Data"])


def sent(given: Message, thread: MailThread | None = None) -> EmailMessage:
    read_back = email.message_from_bytes(raw(given, thread), policy=email.policy.default)
    assert isinstance(read_back, EmailMessage)
    assert not read_back.defects
    return read_back


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


def test_text_and_html_say_the_same() -> None:
    """Umlauts, emoji, paragraphs and lines come through; nothing a customer typed is markup."""
    text = "Grüße 🙂\nZeile <b>zwei</b> & 'drei'\n\nAbsatz"
    mail = sent(message(text))
    assert body(mail, "plain") == text
    assert (
        "<p>Grüße 🙂<br>\nZeile &lt;b&gt;zwei&lt;/b&gt; &amp; &#x27;drei&#x27;</p>\n<p>Absatz</p>"
    ) in body(mail, "html")


def test_options_are_numbered_lines() -> None:
    """A mail has no buttons: the customer answers with the number."""
    assert body(sent(message("Was?", "Ja", "Nein")), "plain") == "Was?\n\n1 Ja\n2 Nein"


def test_a_reply_threads() -> None:
    """Subject, In-Reply-To and References are what mail programs put threads together by."""
    thread = MailThread(
        subject="AW: Re: Zählerstand",
        in_reply_to="<b@x>",
        references=("<a@x>",),
        reply_to="service+tag@stadtwerke.example",
        sender="Stadtwerke Müller",
    )
    mail = sent(message("Danke"), thread)
    assert mail["Subject"] == "Re: Zählerstand"
    assert (mail["In-Reply-To"], mail["References"]) == ("<b@x>", "<a@x> <b@x>")
    assert mail["Reply-To"] == "service+tag@stadtwerke.example"
    assert mail["From"] == f"Stadtwerke Müller <{OURS}>"
    assert mail["X-Pforte-Message"] == "c.1.0"


@pytest.mark.parametrize(
    ("thread", "subject"),
    [
        (MailThread(subject="Umzug"), "Re: Umzug"),
        (MailThread(subject="Re: AW: Umzug [SM-1]"), "Re: Umzug [SM-1]"),
        (MailThread(), "Re:"),
        (MailThread(subject="x" * 500), "Re: " + "x" * 200),
        (MailThread(subject="ü" * 200), "Re: " + "ü" * 200),
    ],
)
def test_subjects(thread: MailThread, subject: str) -> None:
    """One "Re:" before the customer's own words, in lines that every server takes."""
    assert sent(message("x"), thread)["Subject"] == subject
    assert max(map(len, raw(message("x" * 5000), thread).split(b"\r\n"))) <= 998


def test_references_name_the_answered_mail_last() -> None:
    """Long ids stay whole, and none stands there twice."""
    ids = tuple(f"<{number}-{'x' * 100}@example.com>" for number in range(5))
    mail = raw(message("x"), MailThread(references=ids, in_reply_to="<last@x>"))
    assert read(mail).references == (*ids, "<last@x>")
    again = raw(message("x"), MailThread(references=ids, in_reply_to=ids[-1]))
    assert read(again).references == ids


def test_files_hang_on_a_mail_and_are_not_shown_in_it() -> None:
    """Text, HTML and each file come back as they were, names with umlauts and quotes too."""
    links = [
        FileLink("c/e/0", "image/jpeg", 'Zähler "neu"\r\nBcc: x.jpg'),
        FileLink("c/e/1", "no type\r\nX: y", "../a.pdf"),
    ]
    bare = raw(message("Ihr Zähler"), MailThread(subject="Umzug"))
    whole = with_files(bare, [(links[0], b"\xff\xd8" * 500), (links[1], b"%PDF")])
    mail = email.message_from_bytes(whole, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    assert body(mail, "plain") == "Ihr Zähler"
    assert "<p>Ihr Zähler</p>" in body(mail, "html")
    assert (mail["Subject"], mail["Bcc"], mail["X"]) == ("Re: Umzug", None, None)
    picture, paper = mail.iter_attachments()
    assert picture.get_content() == b"\xff\xd8" * 500
    assert (picture.get_content_type(), picture.get_content_disposition()) == (
        "image/jpeg",
        "attachment",
    )
    assert (paper.get_content(), paper.get_content_type()) == (b"%PDF", "application/octet-stream")
    assert [part.size for part in read(whole).attachments] == [1000, 4]
    assert max(map(len, whole.split(b"\r\n"))) <= 998
    assert with_files(bare, []) == bare


def test_a_file_alone_is_a_mail() -> None:
    """An agent may send a picture without a word."""
    picture = Attachment(kind="image", place="c/e/0", mime_type="image/jpeg", filename="a.jpg")
    given = message("").model_copy(update={"content": Content(attachments=(picture,))})
    (call,) = CHANNEL.render(given, OURS, THEIRS)
    assert call.json["Files"] == [FileLink("c/e/0", "image/jpeg", "a.jpg")]
    assert CHANNEL.abilities.files["image/jpeg"] < 10_000_000


@pytest.mark.parametrize(
    "hostile", ["a\r\nBcc: x@example.com", "a\nBcc: x", "a\rBcc: x", "a\u2028B\x00"]
)
def test_no_value_begins_another_header_field(hostile: str) -> None:
    """A customer's subject, name or id cannot add a recipient."""
    thread = MailThread(
        subject=hostile,
        in_reply_to=hostile,
        references=(hostile,),
        reply_to=hostile,
        sender=hostile,
    )
    head = raw(message("x"), thread).partition(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert names == [
        *("From", "To", "Reply-To", "Subject", "In-Reply-To", "References", "X-Pforte-Message"),
        *("Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
    ]
    assert "\n" not in head.replace("\r\n", "")


def test_programs_say_that_they_are_and_people_do_not() -> None:
    """The bot's mails must not be answered by programs; an agent's are a person's."""
    assert sent(message("x"))["Auto-Submitted"] == "auto-replied"
    assert sent(message("x", author="system"))["Auto-Submitted"] == "auto-replied"
    assert sent(message("x", author="agent"))["Auto-Submitted"] is None


def test_our_own_mail_that_comes_back_is_no_message() -> None:
    """No loop, whoever wrote it: it is known by our own reference."""
    (event,) = CHANNEL.parse(raw(message("x", author="agent")), {}, OURS)
    assert (event.kind, event.raw_kind) == ("other", "loop")


def test_a_message_is_the_same_mail_each_time() -> None:
    """Nothing in it is made up by chance or by the clock; nothing to say makes no mail."""
    assert raw(message("x")) == raw(message("x"))
    assert CHANNEL.render(message("  "), OURS, THEIRS) == []


def outcome(status: int, error: str = "", body: Any = None, **headers: str) -> Outcome:
    told = {"x-amzn-errortype": error} if error else {}
    return CHANNEL.outcome(ProviderResponse(status, json.dumps(body).encode(), {**told, **headers}))


def test_ses_accepts_with_an_id() -> None:
    """The id that bounces and answers name later."""
    assert outcome(200, body={"MessageId": "0107"}) == Sent("0107")
    assert CHANNEL.outcome(ProviderResponse(200, b"odd")) == Sent("")


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (400, "AccountSuspendedException", reasons.ACCOUNT_RESTRICTED),
        (400, "SendingPausedException", reasons.ACCOUNT_RESTRICTED),
        (400, "MailFromDomainNotVerifiedException", reasons.ACCOUNT_RESTRICTED),
        (404, "NotFoundException", reasons.ACCOUNT_RESTRICTED),
        (400, "MessageRejected", reasons.BAD_REQUEST),
        (400, "BadRequestException", reasons.BAD_REQUEST),
        (403, "AccessDeniedException", reasons.TOKEN_INVALID),
        (403, "ExpiredTokenException", reasons.TOKEN_INVALID),
        (403, "SomethingNew", reasons.TOKEN_INVALID),
        (413, "RequestEntityTooLargeException", reasons.TOO_LONG),
        (400, "SomethingNew", reasons.BAD_REQUEST),
    ],
)
def test_ses_refuses(status: int, error: str, reason: str) -> None:
    """Every error of SendEmail has our word; the type may carry a namespace and a link."""
    assert outcome(status, error) == Refused(reason, error)
    assert outcome(status, f"{error}:http://internal.amazon.com/x/") == Refused(reason, error)
    assert outcome(status, body={"__type": f"com.amazonaws#{error}"}) == Refused(reason, error)


def test_an_address_that_is_not_verified_is_a_matter_of_the_account() -> None:
    """In the sandbox SES refuses every recipient that nobody verified."""
    told = {"message": "Email address is not verified."}
    refused = Refused(reasons.ACCOUNT_RESTRICTED, "MessageRejected")
    assert outcome(400, "MessageRejected", told) == refused


@pytest.mark.parametrize(
    "words",
    ["Illegal address", "Missing final '@domain'", "Domain contains illegal character"],
)
def test_an_address_that_cannot_be_one_is_not_tried_again(words: str) -> None:
    """The customer is not reachable there, and the agent reads so."""
    refused = Refused(reasons.NOT_REACHABLE, "BadRequestException")
    assert outcome(400, "BadRequestException", {"message": words}) == refused


@pytest.mark.parametrize(
    ("status", "error", "seconds"),
    [(429, "TooManyRequestsException", 2), (400, "LimitExceededException", 2), (429, "", 2)],
)
def test_ses_asks_to_wait(status: int, error: str, seconds: float) -> None:
    """Throttled is the whole account, for as long as SES says."""
    assert outcome(status, error) == RetryAfter(seconds)
    assert outcome(status, error, **{"retry-after": "7"}) == RetryAfter(7)
    assert outcome(status, error, **{"retry-after": "soon"}) == RetryAfter(seconds)


def test_trouble_at_ses_is_tried_again() -> None:
    """It says nothing about the account."""
    assert outcome(503, "ServiceUnavailable") == RetryAfter(5, account=False)
