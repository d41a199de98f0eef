"""Play SES and the mail servers behind it: mails that come, mails that go, and what it says."""

import dataclasses
import email.policy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from aws.mailer import Answer
from channels.mail_tag import untagged
from conversation.bot import Bot
from deliver.mail_provider import MailProvider
from deliver.provider import Providers
from deliver.send import House as DeliverHouse
from tests.guarantees.house import START, House
from webhook.mail import STORED, take
from webhook.receive import House as WebhookHouse

OURS, THEIRS = "service@stadtwerke.example", "erika@example.com"
PASSED = {"status": "PASS"}


class Ses:
    """Take mails; `answers` are given instead, one per mail, and raised where they are errors."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.answers: list[Answer | Exception] = []

    def send(self, raw: bytes, sender: str, recipient: str) -> Answer:
        """Take a mail, or say what is scripted."""
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        assert not mail.defects
        assert (sender, recipient) == (OURS, mail["To"])
        self.sent.append(mail)
        return Answer(200, f"ses-{len(self.sent)}")

    def texts(self) -> list[str]:
        """Return what was sent, as text."""
        return [plain(mail) for mail in self.sent]


class PostHouse(House):
    """A house with an address for mails; `mail` is what a customer's server hands to SES."""

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot)
        self.vault.connected["email", OURS] = {"sender_name": "Stadtwerke Müller"}
        self.ses = Ses()
        self.files: dict[str, bytes] = {}
        self._stored = 0

    def conversation_of(self, user: str = THEIRS, channel: str = "email") -> str:
        """Return the id of a sender's conversation."""
        if channel != "email":
            return super().conversation_of(user, channel)
        return self.identity.conversation(f"email:{OURS}:{user}")

    def deliver_house(self) -> DeliverHouse:
        """Return what `deliver` works with."""
        provider = Providers(
            self.messenger,
            {"email": MailProvider(self.ses, lambda link: self.files.get(link.place))},
        )
        return dataclasses.replace(super().deliver_house(), provider=provider)

    def receiving_house(self) -> WebhookHouse:
        """Return what taking in works with."""
        parts = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(WebhookHouse)
        }
        return WebhookHouse(**parts)

    def tell(self, event: Mapping[str, Any]) -> None:
        """Let SES call the function."""
        take(self.receiving_house(), event)

    def mail(
        self, body: str, *fields: str, sender: str = THEIRS, to: str = OURS, **verdicts: str
    ) -> dict[str, Any]:
        """Let a mail come in; returns SES's event, for repeats."""
        self._stored += 1
        given = {field.partition(":")[0].lower() for field in fields}
        head = [*fields, f"From: Erika <{sender}>", f"To: {to}"]
        if "message-id" not in given:
            head.append(f"Message-ID: <mail-{self._stored}@example.com>")
        if "content-type" not in given:
            head.append("Content-Type: text/plain; charset=utf-8")
        own = f"stored{self._stored}"
        self.archive.objects[STORED + own] = "\n".join([*head, "", body]).encode()
        event = self.event(own, to, **verdicts)
        self.tell(event)
        return event

    def event(self, own: str, to: str = OURS, **verdicts: str) -> dict[str, Any]:
        """Return what SES calls the function with: header and verdicts, no body."""
        told = {f"{name}Verdict": PASSED for name in ("spam", "virus", "spf", "dkim", "dmarc")}
        told |= {f"{name}Verdict": {"status": status} for name, status in verdicts.items()}
        moment = datetime.fromtimestamp(START / 1000, UTC).isoformat()
        mail = {"messageId": own, "timestamp": moment, "destination": [to], "headers": []}
        action = {"type": "Lambda", "invocationType": "Event"}
        receipt = {"recipients": [to], "timestamp": moment, "action": action, **told}
        return {"Records": [{"eventSource": "aws:ses", "ses": {"mail": mail, "receipt": receipt}}]}

    def kept(self, user: str = THEIRS) -> list[tuple[str, str]]:
        """Return author and text of what stands in a sender's thread, what only agents see too."""
        address = f"email:{OURS}:{user}"
        records = self.table.all_records(self.identity.conversation(address))
        return [(m.author, m.content.text) for record in records for m in record.messages]


def plain(mail: EmailMessage) -> str:
    """Return a mail's text."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").strip()


def sns(kind: str, own: str, **detail: Any) -> dict[str, Any]:
    """Return how SNS tells what became of a mail of ours."""
    told = {
        "eventType": kind,
        "mail": {"messageId": own, "source": OURS, "destination": [THEIRS]},
        kind.lower(): detail,
    }
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(told)}}]}


def tag_of(mail: EmailMessage) -> str:
    """Return the tagged address that a mail of ours wants its answer at."""
    address = str(mail["Reply-To"])
    assert untagged(address) == OURS
    assert address != OURS
    return address
