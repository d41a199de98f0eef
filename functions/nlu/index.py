"""Compare a text with all training examples: cosine of TF-IDF vectors by an inverted index."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.features import BUCKETS, features
from nlu.files import mapped

_MANY = 0.1
"""A bucket is common from this share of the examples on."""

_ARRAYS = ("places", "starts", "rarity", "rows", "weights", "dense")


@dataclass(frozen=True)
class Index:
    """The examples that hold each n-gram.

    `places` numbers the buckets that examples hold: common ones first, all others last of all as
    one. `rarity` is the IDF of each. Of a common place p, `dense[p]` has the weights in all
    examples; that of another, `rows[starts[p]:starts[p + 1]]` has the examples, `weights` theirs.
    """

    places: NDArray[np.int32]
    starts: NDArray[np.int32]
    rarity: NDArray[np.float32]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    dense: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Return how many examples there are."""
        return int(self.dense.shape[1])

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Index":
        """Build the index of the texts."""
        counted = [features(text) for text in texts]
        spread = _spread(counted)
        rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        used = np.flatnonzero(spread)
        used = used[np.argsort(spread[used] <= _MANY * len(counted), kind="stable")]
        common = int((spread > _MANY * len(counted)).sum())
        places = np.full(BUCKETS, len(used), dtype=np.int32)
        places[used] = np.arange(len(used))
        held = rarity[used].astype(np.float32)
        weight = np.concatenate(
            [_unit(counts, rarity[buckets]) for buckets, counts in counted]
        ).astype(np.float32)
        place = places[np.concatenate([buckets for buckets, _ in counted])]
        row = np.repeat(np.arange(len(counted)), [len(buckets) for buckets, _ in counted])
        dense = np.zeros((common, len(counted)), dtype=np.float32)
        dense[place[place < common], row[place < common]] = weight[place < common]
        sparse = np.flatnonzero(place >= common)
        order = sparse[np.argsort(place[sparse], kind="stable")]
        lengths = np.bincount(place[sparse], minlength=len(used) + 1)
        return cls(
            places=places,
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
            rarity=np.append(held, np.float32(math.log(1 + len(texts)) + 1)),
            rows=row[order].astype(np.int32),
            weights=weight[order],
            dense=dense,
        )

    def cosines(self, text: str) -> NDArray[np.float64]:
        """Return the text's cosine with each example."""
        buckets, counts = features(text)
        place = self.places[buckets]
        vector = _unit(counts, self.rarity[place])
        common = place < len(self.dense)
        cosines = vector[common].astype(np.float32) @ self.dense[place[common]]
        begin = self.starts[place]
        lengths = self.starts[place + 1] - begin
        ends = np.cumsum(lengths)
        entries = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            begin - (ends - lengths), lengths
        )
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
    def load(cls, folder: Path) -> "Index":
        """Map what `save` wrote into memory."""
        return cls(**{name: mapped(folder / f"{name}.npy") for name in _ARRAYS})


def _spread(counted: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> NDArray[np.int64]:
    """Return how many texts hold each bucket."""
    held = [buckets for buckets, _ in counted]
    return np.bincount(np.concatenate(held), minlength=BUCKETS)


def _unit(counts: NDArray[np.float64], rarity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the weights of one text's n-grams as a vector of length 1."""
    weights = (1 + np.log(counts)) * rarity
    unit: NDArray[np.float64] = weights / np.sqrt(max(weights @ weights, 1e-12))
    return unit
