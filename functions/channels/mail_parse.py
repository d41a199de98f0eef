"""Tell a mail in the common form of all channels.

An address is `email:<account>:<sender>`: the account is our address without its tag, in lower
case. An attachment's reference is the number of its part in the raw mail, as IMAP counts.
"""

from collections.abc import Sequence

from channels import mail_headers
from channels.loose import NOBODY
from channels.mail_bounce import Report
from channels.mail_read import Mail
from channels.mail_tag import has_tag, untagged
from conversation.incoming import Incoming, IncomingKind
from conversation.message import Content


def incoming(mail: Mail, account: str, envelope: Sequence[str] = ()) -> list[Incoming]:
    """Return a mail's events: a message, what it reports, or one of kind `other`.

    Automatic mail is no message, with one exception: what answers a tagged address stands in the
    conversation that it answers ("I am away until Monday"), its reason in `raw_kind`, and is
    never answered by a program. `envelope`: to whom it was sent, where that is known.
    """
    named = [*envelope, *mail.recipients]
    account = account or next(map(untagged, named), NOBODY)
    if mail.reports:
        return [_status(mail, report, account) for report in mail.reports]
    automatic = mail.automatic or ("loop" if mail.sender == untagged(account) else "")
    answering = automatic in {"auto-replied", "list"} and any(map(has_tag, named))
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
            content=_content(mail, replied) if kind == "message" else None,
            name=mail.name,
            raw_kind=automatic,
        )
    ]


def _content(mail: Mail, replied: Sequence[str]) -> Content:
    words = mail.text or mail.subject
    nothing = not words and not mail.attachments
    return Content(
        text=words,
        attachments=mail.attachments,
        unreadable=mail.unreadable or ("empty" if nothing else ""),
        reply_to=mail_headers.sent_id(next(iter(replied), "")),
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
