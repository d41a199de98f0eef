"""Say what ties conversations together: one-time codes, and links made by them.

A code is shown where a conversation is, and typed or carried by a link where it is to go on. It is
told from other words by its beginning, and by a digit in it or its two hyphens; misreads of its
letters are forgiven.
"""

import re

from conversation.incoming import Incoming
from conversation.model import Model
from conversation.understanding import Language

CODE_LIFE = 15 * 60_000
"""How long (ms) a code may be used."""

WRONG_CODES = 5
"""So many codes that open nothing may be tried from one conversation within `WRONG_CODES_FOR`."""

WRONG_CODES_FOR = 3_600_000

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: 50 bits in ten letters."""

_MISREAD = str.maketrans("OIL", "011")
_HALF = r"[0-9A-Za-z]{5}"
_BETWEEN = r"[\s.\-\u2010-\u2015]{0,2}"
_CODE = re.compile(
    rf"(?<![0-9A-Za-z])PF{_BETWEEN}({_HALF}){_BETWEEN}({_HALF})(?![0-9A-Za-z])", re.IGNORECASE
)
_HYPHENED = re.compile(r"PF[\-\u2010-\u2015]\w+[\-\u2010-\u2015]\w+", re.IGNORECASE)


class Link(Model):
    """Another conversation that was merged into this one.

    `address` is the one that it began from. An answer of its bot from before is withdrawn where
    this conversation's last claim has at least the `epoch`; `theirs` is the epoch in which its
    agent wrote until then. `last` is its last turn before, `since` this conversation's turn that
    took it in, `at` (ms) when that was.
    """

    conversation: str
    address: str
    epoch: int
    theirs: int
    last: int
    since: int
    at: int


class OfferLinks(Model):
    """Ask for a code and the deep links that carry it to other messengers.

    The answer holds `code` and `links`, each with `channel` and `url`; the same for the same `key`.
    `address` is where the code is shown: its own account is not offered. `at` in ms.
    """

    key: str
    conversation: str
    created: int
    address: str
    language: Language
    at: int


class TakeCode(Model):
    """Use a code up; every repeat of the event `by` is answered alike.

    The answer holds `conversation`, `created` and `address` of where the code was shown, and is
    empty where the code is wrong, used or expired. `at` in ms.
    """

    key: str
    code: str
    by: str
    at: int


def code_of(digest: bytes) -> str:
    """Return the code that is made of a secret digest (at least 16 bytes): `PF-K7QM2-9XDTR`."""
    letters = [_LETTERS[byte % 32] for byte in digest[:10]]
    if not any(letter.isdigit() for letter in letters):
        letters[digest[10] % 10] = _LETTERS[digest[11] % 10]
    return f"PF-{''.join(letters[:5])}-{''.join(letters[5:])}"


def code_in(text: str) -> str:
    """Return the code that stands in a text, as it was made, "" where there is none.

    Every code has a digit; what is written just like one is meant for one, and is a wrong one.
    """
    for found in _CODE.finditer(text):
        first, second = (half.upper().translate(_MISREAD) for half in found.groups())
        digit = any(letter.isdigit() for letter in "".join(found.groups()))
        if digit or _HYPHENED.fullmatch(found[0]):
            return f"PF-{first}-{second}"
    return ""


def code_carried(incoming: Incoming) -> str:
    """Return the code that a customer came in with or typed, "" where there is none.

    A code proves an address only where it is certain that it came from there.
    """
    if incoming.kind not in ("message", "referral") or incoming.unproven:
        return ""
    text = incoming.content.text if incoming.content else ""
    return code_in(incoming.ref) or code_in(text)
