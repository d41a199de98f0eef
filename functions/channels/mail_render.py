"""Write messages as mails that thread: MIME in UTF-8, text beside simple HTML.

The bytes are put together here, not by `email.message`, which makes up boundaries at random and
breaks long ids of In-Reply-To and References.
"""

import hashlib
import html
import re
from base64 import b64encode, encodebytes
from collections.abc import Sequence
from email.header import Header
from typing import Final
from urllib.parse import quote

from channels.base import Call
from channels.files import FileLink
from channels.mail_headers import OWN, bare_subject
from channels.text import numbered
from conversation.mail_thread import MailThread
from conversation.message import Message

_SUBJECT: Final = 200
_UNKNOWN: Final = "application/octet-stream"


def render(message: Message, account: str, user: str) -> list[Call]:
    """Return the call of SES's API v2 that sends a message; none where it says nothing.

    Its files stand in `Files`: whoever makes the call puts them into the mail (`with_files`).
    """
    content = message.content
    words = numbered(content.text, content.buttons) if content.buttons else content.text
    files = [FileLink.to(part) for part in content.attachments]
    if not words.strip() and not files:
        return []
    raw = _mail(message, words.strip(), account, user, message.thread or MailThread())
    return [
        Call(
            method="POST",
            path="/v2/email/outbound-emails",
            json={
                "FromEmailAddress": account,
                "Destination": {"ToAddresses": [user]},
                "Content": {"Raw": {"Data": b64encode(raw).decode()}},
                **({"Files": files} if files else {}),
            },
        )
    ]


def with_files(raw: bytes, files: Sequence[tuple[FileLink, bytes]]) -> bytes:
    """Return a mail of ours with files hung on it, each to be saved and not to be shown."""
    if not files:
        return raw
    head, _, body = raw.partition(b"\r\n\r\n")
    fields, _, inner = head.rpartition(b"\r\nContent-Type: ")
    boundary = b"=_f" + hashlib.sha256(raw).hexdigest()[:32].encode()
    parts = [b"Content-Type: " + inner + b"\r\n\r\n" + body]
    parts += [_file(link) + encodebytes(content).replace(b"\n", b"\r\n") for link, content in files]
    told = b'\r\nContent-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    whole = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return fields + told + whole + b"--" + boundary + b"--\r\n"


def _file(link: FileLink) -> bytes:
    """Return the header of a file's part; its name in the form of RFC 2231."""
    kind = link.mime_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", link.mime_type) else _UNKNOWN
    name = quote(link.filename, safe="")
    return (
        f"Content-Type: {kind}\r\nContent-Disposition: attachment; filename*=utf-8''{name}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode()


def _mail(message: Message, words: str, account: str, user: str, thread: MailThread) -> bytes:
    boundary = "=_" + hashlib.sha256(f"{message.id}\x1f{words}".encode()).hexdigest()[:32]
    fields = [
        ("From", _mailbox(thread.sender, account)),
        ("To", _line(user)),
        ("Reply-To", _line(thread.reply_to)),
        ("Subject", _subject(thread.subject)),
        ("In-Reply-To", _line(thread.in_reply_to)),
        ("References", "\r\n ".join(_references(thread))),
        (OWN.title(), _line(message.id)),
        # A person's words are no automatic mail (RFC 3834, 5).
        ("Auto-Submitted", "" if message.author == "agent" else "auto-replied"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields if value)
    parts = [
        f"--{boundary}\r\nContent-Type: {kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_encoded(body)}"
        for kind, body in (("text/plain", words), ("text/html", _html(words)))
    ]
    return f"{head}\r\n{''.join(parts)}--{boundary}--\r\n".encode()


def _subject(told: str) -> str:
    """Return "Re: " and the customer's words alone: some programs see a new thread in others."""
    subject = bare_subject(_line(told))[:_SUBJECT]
    return _words(f"Re: {subject}".strip(), "Subject")


def _references(thread: MailThread) -> list[str]:
    ids = [_line(own) for own in (*thread.references, thread.in_reply_to)]
    return list(dict.fromkeys(filter(None, ids)))


def _mailbox(name: str, address: str) -> str:
    name = re.sub(r'["\\<>]', "", _line(name))
    if not name:
        return _line(address)
    return f"{_words(name, 'From') if not name.isascii() else f'"{name}"'} <{_line(address)}>"


def _words(value: str, field: str) -> str:
    """Return a value as encoded words where it needs them, in lines of at most 76 characters."""
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, header_name=field).encode(linesep="\r\n")


def _line(value: str) -> str:
    """Return a value that cannot begin another header field."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", value).split())


def _html(words: str) -> str:
    paragraphs = (
        html.escape(paragraph).replace("\n", "<br>\n") for paragraph in re.split(r"\n\s*\n", words)
    )
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
    return f"{head}\n<body>\n{body}\n</body></html>"


def _encoded(body: str) -> str:
    raw = body.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    return encodebytes(raw).decode().replace("\n", "\r\n")
