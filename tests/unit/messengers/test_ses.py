"""Simulated SES: takes the house's mails as the real one, leaves customers' mails at its door."""

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from aws.mailer import SesMailer
from channels import mail_ses
from channels.mail import CHANNEL
from channels.mail_read import read
from conversation.mail_thread import MailThread
from conversation.message import Content, Message
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import PATIENCE_S, Phone

pytestmark = pytest.mark.enable_socket

OURS, THEIRS = "service@musterstadt.example", "erika@kunde.example"


class Door:
    """A house's bucket and function, which note what they get."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.told: list[Mapping[str, Any]] = []
        self._arrived = threading.Condition()

    def store(self, own: str, raw: bytes) -> None:
        self.stored[own] = raw

    def tell(self, event: Mapping[str, Any]) -> None:
        with self._arrived:
            self.told.append(event)
            self._arrived.notify_all()

    def wait_for(self, number: int) -> Mapping[str, Any]:
        """Return the call of that number, counted from 1."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.told) >= number, PATIENCE_S)
            return self.told[number - 1]


@pytest.fixture
def door(messengers: Messengers) -> Door:
    door = Door()
    messengers.email._drop = door
    return door


@pytest.fixture
def mailer(messengers: Messengers, monkeypatch: pytest.MonkeyPatch) -> SesMailer:
    """Return what the house sends with: AWS's own client."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client: Any = botocore.session.get_session().create_client(
        "sesv2",
        endpoint_url=f"http://127.0.0.1:{messengers.port}/email",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    return SesMailer(client, "pforte")


def raw_mail(text: str, thread: MailThread, user: str = THEIRS) -> bytes:
    message = Message(
        id="c.1.01",
        author="bot",
        address=f"email:{OURS}:{user}",
        content=Content(text=text),
        sent_at=0,
        thread=thread,
    )
    [call] = CHANNEL.render(message, OURS, user)
    return b64decode(call.json["Content"]["Raw"]["Data"])


def test_a_mail_comes_in_as_ses_brings_it(door: Door, phone: Phone) -> None:
    """Stored first, told of without its body, and the house reads both as one mail."""
    entry = phone.does("email", THEIRS, text="Wann öffnen Sie?", name="Erika Müller")
    [item] = mail_ses.notifications(door.wait_for(1))
    assert mail_ses.is_received(item)
    raw = door.stored[mail_ses.own_id(item)]
    assert "content" not in item
    told = mail_ses.content_of(item, raw)
    [event] = mail_ses.received(item, told, "")
    assert event.address == f"email:{OURS}:{THEIRS}"
    assert (event.kind, event.name, event.unproven) == ("message", "Erika Müller", False)
    assert event.content is not None
    assert event.content.text == "Wann öffnen Sie?"
    assert event.provider_id == entry["provider_id"]


def test_an_answer_is_shown_and_reported(door: Door, phone: Phone, mailer: SesMailer) -> None:
    """What the house sends is read by another library than its own; SES reports its delivery."""
    thread = MailThread(subject="Umzug", in_reply_to="<a@x>", reply_to=f"service+tag{OURS[7:]}")
    answer = mailer.send(raw_mail("Gern 🙂", thread), OURS, THEIRS)
    assert answer.status == 200
    [shown] = phone.shows("email", THEIRS, lambda messages: bool(messages))
    assert (shown["text"], shown["about"], shown["state"]) == ("Gern 🙂", "<a@x>", "delivered")
    assert shown["provider_id"] == answer.id
    assert json.loads(shown["payload"])["header"]["subject"] == "Re: Umzug"
    [event] = CHANNEL.parse(json.dumps(door.wait_for(1)).encode(), {}, "")
    assert event.receipt is not None
    assert (event.receipt.state, event.receipt.reference) == ("delivered", "c.1.01")


def test_a_customer_answers_as_mail_programs_do(
    door: Door, phone: Phone, mailer: SesMailer
) -> None:
    """The answer goes to Reply-To, names our mail, and quotes it; the house sees the new words."""
    thread = MailThread(subject="Umzug", reply_to=f"service+tag{OURS[7:]}")
    sent = mailer.send(raw_mail("Wohin?", thread), OURS, THEIRS)
    phone.does("email", THEIRS, text="Nach Musterdorf.")
    [item] = mail_ses.notifications(door.wait_for(2))
    mail = read(door.stored[mail_ses.own_id(item)])
    assert mail.recipients == (f"service+tag{OURS[7:]}",)
    assert mail.in_reply_to == (f"<{sent.id}@eu-central-1.amazonses.com>",)
    assert mail.text == "Nach Musterdorf."
    assert "> Wohin?" in mail.original


def test_header_fields_and_verdicts_can_be_chosen(door: Door, phone: Phone) -> None:
    """Automatic mail, forged mail and spam can be played."""
    raw = {
        "text": "Fort.",
        "fields": {"Auto-Submitted": "auto-replied"},
        "verdicts": {"dmarc": "FAIL"},
    }
    phone.does("email", THEIRS, raw=raw)
    [item] = mail_ses.notifications(door.wait_for(1))
    raw_bytes = door.stored[mail_ses.own_id(item)]
    [event] = mail_ses.received(item, mail_ses.content_of(item, raw_bytes), "")
    assert (event.kind, event.raw_kind, event.unproven) == ("other", "auto-replied", True)


def test_a_photo_hangs_on_the_mail(door: Door, phone: Phone) -> None:
    """A file is a part of the mail, with name and kind."""
    phone.does("email", THEIRS, photo="Mein Zähler")
    [item] = mail_ses.notifications(door.wait_for(1))
    [part] = read(door.stored[mail_ses.own_id(item)]).attachments
    assert part.kind == "image"


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"status": 429}, 429, "TooManyRequestsException"),
        ({"status": 400}, 400, "MessageRejected"),
        ({"status": 503}, 503, "InternalFailure"),
    ],
)
def test_it_fails_as_told(
    door: Door, phone: Phone, mailer: SesMailer, fault: dict[str, Any], status: int, error: str
) -> None:
    """A limit, a refusal and trouble look as SES's do to AWS's own client; nothing arrives."""
    phone.fail("email", fault)
    answer = mailer.send(raw_mail("x", MailThread()), OURS, THEIRS)
    assert (answer.status, answer.error) == (status, error)
    assert mailer.send(raw_mail("y", MailThread()), OURS, THEIRS).status == 200
    [shown] = phone.shows("email", THEIRS, lambda messages: bool(messages))
    assert shown["text"] == "y"
    assert len(door.told) <= 1


def test_a_mail_from_nobody_we_know_is_refused(mailer: SesMailer) -> None:
    """SES sends in the name of those alone whose domain was verified, to real addresses."""
    refused = mailer.send(raw_mail("x", MailThread()), "ceo@musterstadt.example", THEIRS)
    assert (refused.error, "not verified" in refused.words) == ("MessageRejected", True)
    assert mailer.send(raw_mail("x", MailThread()), OURS, "nobody").error == "BadRequestException"
    assert mailer.send(b"no mail", OURS, THEIRS).error == "MessageRejected"


def test_a_bounce_comes_later(door: Door, phone: Phone, mailer: SesMailer) -> None:
    """SES takes the mail, and tells afterwards that it came back."""
    phone.fail("email", {"later": True})
    assert mailer.send(raw_mail("x", MailThread()), OURS, THEIRS).status == 200
    [event] = CHANNEL.parse(json.dumps(door.wait_for(1)).encode(), {}, "")
    assert event.receipt is not None
    assert (event.receipt.state, event.receipt.code) == ("failed", "5.1.1")


@pytest.mark.parametrize(
    "said", [{"user": "nobody", "text": "x"}, {"user": THEIRS, "sticker": "👍"}]
)
def test_what_no_mail_can_be_is_said(phone: Phone, said: dict[str, str]) -> None:
    """Who plays a customer is told what mails cannot do."""
    answer = phone.http.post("/control/messages", json={"channel": "email", **said})
    assert answer.status_code == 400


def test_what_the_house_did_not_take_is_told_again(messengers: Messengers, phone: Phone) -> None:
    """A mail is not lost while the house is shut."""
    entry = phone.does("email", THEIRS, text="Hallo")  # nobody is at the door yet
    door = Door()
    messengers.email._drop = door
    door.wait_for(1)
    [known] = messengers.store.webhooks(provider_id=entry["provider_id"])
    assert known.answers[0] == "OSError"
    assert b64encode(door.stored.popitem()[1]).decode() in known.body.decode()
