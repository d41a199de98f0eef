"""Compare a text with all training examples: cosine of TF-IDF vectors by an inverted index."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.features import BUCKETS, features
from nlu.files import mapped

_MANY = 0.03
"""A bucket is common from this share of the examples on."""

_ARRAYS = ("buckets", "starts", "rarity", "rows", "weights", "common", "dense")


@dataclass(frozen=True)
class Index:
    """The examples that hold each n-gram.

    The rows of bucket b are `rows[starts[p]:starts[p + 1]]` where `buckets[p] == b`; `weights`
    are theirs. `rarity` is a bucket's IDF, `unseen` that of all others. A bucket that many examples
    hold has all its weights in the row `dense[common[p]]` instead; `common` is -1 for others.
    """

    size: int
    unseen: float
    buckets: NDArray[np.int32]
    starts: NDArray[np.int32]
    rarity: NDArray[np.float32]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    common: NDArray[np.int32]
    dense: NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str], kept: NDArray[np.int64] | None = None) -> "Index":
        """Build the index of the kept texts; how rare an n-gram is, all tell."""
        counted = [features(text) for text in texts]
        spread = np.zeros(BUCKETS)
        for buckets, _ in counted:
            spread[buckets] += 1
        rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        if kept is not None:
            counted = [counted[position] for position in kept]
        spread = np.zeros(BUCKETS)
        for buckets, _ in counted:
            spread[buckets] += 1
        vectors = [_unit(buckets, counts, rarity[buckets]) for buckets, counts in counted]
        bucket = np.concatenate([buckets for buckets, _ in counted])
        row = np.repeat(np.arange(len(counted)), [len(buckets) for buckets, _ in counted])
        weight = np.concatenate(vectors)
        used = np.flatnonzero(spread)
        many = spread[used] > _MANY * len(counted)
        common = np.where(many, np.cumsum(many) - 1, -1)
        place = common[np.searchsorted(used, bucket)]
        dense = np.zeros((int(many.sum()), len(counted)), dtype=np.float32)
        dense[place[place >= 0], row[place >= 0]] = weight[place >= 0]
        sparse = np.flatnonzero(place < 0)
        order = sparse[np.argsort(bucket[sparse], kind="stable")]
        return cls(
            size=len(counted),
            unseen=math.log(1 + len(texts)) + 1,
            buckets=used.astype(np.int32),
            starts=np.concatenate([[0], np.cumsum(np.where(many, 0, spread[used]))]).astype(
                np.int32
            ),
            rarity=rarity[used].astype(np.float32),
            rows=row[order].astype(np.int32),
            weights=weight[order].astype(np.float32),
            common=common.astype(np.int32),
            dense=dense,
        )

    def cosines(self, text: str) -> NDArray[np.float64]:
        """Return the text's cosine with each example."""
        buckets, counts = features(text)
        place = np.minimum(np.searchsorted(self.buckets, buckets), len(self.buckets) - 1)
        known = self.buckets[place] == buckets
        rarity = np.where(known, self.rarity[place], self.unseen)
        vector = _unit(buckets, counts, rarity)[known]
        place = place[known]
        common = self.common[place]
        held = common >= 0
        cosines = vector[held].astype(np.float32) @ self.dense[common[held]]
        place, vector = place[~held], vector[~held]
        begin = self.starts[place].astype(np.int64)
        lengths = self.starts[place + 1] - begin
        ends = np.cumsum(lengths)
        entries = np.arange(lengths.sum()) + np.repeat(begin - (ends - lengths), lengths)
        rare = np.bincount(
            self.rows[entries],
            weights=self.weights[entries] * np.repeat(vector, lengths),
            minlength=self.size,
        )
        together: NDArray[np.float64] = rare + cosines
        return together

    def save(self, folder: Path) -> None:
        """Write the arrays, one file each, so that they can be mapped into memory."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int, unseen: float) -> "Index":
        """Map what `save` wrote into memory."""
        arrays = {name: mapped(folder / f"{name}.npy") for name in _ARRAYS}
        return cls(size=size, unseen=unseen, **arrays)


def _unit(
    buckets: NDArray[np.int64], counts: NDArray[np.float64], rarity: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the weights of one text's n-grams as a vector of length 1."""
    if not len(buckets):
        return np.zeros(0)
    weights = (1 + np.log(counts)) * rarity
    unit: NDArray[np.float64] = weights / np.sqrt((weights * weights).sum())
    return unit
