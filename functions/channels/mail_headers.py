"""Read what a mail's header tells: addresses, ids, the time, and whether a program wrote it."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from channels.loose import milliseconds
from channels.mail_mime import Headers
from channels.mail_text import ENCODED_WORD, words

OWN: Final = "x-pforte-message"
"""The field with our own reference in every mail of ours."""

_LIST: Final = 50
"""Addresses and ids that are read of one header."""

_READ: Final = 4000
"""Characters of a field in which addresses are looked for."""

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*+"')
_COMMENT: Final = re.compile(r"\([^()]*+\)")
_ADDRESS: Final = r"([^\s<>()\[\],;:\"@\\]{1,64}+@[^\s<>()\[\],;:\"@\\]{1,253})"
_IN_BRACKETS: Final = re.compile(rf"<\s*+{_ADDRESS}\s*+>")
_BARE: Final = re.compile(_ADDRESS)
_ID: Final = re.compile(r"<[^<>]{1,900}+>")
_SES_ID: Final = re.compile(r"<([^<>@]+)@(?:[a-z0-9-]+\.)?amazonses\.com>")

_ABSENCE: Final = re.compile(
    r"(Automatische (Antwort|Empfangsbestätigung)|Automatic reply|Auto(mated)?[- ]?(reply|response)"
    r"|Abwesenheits(notiz|meldung|benachrichtigung|assistent|info)|Abwesend|Nicht im Büro"
    r"|Out of( the)? office|OOO|Réponse automatique)( auto-?reply)?\s*([:(\[–-]|re:|aw:|$)",
    re.IGNORECASE,
)
"""How subjects of out-of-office mails begin, "Re:" and its like left out; what goes on in the
same sentence is a person's."""
_REPLY: Final = re.compile(r"^\s*((re|aw|antw|antwort|sv)(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_DAEMON: Final = re.compile(r"(mailer-daemon|postmaster|mail-daemon|bounces?)(@|\+|$)")
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
_LISTS: Final = ("list-id", "list-unsubscribe", "list-post", "list-help", "feedback-type")


def addresses(value: str) -> list[str]:
    """Return the addresses of a field, normalised; display names and comments are not read."""
    for aside in (ENCODED_WORD, _QUOTED, _COMMENT):
        value = aside.sub(" ", value[:_READ])
    found = []
    for entry in value.split(",")[:_LIST]:
        told = {*_IN_BRACKETS.findall(entry)} or _BARE.findall(entry)[:1]
        if len(told) == 1:  # of several nobody can say which is meant
            found.append(_normalised(*told))
    return found


def sender(headers: Headers) -> str:
    """Return who a mail says that it is from, "" where it does not.

    Reply-To is not followed: whoever can write it would be told what belongs to From. Nor is
    Sender, which nobody checks.
    """
    told = [addresses(field) for field in headers.all("from") if field]
    if any(other != told[0] for other in told):
        return ""  # one From was checked by those before us, another one is shown
    return told[0][0] if told and told[0] else ""


def display_name(headers: Headers) -> str:
    """Return the sender's name, "" where it is missing or the address itself."""
    value = headers.get("from")
    name, bracket, _ = value.rpartition("<")
    name = words(re.sub(r'^"(.*)"$', r"\1", name.strip().replace('\\"', "'")))
    return name.strip("'\" ")[:200] if bracket and "@" not in name else ""


def recipients(headers: Headers) -> list[str]:
    """Return to whom a mail is addressed, tags included; what servers noted stands last."""
    names = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-forwarded-for")
    found = [address for name in names for address in addresses(headers.get(name))]
    return list(dict.fromkeys(found))


def subject(headers: Headers) -> str:
    """Return the subject, encoded words read."""
    return words(headers.get("subject"))[:1000]


def bare_subject(text: str) -> str:
    """Return a subject without "Re:", "AW:" and their like."""
    return _REPLY.sub("", text).strip()


def message_ids(value: str) -> tuple[str, ...]:
    """Return the Message-IDs of a field, in their brackets."""
    return tuple("".join(found.split()) for found in _ID.findall(value)[:_LIST])


def message_id(headers: Headers) -> str:
    """Return a mail's own Message-ID as it stands there, "" where it has none."""
    value = headers.get("message-id")
    return next(iter(message_ids(value)), "".join(value.split())[:900])


def sent_id(own: str) -> str:
    """Return the id by which SES told a sent mail, for its Message-ID; other ids as they are.

    SES replaces the Message-ID by `<id@email.amazonses.com>` or `<id@REGION.amazonses.com>`.
    """
    found = _SES_ID.fullmatch(own)
    return found[1] if found else own


def sent_at(headers: Headers) -> int | None:
    """Return the time of the field Date in ms, None where there is none that can be read.

    A time without a zone is taken for UTC.
    """
    try:
        told = parsedate_to_datetime(headers.get("date")[:200])
        return milliseconds((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def automatic(headers: Headers) -> str:
    """Return why a mail must not be answered by a program, "" where a person wrote it.

    RFC 3834 (Auto-Submitted, the empty Return-Path), RFC 2369 (lists), and what older programs
    and out-of-office assistants write. A mail of our own that comes back is "loop".
    """
    if OWN in headers:
        return "loop"
    if _DAEMON.match(sender(headers)):
        return "bounce"
    submitted = headers.get("auto-submitted").partition(";")[0].strip().lower()
    if submitted not in {"", "no"}:
        return "auto-replied" if submitted == "auto-replied" else "auto-generated"
    answering = ("x-autoreply", "x-autorespond", "x-autoresponder")
    if any(headers.get(name).strip().lower() not in {"", "no"} for name in answering):
        return "auto-replied"
    if _ABSENCE.match(bare_subject(subject(headers))):
        return "auto-replied"
    if headers.get("precedence").strip().lower() in _BULK or any(
        name in headers for name in _LISTS
    ):
        return "list"
    return "bounce" if headers.get("return-path").strip() == "<>" else ""


def _normalised(address: str) -> str:
    """Return an address in lower case, its domain in ASCII: one person is one address."""
    local, _, domain = address.strip(".'").rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = domain.strip(".")
    return f"{local}@{domain}".lower()
