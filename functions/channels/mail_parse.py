"""Tell a mail in the common form of all channels.

An address is `email:<account>:<sender>`: the account is our address without its tag, in lower
case. An attachment's reference is the number of its part in the raw mail, as IMAP counts.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from channels import mail_headers
from channels.loose import NOBODY
from channels.mail_bounce import Report
from channels.mail_read import Mail
from channels.mail_tag import has_tag, untagged
from conversation.incoming import Incoming, IncomingKind
from conversation.mail_thread import MailThread
from conversation.message import Content

_PROGRAMS: Final = frozenset({"auto-replied", "auto-generated", "list"})
"""Automatic mail that says something to somebody: all other is a report, bad, or our own."""

_REFERENCES: Final = 5
"""Ids that are kept of References: the first, which names the thread, and the newest."""
_ID: Final = 250
"""Characters; a longer id would be paid on every turn and is in no real mail."""
_SUBJECT: Final = 200


def incoming(mail: Mail, account: str, envelope: Sequence[str] = ()) -> list[Incoming]:
    """Return a mail's events: a message, what it reports, or one of kind `other`.

    Automatic mail is no message, unless it answers a tagged address ("I am away until Monday").
    Either way its reason is in `raw_kind`, no program may answer it, and what it says to somebody
    comes along, to be shown. `envelope`: to whom it was sent, where that is known.
    """
    named = [*envelope, *mail.recipients]
    account = account or next(map(untagged, named), NOBODY)
    if mail.reports:
        return [_status(mail, report, account) for report in mail.reports]
    automatic = mail.automatic or ("loop" if mail.sender == untagged(account) else "")
    says_something = not automatic or automatic in _PROGRAMS
    answering = automatic in _PROGRAMS and any(map(has_tag, named))
    kind: IncomingKind = "message" if not automatic or answering else "other"
    replied = (*mail.in_reply_to, *mail.references[-1:])
    return [
        Incoming(
            kind=kind,
            channel="email",
            account=account,
            user=mail.sender or NOBODY,
            # Senders choose the id: another one's must not take the place of this mail.
            chat=mail.sender or NOBODY,
            provider_id=mail.message_id,
            sent_at=mail.sent_at,
            content=_content(mail, replied) if says_something else None,
            name=mail.name,
            raw_kind=automatic,
            thread=_thread(mail) if says_something else None,
        )
    ]


def _thread(mail: Mail) -> MailThread:
    """Return what an answer must name, small enough to be kept with the conversation."""
    own = mail.message_id if mail.message_id.startswith("<") else ""  # else it is derived
    ids = [one for one in (mail.references or mail.in_reply_to) if len(one) <= _ID]
    kept = ids if len(ids) <= _REFERENCES else [ids[0], *ids[1 - _REFERENCES :]]
    words = hashlib.sha256(f"{mail.subject}\x1f{mail.text}".encode()).hexdigest()[:12]
    return MailThread(
        words=words,
        at=mail.sent_at or 0,
        subject=mail.subject[:_SUBJECT],
        in_reply_to=own if len(own) <= _ID else "",
        references=tuple(kept),
    )


def _content(mail: Mail, replied: Sequence[str]) -> Content:
    words = mail.text or mail.subject
    nothing = not words and not mail.attachments
    return Content(
        text=words,
        attachments=mail.attachments,
        unreadable=mail.unreadable or ("empty" if nothing else ""),
        reply_to=mail_headers.sent_id(next(iter(replied), "")),
        subject=mail.subject,
    )


def _status(mail: Mail, report: Report, account: str) -> Incoming:
    return Incoming(
        kind="status",
        channel="email",
        account=account,
        user=report.user,
        provider_id=mail.message_id,
        revision=f"{report.raw_kind}:{report.user}",
        sent_at=mail.sent_at,
        target=report.target,
        receipt=report.receipt,
        raw_kind=report.raw_kind,
    )


def other(account: str, own: str, raw_kind: str) -> Incoming:
    """Return the event of what is no mail that anybody wrote."""
    return Incoming(
        kind="other",
        channel="email",
        account=account,
        user="",
        provider_id=own,
        raw_kind=raw_kind,
    )
