"""Split a text into the pieces of a unigram vocabulary (SentencePiece), looked up in mapped arrays.

The likeliest segmentation by Viterbi's algorithm, as in T. Kudo, "Subword Regularization" (2018).
A dictionary of all pieces takes long to build and much memory; sorted hashes take nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.files import mapped

UNKNOWN, BEGIN, END = 0, 1, 2
"""The vocabulary's own ids."""

_SPACE = "▁"
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\ufeff]+")
_PRIME = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_UNKNOWN_PENALTY = 10.0
_ARRAYS = ("hashes", "ids", "scores")

_REMEMBERED, _WORD = 5000, 40
"""So many words of so many characters at most are not split again."""


@dataclass(frozen=True)
class Pieces:
    """A vocabulary: hashes of its pieces, ascending, with each one's id and log probability.

    A piece may begin with a space and has none elsewhere: a word is split without its neighbours.
    `remembered` has words that were split, which changes no result.
    """

    hashes: NDArray[np.uint64]
    ids: NDArray[np.int32]
    scores: NDArray[np.float32]
    longest: int
    unknown: float
    remembered: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, pieces: Sequence[str], scores: NDArray[np.float32]) -> "Pieces":
        """Make the table of a vocabulary whose ids are positions."""
        if any(_SPACE in piece[1:] for piece in pieces):
            raise ValueError("a piece reaches over a space")
        hashes = np.array([_hashes(piece)[-1] for piece in pieces], dtype=np.uint64)
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

    def has(self, word: str) -> bool:
        """Say whether a word is one piece."""
        pieces = self._pieces_of(word)
        return len(pieces) == 1 and pieces != [UNKNOWN]

    def split(self, text: str) -> list[int]:
        """Return the ids of a text's pieces, BEGIN and END around them."""
        compatible = unicodedata.normalize("NFKC", text)
        spaced = _BLANKS.sub(_SPACE, compatible.strip())
        ids = [BEGIN]
        for word in spaced.split(_SPACE):
            ids += self._pieces_of(word)
        return [*ids, END]

    def ends(self, text: str, most: int) -> list[int]:
        """Return the ids of a text's pieces as `split`, of too many the first and the last."""
        ids = self.split(text)
        return ids if len(ids) <= most else ids[: most // 2] + ids[-most // 2 :]

    def _pieces_of(self, word: str) -> list[int]:
        known = self.remembered.get(word)
        if known is None:
            known = self._likeliest(_SPACE + word)
            if len(self.remembered) >= _REMEMBERED:
                self.remembered.clear()
            if len(word) <= _WORD:
                self.remembered[word] = known
        return known

    def _likeliest(self, word: str) -> list[int]:
        size = len(word)
        best = [0.0] + [-np.inf] * size
        origin, piece = [0] * (size + 1), [UNKNOWN] * (size + 1)
        found = self._found(word)
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

    def _found(self, word: str) -> list[list[tuple[int, int, float]]]:
        """Return for each position the pieces that begin there: end, id, log probability."""
        hashes: list[int] = []
        places: list[tuple[int, int]] = []
        for start in range(len(word)):
            own = _hashes(word[start : start + self.longest])
            hashes += own
            places += [(start, start + length) for length in range(1, len(own) + 1)]
        wanted = np.array(hashes, dtype=np.uint64)
        place = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        known = np.flatnonzero(self.hashes[place] == wanted)
        place = place[known]
        found: list[list[tuple[int, int, float]]] = [[] for _ in word]
        for which, identity, score in zip(
            known.tolist(), self.ids[place].tolist(), self.scores[place].tolist(), strict=True
        ):
            start, end = places[which]
            found[start].append((end, identity, score))
        return found


def _hashes(text: str) -> list[int]:
    """Return the hashes of a text's beginnings of 1, 2, … characters."""
    value, hashes = 0, []
    for character in text:
        value = (value * _PRIME + ord(character) + 1) & _MASK
        hashes.append(value)
    return hashes
