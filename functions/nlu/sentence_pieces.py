"""Split a text into the pieces of a unigram vocabulary (SentencePiece), looked up in mapped arrays.

The likeliest segmentation by Viterbi's algorithm, as in T. Kudo, "Subword Regularization" (2018).
A dictionary of 128,000 pieces takes most of a second to build; sorted hashes take nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.files import mapped

UNKNOWN, BEGIN, END = 0, 1, 2
"""The vocabulary's own ids."""

_SPACE = "▁"
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\ufeff]+")
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_UNKNOWN_PENALTY = 10.0
_ARRAYS = ("hashes", "ids", "scores")


@dataclass(frozen=True)
class Pieces:
    """A vocabulary: hashes of its pieces, ascending, with each one's id and log probability."""

    hashes: NDArray[np.uint64]
    ids: NDArray[np.int32]
    scores: NDArray[np.float32]
    longest: int
    unknown: float

    @classmethod
    def of(cls, pieces: Sequence[str], scores: NDArray[np.float32]) -> "Pieces":
        """Make the table of a vocabulary whose ids are positions."""
        hashes = np.array([_hash(piece) for piece in pieces], dtype=np.uint64)
        order = np.argsort(hashes)
        if (np.diff(hashes[order]) == 0).any():
            raise ValueError("two pieces have one hash")
        return cls(
            hashes[order],
            order.astype(np.int32),
            scores[order],
            max(map(len, pieces)),
            float(scores.min()) - _UNKNOWN_PENALTY,
        )

    def save(self, folder: Path) -> None:
        """Write the table, one file for each array."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        limits = np.array([self.longest, self.unknown])
        np.save(folder / "limits.npy", limits, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "Pieces":
        """Map what `save` wrote into memory."""
        longest, unknown = mapped(folder / "limits.npy")
        hashes, ids, scores = (mapped(folder / f"{name}.npy") for name in _ARRAYS)
        return cls(hashes, ids, scores, int(longest), float(unknown))

    def split(self, text: str) -> list[int]:
        """Return the ids of a text's pieces, BEGIN and END around them."""
        compatible = unicodedata.normalize("NFKC", text)
        spaced = _SPACE + _BLANKS.sub(_SPACE, compatible.strip())
        return [BEGIN, *self._likeliest(spaced), END]

    def _likeliest(self, text: str) -> list[int]:
        size = len(text)
        best = [0.0] + [-np.inf] * size
        origin, piece = [0] * (size + 1), [UNKNOWN] * (size + 1)
        found = self._found(text)
        for start in range(size):
            base = best[start]
            if base + self.unknown > best[start + 1]:
                best[start + 1], origin[start + 1] = base + self.unknown, start
                piece[start + 1] = UNKNOWN
            for end, identity, score in found[start]:
                if base + score > best[end]:
                    best[end], origin[end], piece[end] = base + score, start, identity
        ids = []
        at = size
        while at:
            ids.append(piece[at])
            at = origin[at]
        return ids[::-1]

    def _found(self, text: str) -> list[list[tuple[int, int, float]]]:
        """Return for each position the pieces that begin there: end, id, log probability."""
        grams = _hashes(text, self.longest)
        lengths = np.repeat(np.arange(1, len(grams) + 1), [len(gram) for gram in grams])
        starts = np.concatenate([np.arange(len(gram)) for gram in grams])
        wanted = np.concatenate(grams)
        place = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        known = np.flatnonzero(self.hashes[place] == wanted)
        found: list[list[tuple[int, int, float]]] = [[] for _ in text]
        place = place[known]
        for start, length, identity, score in zip(
            starts[known].tolist(),
            lengths[known].tolist(),
            self.ids[place].tolist(),
            self.scores[place].tolist(),
            strict=True,
        ):
            found[start].append((start + length, identity, score))
        return found


def _hash(piece: str) -> int:
    value = 0
    for character in piece:
        value = (value * int(_PRIME) + ord(character) + 1) % (1 << 64)
    return value


def _hashes(text: str, longest: int) -> list[NDArray[np.uint64]]:
    """Return the hashes of all runs of 1, 2, … characters, by length and position."""
    encoded = text.encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(encoded, dtype=np.uint32).astype(np.uint64) + np.uint64(1)
    grams = [characters]
    for length in range(2, min(longest, len(text)) + 1):
        grams.append(grams[-1][:-1] * _PRIME + characters[length - 1 :])
    return grams
