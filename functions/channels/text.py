"""Split long texts where a person would split them, and count as messengers count.

Lengths are UTF-16 code units, as Telegram counts and at least what others count in characters;
Instagram counts bytes.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from conversation.message import Button

_WORD = re.compile(r"\s")
_BREAKS = (
    re.compile(r"\n[^\S\n]*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"'»“”’)\]]*\s"),
    _WORD,
)
"""Paragraph, line, sentence, word: the first that leaves a part at least half full is taken."""

_ZERO_WIDTH_JOINER = "\u200d"
_FLAG_HALVES = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def length(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def octets(text: str) -> int:
    """Return the length in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def split(text: str, limit: int, size: Callable[[str], int] = length) -> list[str]:
    """Return the parts of a text, none longer than the limit; only white space is lost between.

    A text without words has no parts. The limit is at least the widest character's size.
    """
    parts = []
    rest = text.strip()
    while size(rest) > limit:
        end = _cut(rest, _fitting(rest, limit, size))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def fit(options: Sequence[Button], number: int, title: int, payload: int) -> bool:
    """Say whether options can be shown; Meta's APIs refuse empty and repeated ones."""
    return (
        0 < len(options) <= number
        and all(option.title.strip() and length(option.title) <= title for option in options)
        and all(0 < length(option.payload) <= payload for option in options)
        and len({option.title for option in options}) == len(options)
        and len({option.payload for option in options}) == len(options)
    )


def numbered(text: str, options: Sequence[Button]) -> str:
    """Return the text with its options as numbered lines, counted from 1 in their order."""
    lines = "\n".join(f"{number} {option.title}" for number, option in enumerate(options, 1))
    return f"{text}\n\n{lines}" if text.strip() else lines


def _fitting(text: str, limit: int, size: Callable[[str], int]) -> int:
    """Return how many characters fit into the limit."""
    units = 0
    for index, character in enumerate(text):
        units += size(character)
        if units > limit:
            return index
    return len(text)


def _cut(text: str, fitting: int) -> int:
    """Return where to cut: behind a break in the second half, else a word, else in between."""
    # One character more: every break ends with white space, which the part does not keep.
    window = text[: fitting + 1]
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(window)]
        if ends and ends[-1] > fitting // 2:
            return ends[-1]
    words = [found.end() for found in _WORD.finditer(window)]
    return words[-1] if words else _between_characters(text, fitting)


def _between_characters(text: str, index: int) -> int:
    """Move a cut back out of an emoji or an accented letter, unless nothing would be left."""
    for candidate in range(index, 0, -1):
        if not _joined(text, candidate):
            return candidate
    return index


def _joined(text: str, index: int) -> bool:
    """Say whether the characters before and at the index are shown as one."""
    before, character = text[index - 1], text[index]
    if before == _ZERO_WIDTH_JOINER or _extends(character):
        return True
    if character in _FLAG_HALVES:
        halves = len(text[:index]) - len(text[:index].rstrip(_FLAG_HALVES))
        return halves % 2 == 1
    return False


def _extends(character: str) -> bool:
    """Say whether a character changes the one before: joiner, accent, skin tone, tag."""
    return (
        character == _ZERO_WIDTH_JOINER
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )
