"""Compare a text with examples: by its words and letters, and by its meaning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder, capitals_tell, plain
from nlu.files import mapped
from nlu.index import Index
from nlu.spelling import Spelling

Floats = NDArray[np.floating[Any]]

KEPT = 128
"""So many directions of an encoder's vectors are kept: those along which examples differ most.

By cross-validation on the training rows of published sets (3,000 each of three) accuracy is 0.2 to
0.5 points better than with all, and more is answered: the others are noise. A message passes a
quarter of the memory. Where there are two encoders, twice as many of each: with fewer a point less
was answered (1,500 rows of one set).
"""

_MANY = 1000
"""With fewer examples all are: they would not tell which directions matter, and cost little.
"""


@dataclass(frozen=True)
class Neighbours:
    """The examples to compare with.

    `means` are the encoders' mean vectors over all examples, one after the other; `turns` has for
    each encoder the directions that are kept, as columns. `vectors` has a row for each example:
    centred, turned, of length 1 and weighted for each encoder. `cased`: encoders read capitals.
    Where there are encoders, texts are read without slips.
    """

    index: Index
    shares: tuple[float, ...]
    encoders: tuple[Encoder, ...]
    cased: bool
    means: NDArray[np.float32]
    turns: tuple[NDArray[np.float32], ...]
    vectors: NDArray[np.float32]
    spelling: Spelling

    def meaning(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what the encoders read in texts, one row each; products are weighted cosines."""
        if not self.encoders:
            return np.zeros((len(texts), 0), dtype=np.float32)
        spoken = [self.spelling.correct(plain(text, cased=self.cased)) for text in texts]
        read = _encode(self.encoders, spoken)
        return _weighted(read - self.means, self.turns, self.shares)

    def cosines(self, text: str, meaning: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the text's cosine with each example, of all kinds together."""
        if not self.encoders:
            return self.index.cosines(text)
        cosines = self.index.cosines(self.spelling.correct(text))
        cosines *= np.float32(1 - sum(self.shares))
        cosines += self.vectors @ meaning
        return cosines

    def many(self, texts: Sequence[str], meanings: Floats) -> NDArray[np.float32]:
        """Return the cosines of many texts, a row each."""
        cosines = np.empty((len(texts), self.index.size), dtype=np.float32)
        for text, row in zip(texts, cosines, strict=True):
            row[:] = self.index.cosines(text)
        if self.encoders:
            cosines *= np.float32(1 - sum(self.shares))
            cosines += meanings @ self.vectors.T
        return cosines

    def save(self, folder: Path) -> None:
        """Write the arrays, one file each, so that they can be mapped into memory."""
        self.index.save(folder)
        self.spelling.save(folder)
        np.save(folder / "vectors.npy", self.vectors, allow_pickle=False)
        np.save(folder / "means.npy", self.means, allow_pickle=False)
        for number, turn in enumerate(self.turns):
            np.save(folder / f"turn{number}.npy", turn, allow_pickle=False)

    @classmethod
    def load(
        cls, folder: Path, shares: tuple[float, ...], encoders: tuple[Encoder, ...], *, cased: bool
    ) -> "Neighbours":
        """Map what `save` wrote into memory."""
        means, vectors = mapped(folder / "means.npy"), mapped(folder / "vectors.npy")
        turns = tuple(mapped(folder / f"turn{number}.npy") for number in range(len(encoders)))
        spelling = Spelling.load(folder, _known_to(encoders))
        return cls(Index.load(folder), shares, encoders, cased, means, turns, vectors, spelling)


def prepare(
    texts: Sequence[str], shares: tuple[float, ...], encoders: tuple[Encoder, ...]
) -> tuple[Neighbours, NDArray[np.float32]]:
    """Return the texts as neighbours, and what the encoders read in them."""
    cased = capitals_tell(texts)
    spoken = [plain(text, cased=cased) for text in texts]
    read = _encode(encoders, spoken)
    means = np.round(read.mean(axis=0), 6).astype(np.float32)
    read -= means
    ends = np.cumsum([encoder.width for encoder in encoders], dtype=np.int64)
    turns = tuple(
        _turn(read[:, end - encoder.width : end], KEPT * len(encoders))
        for encoder, end in zip(encoders, ends, strict=True)
    )
    meanings = _weighted(read, turns, shares)
    spelling = Spelling.of(spoken if encoders else (), _known_to(encoders))
    index = Index.of(texts)
    return Neighbours(index, shares, encoders, cased, means, turns, meanings, spelling), meanings


def _known_to(encoders: tuple[Encoder, ...]) -> Callable[[str], bool]:
    return lambda word: any(encoder.knows(word) for encoder in encoders)


def _encode(encoders: tuple[Encoder, ...], spoken: Sequence[str]) -> NDArray[np.float32]:
    if not encoders:
        return np.zeros((len(spoken), 0), dtype=np.float32)
    return np.concatenate([each.encode(spoken) for each in encoders], axis=1).astype(np.float32)


def _turn(centred: NDArray[np.float32], kept: int) -> NDArray[np.float32]:
    """Return so many directions of one encoder, the one that tells most first."""
    if len(centred) < _MANY:
        return np.eye(centred.shape[1], dtype=np.float32)
    length = np.sqrt((centred * centred).sum(axis=1, keepdims=True))
    unit = (centred / np.maximum(length, np.float32(1e-9))).astype(np.float64)
    directions = np.linalg.eigh(unit.T @ unit)[1]
    return directions[:, : -kept - 1 : -1].astype(np.float32)


def _weighted(
    centred: NDArray[np.float32], turns: tuple[NDArray[np.float32], ...], shares: tuple[float, ...]
) -> NDArray[np.float32]:
    """Turn each encoder's part, make it one long, and weight it."""
    parts = []
    begin = 0
    for share, turn in zip(shares, turns, strict=True):
        part = centred[:, begin : begin + len(turn)] @ turn
        length = np.sqrt((part * part).sum(axis=1, keepdims=True))
        parts.append(part * (np.float32(np.sqrt(share)) / np.maximum(length, np.float32(1e-9))))
        begin += len(turn)
    return np.concatenate(parts, axis=1) if parts else centred
