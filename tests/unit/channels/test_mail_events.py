"""What a mail is taken for: a message, a report, or nothing that anybody wrote."""

import json
from pathlib import Path
from typing import Any

import pytest

from channels import reasons
from channels.base import WebhookRequest
from channels.mail import CHANNEL
from channels.mail_bounce import reason_of
from channels.mail_tag import conversation_of, tagged, untagged
from channels.registry import CHANNELS
from conversation.errors import Malformed
from conversation.identity import Identity
from conversation.incoming import Incoming
from pforte.cli import main

EVENTS = Path(__file__).parents[3] / "events" / "email"
OURS = "service@stadtwerke.example"
KEY = b"0123456789abcdef"
CONVERSATION = Identity(KEY).conversation("email:service@stadtwerke.example:erika@example.com")

MEANING = {
    "text.eml": (
        *("message", f"email:{OURS}:erika@example.com", "<text-1@mail.example.com>"),
        "Guten Tag,\n\nmein Zählerstand ist 4711.\n\nMit freundlichen Grüßen\nErika Müller",
    ),
    "html_only.eml": (
        *("message", f"email:{OURS}:max@example.com", "<html-1@mail.example.com>"),
        "Können Sie mir die Rechnung erklären?\n\n- Abschlag\n- Grundpreis",
    ),
    "reply.eml": (
        *("message", f"email:{OURS}:erika@example.com", "<reply-1@mail.example.com>"),
        "Ja, hier ist das Foto.",
    ),
    "away.eml": (
        *("other", f"email:{OURS}:max@example.com", "<away-1@mail.example.com>"),
        "Ich bin bis Montag nicht im Haus.",
    ),
    "bounce.eml": (
        *("status", f"email:{OURS}:nobody@example.com", "<bounce-1@mail.example.com>", ""),
    ),
    "ses_s3.json": (
        *("message", f"email:{OURS}:erika@example.com", "<ses-1@mail.example.com>", "Umzug"),
    ),
    "ses_lambda.json": (
        *("message", f"email:{OURS}:erika@example.com", "<ses-2@mail.example.com>", "Umzug"),
    ),
    "ses_delivery.json": (
        *("status", f"email:{OURS}:erika@example.com", "0107018f0000-2-000000", ""),
    ),
    "ses_bounce.json": (
        *("status", f"email:{OURS}:nobody@example.com", "0107018f0000-2-000000", ""),
    ),
}


def only(raw: bytes, account: str = "") -> Incoming:
    (event,) = CHANNEL.parse(raw, {}, account)
    return event


def mail(*fields: str, body: str = "Hallo") -> Incoming:
    own_from = any(field.startswith("From:") for field in fields)
    head = [*fields, *([] if own_from else ["From: erika@example.com"])]
    return only("\n".join([*head, f"To: {OURS}", "Message-ID: <1@x>", "", body]).encode())


def test_every_event_file_has_a_meaning_here() -> None:
    """No event file is without a check of what it means."""
    assert {file.name for file in EVENTS.iterdir()} == set(MEANING)


@pytest.mark.parametrize("file", MEANING)
def test_event_files_mean_what_they_say(file: str) -> None:
    """Kind, address, id and text of every mail and event come out as they went in."""
    event = only((EVENTS / file).read_bytes())
    words = event.content.text if event.content else ""
    assert (event.kind, event.address, event.provider_id, words) == MEANING[file]


def test_a_reply_names_what_it_answers_and_brings_its_file() -> None:
    """In-Reply-To is the id that SES gave us; the picture is a reference with kind and size."""
    content = only((EVENTS / "reply.eml").read_bytes()).content
    assert content is not None
    assert content.reply_to == "0107018f0000-1-000000"
    (picture,) = content.attachments
    assert (picture.kind, picture.mime_type, picture.filename) == (
        *("image", "image/png", "Zähler.png"),
    )
    assert (picture.reference, picture.size) == ("2", 16)


def test_the_connected_account_is_told_before_what_the_mail_names() -> None:
    """To is written by the sender; which of our addresses received a mail SES knows."""
    event = only((EVENTS / "text.eml").read_bytes(), "other@stadtwerke.example")
    assert event.address == "email:other@stadtwerke.example:erika@example.com"


@pytest.mark.parametrize("file", ["bounce.eml", "ses_bounce.json"])
def test_a_bounce_says_which_of_our_messages_failed(file: str) -> None:
    """A report, raw or told by SES, finds its message by our reference and by SES's id."""
    event = only((EVENTS / file).read_bytes())
    assert event.target == "0107018f0000-2-000000"
    assert event.receipt is not None
    assert (event.receipt.state, event.receipt.reference) == ("failed", "conversation.7.0")
    assert (event.receipt.code, event.receipt.reason) == ("5.1.1", reasons.NOT_REACHABLE)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("5.1.1", reasons.NOT_REACHABLE),
        ("5.2.2", reasons.NOT_REACHABLE),
        ("5.2.3", reasons.TOO_LONG),
        ("5.3.4", reasons.TOO_LONG),
        ("5.6.0", reasons.BAD_REQUEST),
        ("5.7.1", reasons.ACCOUNT_RESTRICTED),
        ("4.4.7", reasons.PROVIDER_ERROR),
        ("", reasons.NOT_REACHABLE),
    ],
)
def test_status_codes_have_our_words(code: str, reason: str) -> None:
    """An agent reads why a mail failed, not a number."""
    assert reason_of(code) == reason


@pytest.mark.parametrize(
    ("action", "state"), [("delivered", "delivered"), ("relayed", "sent"), ("delayed", None)]
)
def test_a_report_is_not_always_a_failure(action: str, state: str | None) -> None:
    """What was delivered is told so; a delay changes nothing yet."""
    raw = (
        (EVENTS / "bounce.eml")
        .read_bytes()
        .replace(b"Action: failed", f"Action: {action}".encode())
    )
    event = only(raw)
    assert event.kind == "status"
    assert (event.receipt.state if event.receipt else None) == state


def test_a_bounce_without_a_form_fails_its_recipients() -> None:
    """Exim names them in a header of its own."""
    event = mail("X-Failed-Recipients: weg@example.com", "Return-Path: <>")
    assert (event.kind, event.user) == ("status", "weg@example.com")
    assert event.receipt is not None
    assert event.receipt.state == "failed"


def test_a_read_receipt_is_a_status() -> None:
    """RFC 8098: displayed is read."""
    event = mail(
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"',
        body="--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822;erika@example.com\n"
        "Original-Message-ID: <id-1@eu-central-1.amazonses.com>\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n--b--",
    )
    assert (event.kind, event.user, event.target) == ("status", "erika@example.com", "id-1")
    assert event.receipt is not None
    assert event.receipt.state == "read"


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("Auto-Submitted: auto-replied", "auto-replied"),
        ("Auto-Submitted: auto-generated (rejected)", "auto-generated"),
        ("X-Autoreply: yes", "auto-replied"),
        ("Return-Path: <>", "bounce"),
        ("Precedence: bulk", "list"),
        ("List-Id: <news.example.com>", "list"),
        ("List-Unsubscribe: <mailto:leave@example.com>", "list"),
        ("Subject: Automatische Antwort: Rechnung", "auto-replied"),
        ("Subject: Abwesenheitsnotiz", "auto-replied"),
        ("Subject: =?utf-8?Q?Abwesenheitsnotiz=3A_R=C3=BCckfrage?=", "auto-replied"),
        ("Subject: AW: Out of Office: Re: Invoice", "auto-replied"),
        ("Subject: Automatic reply: Invoice", "auto-replied"),
        ("Subject: Out of Office AutoReply: Invoice", "auto-replied"),
        ("X-Pforte-Message: conversation.7.0", "loop"),
        (f"From: Service <{OURS}>", "loop"),
        ("From: MAILER-DAEMON@example.com", "bounce"),
    ],
)
def test_automatic_mail_is_no_message(field: str, why: str) -> None:
    """Nothing that a program wrote is answered by a program: no loops."""
    event = mail(field)
    assert (event.kind, event.raw_kind) == ("other", why)


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: no",
        "X-Autoreply: no",
        "Precedence: normal",
        "Return-Path: <erika@example.com>",
        "Subject: Abwesenheit beim Ablesetermin",
        "Subject: Automatische Antwort von Ihnen erhalten",
        "Subject: Out of office hours you cannot be reached",
        "Subject: Antwort: Rechnung",
        "Feedback-ID: 1.eu-central-1:AmazonSES",
    ],
)
def test_what_people_write_is_a_message(field: str) -> None:
    """A word or field that looks automatic does not hide a customer."""
    assert (mail(field).kind, mail(field).raw_kind) == ("message", "")


def test_what_a_program_says_to_somebody_can_be_shown() -> None:
    """An absence brings its words, for the agent who waits; a report and our own mail do not."""
    away = mail("Return-Path: <>", "Auto-Submitted: auto-replied", body="Bis Montag fort.")
    assert away.raw_kind == "auto-replied"
    assert away.content is not None
    assert away.content.text == "Bis Montag fort."
    tagged_one = mail("Auto-Submitted: auto-replied", "To: service+abc@stadtwerke.example")
    assert (tagged_one.kind, tagged_one.raw_kind) == ("message", "auto-replied")
    for field in ("Return-Path: <>", f"From: {OURS}", "X-Pforte-Message: conversation.7.0"):
        assert mail(field).content is None


def test_what_an_answer_must_name_is_kept_small() -> None:
    """Subject, id and References are bounded: they are paid for on every turn."""
    ids = [f"<{number}@example.com>" for number in range(20)]
    huge = f"<{'x' * 500}@example.com>"
    thread = mail(f"References: {huge} {' '.join(ids)}", f"Subject: {'ü' * 500}").thread
    assert thread is not None
    assert thread.references == (ids[0], *ids[-4:])
    assert (thread.in_reply_to, len(thread.subject)) == ("<1@x>", 200)
    bare = only(f"From: erika@example.com\nTo: {OURS}\n\nHallo".encode()).thread
    assert bare is not None
    assert bare.in_reply_to == ""


def test_two_senders_may_not_take_each_others_place() -> None:
    """A Message-ID is chosen by its sender: the same one of another sender is another mail."""
    identity = Identity(KEY)
    other = mail("From: max@example.com")
    assert identity.event(mail()) != identity.event(other)
    assert identity.event(mail()) == identity.event(mail("X-Trace: again"))


def test_a_signed_tag_names_its_conversation() -> None:
    """What we wrote into the address comes back, in capitals too; nothing else counts."""
    address = tagged(OURS, CONVERSATION, KEY)
    assert len(address.partition("@")[0]) <= 64
    assert untagged(address) == OURS
    assert conversation_of(address, KEY) == CONVERSATION
    assert conversation_of(address.upper(), KEY) == CONVERSATION
    assert conversation_of(address, b"another key of ours") == ""
    changed = address.replace(CONVERSATION, CONVERSATION[::-1])
    assert conversation_of(changed, KEY) == ""
    assert conversation_of(OURS, KEY) == ""
    assert conversation_of("service+abc@stadtwerke.example", KEY) == ""


def test_an_address_has_no_tag_where_it_would_become_too_long() -> None:
    """The part before the @ has at most 64 characters; headers thread then."""
    long = "kundenservice-rechnungen@stadtwerke.example"
    assert tagged(long, CONVERSATION, KEY) == long


def ses(**more: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / "ses_s3.json").read_text())
    event["Records"][0]["ses"].update(more)
    return event


@pytest.mark.parametrize("wrap", ["bare", "sns", "sqs", "https"])
def test_a_notification_with_the_mail_in_it_is_read_whole(wrap: str) -> None:
    """SNS carries small mails themselves, in whatever envelope they come."""
    record = ses()["Records"][0]["ses"]
    content = (EVENTS / "text.eml").read_text()
    bare = {"notificationType": "Received", **record, "content": content}
    told = json.dumps(bare)
    body = {
        "bare": bare,
        "sns": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": told}}]},
        "sqs": {"Records": [{"body": json.dumps({"Type": "Notification", "Message": told})}]},
        "https": {"Type": "Notification", "Message": told},
    }[wrap]
    event = only(json.dumps(body).encode())
    assert event.provider_id == "<text-1@mail.example.com>"
    assert event.content is not None
    assert "mein Zählerstand ist 4711." in event.content.text


def test_a_mail_in_base64_is_read_as_well() -> None:
    """The action says how its content is written."""
    raw = b"From: a@example.com\nMessage-ID: <2@x>\n\nHallo \xfc"
    told = {
        "content": "RnJvbTogYUBleGFtcGxlLmNvbQpNZXNzYWdlLUlEOiA8MkB4PgoKSGFsbG8g/A==",
        "mail": {},
        "receipt": {"action": {"type": "SNS", "encoding": "BASE64"}},
    }
    unproven = only(raw).model_copy(update={"unproven": True})
    assert only(json.dumps(told).encode()) == unproven


def test_without_its_body_the_mail_is_a_reference() -> None:
    """The Lambda event tells the header only: the subject, and where the mail lies."""
    content = only(json.dumps(ses()).encode()).content
    assert content is not None
    (raw_mail,) = content.attachments
    assert (raw_mail.reference, raw_mail.mime_type) == ("inbox/s3object0001", "message/rfc822")


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        ({"virusVerdict": {"status": "FAIL"}}, "virus"),
        ({"spamVerdict": {"status": "FAIL"}}, "spam"),
        ({"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": "reject"}, "forged"),
    ],
)
def test_what_ses_judges_bad_is_no_message(verdict: Any, why: str) -> None:
    """Viruses, spam, and what the sender's own domain disowns reach nobody."""
    event = only(json.dumps(ses(receipt={"recipients": [OURS], **verdict})).encode())
    assert (event.kind, event.raw_kind) == ("other", why)


@pytest.mark.parametrize("policy", ["none", "quarantine", ""])
def test_only_its_own_domain_disowns_a_mail(policy: str) -> None:
    """Forwarded mails fail DMARC, too: without the domain's word they are seen."""
    receipt = {"recipients": [OURS], "dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": policy}
    assert only(json.dumps(ses(receipt=receipt)).encode()).kind == "message"


@pytest.mark.parametrize("status", ["PASS", "GRAY", "PROCESSING_FAILED"])
def test_a_doubtful_verdict_hides_nobody(status: str) -> None:
    """Only a clear FAIL keeps a mail back."""
    names = ("virusVerdict", "spamVerdict", "dmarcVerdict")
    verdicts = {name: {"status": status} for name in names}
    event = only(json.dumps(ses(receipt={"recipients": [OURS], **verdicts})).encode())
    assert event.kind == "message"


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("Delivery", {"recipients": ["a@example.com"]}, ("status", "delivered", "")),
        ("Reject", {}, ("status", "failed", reasons.BAD_REQUEST)),
        ("Complaint", {"complainedRecipients": [{"emailAddress": "a@example.com"}]}, ("block",)),
        ("Open", {}, ("other",)),
    ],
)
def test_what_became_of_a_mail_is_told_by_ses(kind: str, detail: Any, told: Any) -> None:
    """Every end of a mail has its state; who calls it spam gets no more."""
    sent = {"messageId": "id-1", "source": OURS, "destination": ["a@example.com"]}
    body = {"eventType": kind, kind.lower(): detail, "mail": sent}
    event = only(json.dumps(body).encode())
    receipt = (event.receipt.state, event.receipt.reason) if event.receipt else ()
    assert (event.kind, *receipt) == told
    assert event.blocked == (kind == "Complaint")


@pytest.mark.parametrize("raw", [b"", b"hello", b"[]", b"{", b"\x00\xff", b"\n\n"])
def test_what_is_no_mail_is_malformed(raw: bytes) -> None:
    """Bytes without a header are no mail, and half a JSON object is no event."""
    with pytest.raises(Malformed):
        CHANNEL.parse(raw, {}, "")


def test_envelopes_in_envelopes_end() -> None:
    """A thousand envelopes in each other are not followed to the end."""
    deep = '{"Records":[{"ses":' * 1000 + "{}" + "}]}" * 1000
    assert only(deep.encode()).kind == "other"


@pytest.mark.parametrize("body", [{}, {"Records": []}, {"Records": [{"s3": {}}]}, {"Message": "x"}])
def test_an_unknown_event_is_kept(body: Any) -> None:
    """What SES may say one day is one event of kind other."""
    assert only(json.dumps(body).encode()).kind == "other"


def test_the_command_says_what_mails_and_events_mean(capsys: Any) -> None:
    """`pforte parse email` takes raw mails and SES's events in one call, told apart by content."""
    files = [str(EVENTS / file) for file in ("text.eml", "ses_bounce.json")]
    assert main(["parse", "email", *files, "--json", "--account", OURS]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["event"], first["id"]) == ("message", "<text-1@mail.example.com>")
    assert first["address"] == f"email:{OURS}:erika@example.com"
    assert first["sent_at"] == "2026-11-22T08:15:00Z"
    assert (second["event"], second["sent_at"]) == ("status", "2026-11-22T08:30:00Z")


def test_nobody_comes_in_through_a_webhook() -> None:
    """Mails are handed over by SES alone: a webhook call of this channel is never right."""
    request = WebhookRequest("POST", OURS, {}, (EVENTS / "text.eml").read_bytes())
    assert not CHANNEL.verify(request, {"app_secret": "x", "secret_token": "x"})
    assert CHANNEL.handshake(request, {}) is None
    assert not CHANNELS[CHANNEL.name].abilities.webhook
