"""Name the files of a mail, and take one out: a mail lies in the bucket in one piece."""

from channels.files import Enclosed, Lost
from channels.mail_mime import read_part
from channels.mail_text import unwrapped
from conversation.media import GONE


def reference_of(key: str, part: str) -> str:
    """Return what names a file: its mail's key and the number of its part, as IMAP counts."""
    return f"{key}#{part}"


def located(reference: str) -> Enclosed | Lost:
    """Return in which mail a file lies, and where in it."""
    key, sign, part = reference.rpartition("#")
    return Enclosed(key, part) if sign and key else Lost(GONE)


def taken_out(raw: bytes, part: str) -> bytes | None:
    """Return the bytes of a mail's file, None where there is no such part."""
    for inner in read_part(raw).walk():
        if inner.number == part and not inner.parts:
            return unwrapped(inner.raw[inner.start : inner.end], inner.encoding)
    return None
