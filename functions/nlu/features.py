"""Turn a text into hashed n-grams: words 1–2, and characters 2–5 within words."""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17

LONGEST = 2000
"""Characters that are looked at: of a longer text its beginning and its end."""

_UMLAUTS = ("ä", "ae"), ("ö", "oe"), ("ü", "ue")
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_PRIME, _MASK = 0x100000001B3, (1 << 64) - 1
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(64 - 17)

_REMEMBERED, _SHORT = 4096, 40
"""So many words of so many characters at most are not taken apart again."""


def shorten(text: str) -> str:
    """Return at most `LONGEST` characters, so that the work for one text is bounded."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} {text[-(LONGEST // 2 - 1) :]}"


@lru_cache(maxsize=1)  # a message's words tell its language, then what it means
def words(text: str) -> tuple[str, ...]:
    """Return a text's words in one spelling: case, umlauts (ä = ae) and digits (0) made equal."""
    compatible = unicodedata.normalize("NFKC", shorten(text)).casefold()
    for umlaut, spelt in _UMLAUTS:
        compatible = compatible.replace(umlaut, spelt)
    return tuple(_WORD.findall(_DIGITS.sub("0", shorten(compatible))))


def features(text: str) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the buckets of a text's n-grams, ascending, and how often each occurs."""
    return counted(grams(text))


def grams(text: str) -> NDArray[np.int32]:
    """Return the bucket of each n-gram of a text."""
    tokens = words(text)
    return np.concatenate([_of_pairs(tokens), *map(_of_word, tokens)])


def counted(numbers: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return which numbers there are, ascending, and how often each occurs; it sorts them."""
    numbers.sort()
    borders = np.empty(len(numbers) + 1, dtype=np.bool_)
    borders[0] = borders[-1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=borders[1:-1])
    begins = borders.nonzero()[0]
    return numbers[begins[:-1]], begins[1:] - begins[:-1]


def _of_pairs(tokens: Sequence[str]) -> NDArray[np.int32]:
    """Return the buckets of words that stand beside each other."""
    return _buckets([_checksum(f"{first} {second}") for first, second in pairwise(tokens)])


def _of_word(word: str) -> NDArray[np.int32]:
    """Return the buckets of a word and of all runs of 2–5 characters, a space around it."""
    return _remembered(word) if len(word) <= _SHORT else _read(word)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(word: str) -> NDArray[np.int32]:
    return _read(word)


def _read(word: str) -> NDArray[np.int32]:
    padded = [ord(character) for character in f" {word} "]
    hashes = [_checksum(word)]
    for start, character in enumerate(padded):
        value = character + 1
        for length, following in enumerate(padded[start + 1 : start + 5], start=2):
            value = (value * _PRIME + following) & _MASK
            hashes.append(value + length & _MASK)
    return _buckets(hashes)


def _buckets(hashes: Sequence[int]) -> NDArray[np.int32]:
    return ((np.array(hashes, dtype=np.uint64) * _MIX) >> _BITS).astype(np.int32)


def _checksum(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass"))
