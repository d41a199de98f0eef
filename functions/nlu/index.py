"""Compare a text with all training examples: cosine of TF-IDF vectors by an inverted index."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.features import BUCKETS, features

Vector = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class Index:
    """The examples that hold each n-gram.

    The rows of bucket b are `rows[starts[p]:starts[p + 1]]` where `buckets[p] == b`; `weights`
    are theirs. `rarity` is a bucket's IDF, `unseen` that of all others.
    """

    size: int
    unseen: float
    buckets: NDArray[np.int32]
    starts: NDArray[np.int32]
    rarity: NDArray[np.float32]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Index":
        """Build the index of some texts."""
        counted = [features(text) for text in texts]
        spread = np.zeros(BUCKETS)
        for buckets, _ in counted:
            spread[buckets] += 1
        rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        vectors = [_unit(buckets, counts, rarity[buckets]) for buckets, counts in counted]
        bucket = np.concatenate([buckets for buckets, _ in counted])
        row = np.repeat(np.arange(len(texts)), [len(buckets) for buckets, _ in counted])
        order = np.argsort(bucket, kind="stable")
        used = np.flatnonzero(spread)
        return cls(
            size=len(texts),
            unseen=math.log(1 + len(texts)) + 1,
            buckets=used.astype(np.int32),
            starts=np.concatenate([[0], np.cumsum(spread[used])]).astype(np.int32),
            rarity=rarity[used].astype(np.float32),
            rows=row[order].astype(np.int32),
            weights=np.concatenate(vectors)[order].astype(np.float32),
        )

    def cosines(self, text: str) -> NDArray[np.float64]:
        """Return the text's cosine with each example."""
        buckets, counts = features(text)
        place = np.minimum(np.searchsorted(self.buckets, buckets), len(self.buckets) - 1)
        known = self.buckets[place] == buckets
        rarity = np.where(known, self.rarity[place], self.unseen)
        vector = _unit(buckets, counts, rarity)[known]
        begin = self.starts[place[known]].astype(np.int64)
        lengths = self.starts[place[known] + 1] - begin
        ends = np.cumsum(lengths)
        entries = np.arange(lengths.sum()) + np.repeat(begin - (ends - lengths), lengths)
        return np.bincount(
            self.rows[entries],
            weights=self.weights[entries] * np.repeat(vector, lengths),
            minlength=self.size,
        )

    def save(self, folder: Path) -> None:
        """Write the arrays, one file each, so that they can be mapped into memory."""
        for name in ("buckets", "starts", "rarity", "rows", "weights"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int, unseen: float) -> "Index":
        """Map what `save` wrote into memory."""
        return cls(
            size=size,
            unseen=unseen,
            buckets=mapped(folder / "buckets.npy"),
            starts=mapped(folder / "starts.npy"),
            rarity=mapped(folder / "rarity.npy"),
            rows=mapped(folder / "rows.npy"),
            weights=mapped(folder / "weights.npy"),
        )


def mapped(path: Path) -> NDArray[Any]:
    """Map a file's array into memory, as a plain array (a memmap is slower to slice)."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _unit(
    buckets: NDArray[np.int64], counts: NDArray[np.float64], rarity: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the weights of one text's n-grams as a vector of length 1."""
    if not len(buckets):
        return np.zeros(0)
    weights = (1 + np.log(counts)) * rarity
    unit: NDArray[np.float64] = weights / np.sqrt((weights * weights).sum())
    return unit
