"""Compare a text with all training examples: cosine of TF-IDF vectors by an inverted index."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.features import BUCKETS, counted, features, grams
from nlu.files import mapped

_MANY = 0.1
"""A bucket is common from this share of the examples on."""

_ARRAYS = ("places", "starts", "rarity", "rows", "weights", "dense")


@dataclass(frozen=True)
class Index:
    """The examples that hold each n-gram: fewer than 65,536.

    `places` numbers the buckets: common ones first, then others that examples hold, then those that
    none holds. `rarity` is the IDF of each, its last that of all which none holds. Of a common
    place p, `dense[p]` has the weights in all examples; of another that is held,
    `rows[starts[p]:starts[p + 1]]` has the examples, `weights` theirs.
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
        found = [features(text) for text in texts]
        every = np.concatenate([buckets for buckets, _ in found])
        spread = np.bincount(every, minlength=BUCKETS)
        rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        is_held, is_common = spread > 0, spread > _MANY * len(texts)
        held, common = int(is_held.sum()), int(is_common.sum())
        order = np.lexsort((~is_common, ~is_held))
        places = np.empty(BUCKETS, dtype=np.int32)
        places[order] = np.arange(BUCKETS)
        weight = np.concatenate([_unit(counts, rarity[buckets]) for buckets, counts in found])
        place = places[every]
        row = np.repeat(np.arange(len(texts)), [len(buckets) for buckets, _ in found])
        dense = np.zeros((common, len(texts)), dtype=np.float32)
        dense[place[place < common], row[place < common]] = weight[place < common]
        sparse = np.flatnonzero(place >= common)
        by_place = sparse[np.argsort(place[sparse], kind="stable")]
        lengths = np.bincount(place[sparse], minlength=held)
        return cls(
            places=places,
            starts=np.concatenate([[0], np.cumsum(lengths)]),
            rarity=rarity[order[: held + 1]].astype(np.float32),
            rows=row[by_place].astype(np.uint16),
            weights=weight[by_place],
            dense=dense,
        )

    def cosines(self, text: str) -> NDArray[np.float32]:
        """Return the text's cosine with each example."""
        places, counts = counted(self.places.take(grams(text)))
        weights = _unit(counts, self.rarity.take(places, mode="clip"))
        common, held = places.searchsorted(self._borders)
        # For a vector `dot` takes a microsecond less than `@`.
        total: NDArray[np.float32] = weights[:common].dot(self.dense.take(places[:common], axis=0))
        rare = places[common:held]
        ends = self.starts.take(rare + 1)
        lengths = ends - self.starts.take(rare)
        entries = (ends - lengths.cumsum()).repeat(lengths)
        entries += np.arange(len(entries))
        added = self.weights.take(entries)
        added *= weights[common:held].repeat(lengths)
        np.add.at(total, self.rows.take(entries).astype(np.intp), added)
        return total

    @cached_property
    def _borders(self) -> NDArray[np.int32]:
        """Return how many places are common, and how many are held."""
        return np.array([len(self.dense), len(self.starts) - 1], dtype=np.int32)

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
    weights *= 1 / math.sqrt(max(float(weights.dot(weights)), 1e-12))
    unit: NDArray[np.float32] = weights.astype(np.float32)
    return unit
