"""Read a raw mail into what it says: words, files, thread, and who may not be answered."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from channels import mail_headers
from channels.loose import DERIVED
from channels.mail_bounce import Report, reports
from channels.mail_html import html_to_text
from channels.mail_mime import Headers, Part, read_part
from channels.mail_quotes import is_forward, own_words
from channels.mail_text import printable
from conversation.errors import Malformed
from conversation.message import Attachment, AttachmentKind

_KNOWN: Final = (
    *("from", "to", "subject", "date", "message-id", "received", "return-path", "sender"),
    *("mime-version", "content-type", "reply-to", "delivered-to"),
)
"""Without one of these fields bytes are no mail."""

TEXT: Final = 1_000_000
"""Bytes of a mail that are read as text; the whole mail stays where it lies."""

_MEDIA: Final[dict[str, AttachmentKind]] = {"image": "image", "video": "video", "audio": "audio"}
_SIGNATURES: Final = ("application/pgp-signature", "pkcs7-signature", "x-pkcs7-signature")
_ENCRYPTED: Final = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(frozen=True)
class Mail:
    """All that one mail says; times in ms, ids in the brackets of their headers.

    `text` is what the sender wrote now, `original` the same with quoted mails and signature.
    `recipients` have their tags. `automatic` says why no program may answer ("" for people's
    mails), `unreadable` which kind of mail cannot be read.
    """

    message_id: str
    sender: str
    name: str
    recipients: tuple[str, ...]
    subject: str
    sent_at: int | None
    text: str
    original: str
    attachments: tuple[Attachment, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    automatic: str
    reports: tuple[Report, ...]
    unreadable: str = ""


def read(raw: bytes) -> Mail:
    """Read a raw mail. Raises Malformed where no known header field begins it."""
    part = read_part(raw)
    if not any(name in part.headers for name in _KNOWN):
        raise Malformed("This is no e-mail: it begins with no header.")
    own = mail_headers.message_id(part.headers) or DERIVED + hashlib.sha256(raw).hexdigest()[:32]
    unreadable = "encrypted" if part.kind in _ENCRYPTED else ""
    return mail_of(
        part.headers, own, _Body().of(part), _files(part), tuple(reports(part)), unreadable
    )


def mail_of(
    headers: Headers,
    own: str,
    body: str,
    files: tuple[Attachment, ...],
    told: tuple[Report, ...] = (),
    unreadable: str = "",
) -> Mail:
    """Put a mail together from its header and what else is known of it."""
    subject = mail_headers.subject(headers)
    original = _tidy(body)
    return Mail(
        message_id=own,
        sender=mail_headers.sender(headers),
        name=mail_headers.display_name(headers),
        recipients=tuple(mail_headers.recipients(headers)),
        subject=subject,
        sent_at=mail_headers.sent_at(headers),
        text=original if is_forward(subject) else own_words(original),
        original=original,
        attachments=files,
        in_reply_to=mail_headers.message_ids(headers.get("in-reply-to")),
        references=mail_headers.message_ids(headers.get("references")),
        automatic=mail_headers.automatic(headers),
        reports=told,
        unreadable=unreadable,
    )


def _tidy(body: str) -> str:
    """Return a text without control characters and without more than one empty line in a row."""
    lines = printable(body.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    text = "\n".join("" if line.isspace() else line for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _is_text(part: Part) -> bool:
    return (
        part.kind in {"text/plain", "text/html", "text/enriched"}
        and not part.headers.get("content-disposition").lower().startswith("attachment")
        and not part.filename
    )


class _Body:
    """The words of one mail; reads no more text than `TEXT`, however many parts there are."""

    def __init__(self) -> None:
        self._left = TEXT

    def of(self, part: Part) -> str:
        """Return the words of a part: of alternatives the first with some, of others all."""
        if part.parts:
            bodies = map(self.of, part.parts)
            if part.kind == "multipart/alternative":
                return next((body for body in bodies if body.strip()), "")
            return "\n\n".join(body.strip("\n") for body in bodies if body.strip())
        # A multipart without parts lacks its boundary, or lies too deep: its text is shown.
        return self._words(part) if _is_text(part) or part.kind.startswith("multipart/") else ""

    def _words(self, part: Part) -> str:
        words = part.text(self._left)
        self._left -= min(self._left, part.end - part.start)
        if part.kind == "text/html":
            return html_to_text(words)
        flowed = part.headers.parameter("content-type", "format").lower() == "flowed"
        delsp = part.headers.parameter("content-type", "delsp").lower() == "yes"
        return _unflowed(words, delsp) if flowed else words


def _unflowed(words: str, delsp: bool) -> str:
    """Join the lines of a text that were broken only to be sent (RFC 3676)."""
    lines: list[list[str]] = []
    depth, soft = -1, False
    for line in words.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        own_depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        joins = soft and own_depth == depth and bare not in {"", "-- "}
        if joins:
            lines[-1].append(bare)
        else:
            lines.append([">" * own_depth + (" " if own_depth else "") + bare])
        soft = bare.endswith(" ") and bare != "-- "
        if soft and delsp:
            lines[-1][-1] = lines[-1][-1][:-1]
        depth = own_depth
    return "\n".join(map("".join, lines))


def _files(part: Part) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            kind=_MEDIA.get(inner.kind.partition("/")[0], "document"),
            reference=inner.number,
            mime_type=inner.kind,
            filename=printable(inner.filename),
            size=inner.size,
        )
        for inner in part.walk()
        if not inner.kind.startswith("multipart/")
        and not _is_text(inner)
        and not inner.kind.endswith(_SIGNATURES)
    )
