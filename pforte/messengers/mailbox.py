"""Write mails as a customer's mail program does, and read what the house sends, with Python's own
library: the house has a reader and writer of its own."""

import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from pforte.messengers.files import File

_QUOTED_LINES = 20
_DAYS = ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So.")


@dataclass(frozen=True)
class Answered:
    """The mail of the house that a customer answers; `at` in ms, ids in their brackets."""

    message_id: str
    references: str
    subject: str
    reply_to: str
    sender: str
    at: int
    text: str


@dataclass(frozen=True)
class Letter:
    """What a customer writes; `at` in ms, `fields` are put into the header over all others."""

    sender: str
    name: str
    to: str
    subject: str
    text: str
    at: int
    message_id: str
    answers: Answered | None = None
    file: File | None = None
    fields: Mapping[str, str] | None = None


def written(letter: Letter) -> bytes:
    """Return a mail as a mail program writes it: below an answer stands what it answers."""
    mail = EmailMessage(policy=email.policy.SMTP)
    answers = letter.answers
    mail["Return-Path"] = f"<{letter.sender}>"
    mail["From"] = formataddr((letter.name, letter.sender))
    mail["To"] = answers.reply_to if answers else letter.to
    mail["Subject"] = _answer_subject(answers.subject) if answers else letter.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(letter.at // 1000, UTC))
    mail["Message-ID"] = letter.message_id
    if answers:
        mail["In-Reply-To"] = answers.message_id
        mail["References"] = f"{answers.references} {answers.message_id}".strip()
    mail.set_content(letter.text + (f"\n\n{_quoted(answers)}" if answers else ""))
    if letter.file is not None:
        kind, _, subtype = letter.file.mime_type.partition(";")[0].partition("/")
        name = letter.file.name or f"datei.{subtype}"
        mail.add_attachment(letter.file.body, maintype=kind, subtype=subtype, filename=name)
    for name, value in (letter.fields or {}).items():
        del mail[name]
        mail[name] = value
    return mail.as_bytes()


def read(raw: bytes) -> EmailMessage:
    """Read a mail of the house. Raises ValueError where a mail program would stumble."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    if mail.defects or not mail["From"] or not mail["To"]:
        raise ValueError("this is no proper mail")
    return mail


def plain(mail: EmailMessage) -> str:
    """Return a mail's text."""
    part = mail.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n").strip() if part else ""


def _answer_subject(subject: str) -> str:
    return subject if re.match(r"(?i)(re|aw):", subject) else f"AW: {subject}"


def _quoted(answers: Answered) -> str:
    """Return the answered mail as German mail programs quote it."""
    at = datetime.fromtimestamp(answers.at // 1000, UTC)
    when = f"{_DAYS[at.weekday()]}, {at:%d.%m.%Y} um {at:%H:%M} Uhr"
    lines = answers.text.split("\n")[:_QUOTED_LINES]
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"Am {when} schrieb {answers.sender}:\n\n{quoted}"
