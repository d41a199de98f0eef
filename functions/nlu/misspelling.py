"""Write a text as it is typed in a hurry: in lower case, with a slip in every fifth word."""

import re
import zlib
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]{4,}")
"""Shorter words are seldom misspelt, and hardly recognised then."""

_EVERY = 5

_ROW = "qwertyuiopasdfghjklzxcvbnm"


def misspelt(text: str) -> str:
    """Return the text with slips; the same text has the same ones."""
    typed = text.lower()
    places = list(_WORD.finditer(typed))
    if not places:
        return typed
    dice = _dice(typed)
    slips = max(1, round(len(typed.split()) / _EVERY))
    for chosen in sorted({next(dice) % len(places) for _ in range(slips)}, reverse=True):
        word = places[chosen]
        typed = typed[: word.start()] + _slip(word[0], dice) + typed[word.end() :]
    return typed


def _slip(word: str, dice: Iterator[int]) -> str:
    """Swap two letters, leave one out, double one, or hit the key beside it; never the first."""
    at = 1 + next(dice) % (len(word) - 2)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    beside = _ROW[(_ROW.find(letter) + 1) % len(_ROW)]
    return (
        before + after[0] + letter + after[1:],
        before + after,
        before + letter + letter + after,
        before + beside + after,
    )[next(dice) % 4]


def _dice(text: str) -> Iterator[int]:
    """Yield numbers that look random and depend on the text alone (D. Lehmer's generator)."""
    state = zlib.crc32(text.encode("utf-8", "replace")) % 2147483646 + 1
    while True:
        state = state * 48271 % 2147483647
        yield state >> 8
