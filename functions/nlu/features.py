"""Turn a text into hashed n-grams: words 1–2, and characters 2–5 within words."""

import re
import unicodedata
import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17

LONGEST = 2000
"""Characters that are looked at: of a longer text its beginning and its end."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_SPACE = np.uint32(32)
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(64 - 17)


def shorten(text: str) -> str:
    """Return at most `LONGEST` characters, so that the work for one text is bounded."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} {text[-(LONGEST // 2 - 1) :]}"


def words(text: str) -> list[str]:
    """Return a text's words in one spelling: case, umlauts (ä = ae) and digits (0) made equal."""
    compatible = unicodedata.normalize("NFKC", shorten(text)).casefold()
    folded = _DIGITS.sub("0", shorten(compatible).translate(_UMLAUTS))
    return _WORD.findall(folded)


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the buckets of a text's n-grams, ascending, and how often each occurs."""
    tokens = words(text)
    pairs = [f"{first} {second}" for first, second in pairwise(tokens)]
    whole = np.array(
        [zlib.crc32(gram.encode("utf-8", "surrogatepass")) for gram in tokens + pairs],
        dtype=np.uint64,
    )
    hashes = np.concatenate([whole, *_character_grams(tokens)])
    buckets = ((hashes * _MIX) >> _BITS).astype(np.int64)
    found, counts = np.unique(buckets, return_counts=True)
    return found, counts.astype(np.float64)


def _character_grams(tokens: list[str]) -> list[NDArray[np.uint64]]:
    """Return a hash for each run of 2–5 characters that does not reach over a space."""
    padded = f" {' '.join(tokens)} ".encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(padded, dtype=np.uint32)
    spaces = np.concatenate([[0], np.cumsum(characters == _SPACE)])
    grams = []
    hashes = characters.astype(np.uint64) + np.uint64(1)
    for length in range(2, 6):
        count = len(characters) - length + 1
        if count <= 0:
            break
        hashes = hashes[:count] * _PRIME + characters[length - 1 :]
        inside = spaces[length - 1 : length - 1 + count] - spaces[1 : 1 + count]
        grams.append(hashes[inside == 0] + np.uint64(length))
    return grams
