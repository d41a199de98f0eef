"""Compare a text with all training examples: cosine of TF-IDF vectors by an inverted index."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.features import BUCKETS, features
from nlu.files import mapped

_MANY = 0.1
"""A bucket is common from this share of the examples on."""

_ARRAYS = ("places", "starts", "rarity", "rows", "weights", "dense")


@dataclass(frozen=True)
class Index:
    """The examples that hold each n-gram: fewer than 65,536.

    `places` numbers the buckets that examples hold: common ones first, all others last of all as
    one. `rarity` is the IDF of each. Of a common place p, `dense[p]` has the weights in all
    examples; that of another, `rows[starts[p]:starts[p + 1]]` has the examples, `weights` theirs.
    """

    places: NDArray[np.int32]
    starts: NDArray[np.int64]
    rarity: NDArray[np.float32]
    rows: NDArray[np.uint16]
    weights: NDArray[np.float32]
    dense: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Return how many examples there are."""
        return int(self.dense.shape[1])

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Index":
        """Build the index of the texts."""
        grams = [features(text) for text in texts]
        every = np.concatenate([buckets for buckets, _ in grams])
        spread = np.bincount(every, minlength=BUCKETS)
        rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        used = np.flatnonzero(spread)
        used = used[np.argsort(spread[used] <= _MANY * len(grams), kind="stable")]
        common = int((spread > _MANY * len(grams)).sum())
        places = np.full(BUCKETS, len(used), dtype=np.int32)
        places[used] = np.arange(len(used))
        weight = np.concatenate([_unit(counts, rarity[buckets]) for buckets, counts in grams])
        place = places[every]
        row = np.repeat(np.arange(len(grams)), [len(buckets) for buckets, _ in grams])
        dense = np.zeros((common, len(grams)), dtype=np.float32)
        dense[place[place < common], row[place < common]] = weight[place < common]
        sparse = np.flatnonzero(place >= common)
        order = sparse[np.argsort(place[sparse], kind="stable")]
        lengths = np.bincount(place[sparse], minlength=len(used) + 1)
        unknown = math.log(1 + len(texts)) + 1
        return cls(
            places=places,
            starts=np.concatenate([[0], np.cumsum(lengths)]),
            rarity=np.append(rarity[used], unknown).astype(np.float32),
            rows=row[order].astype(np.uint16),
            weights=weight[order],
            dense=dense,
        )

    def cosines(self, text: str) -> NDArray[np.float32]:
        """Return the text's cosine with each example."""
        buckets, counts = features(text)
        place = self.places[buckets]
        weights = _unit(counts, self.rarity[place])
        is_common = place < len(self.dense)
        common, rare = is_common.nonzero()[0], (~is_common).nonzero()[0]
        total: NDArray[np.float32] = weights.take(common) @ self.dense.take(
            place.take(common), axis=0
        )
        place = place.take(rare)
        begins = self.starts.take(place)
        lengths = self.starts.take(place + 1) - begins
        entries = (begins - lengths.cumsum() + lengths).repeat(lengths)
        entries += np.arange(len(entries))
        added = self.weights.take(entries)
        added *= weights.take(rare).repeat(lengths)
        np.add.at(total, self.rows.take(entries).astype(np.intp), added)
        return total

    def save(self, folder: Path) -> None:
        """Write the arrays, one file each, so that they can be mapped into memory."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "Index":
        """Map what `save` wrote into memory."""
        return cls(**{name: mapped(folder / f"{name}.npy") for name in _ARRAYS})


def _unit(counts: NDArray[np.int64], rarity: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Return the weights of one text's n-grams as a vector of length 1."""
    weights = (1 + np.log(counts)) * rarity
    weights *= 1 / math.sqrt(max(float(weights @ weights), 1e-12))
    unit: NDArray[np.float32] = weights.astype(np.float32)
    return unit
