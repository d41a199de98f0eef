"""Compare a text with all training examples: cosine of TF-IDF vectors by an inverted index."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.features import BUCKETS, SHORT, counted, features, of_pairs, of_word, words
from nlu.files import mapped

_MANY = 0.1
"""A bucket is common from this share of the examples on."""

_WORDS = 512
"""Of so many words, the ones that the examples have most often, it is known what they add.

They are half to nine tenths of what customers write; a row has a number for each example.
"""

_ARRAYS = ("places", "starts", "rarity", "rows", "weights", "dense", "added")
_NAMES = "words.json"


@dataclass(frozen=True)
class Index:
    """The examples that hold each n-gram.

    `places` numbers the buckets that examples hold: common ones first, all others last of all as
    one. `rarity` is the IDF of each. Of a common place p, `dense[p]` has the weights in all
    examples; that of another, `rows[starts[p]:starts[p + 1]]` has the examples, `weights` theirs.
    `words` numbers the most frequent words, `added` has what each adds to the examples' cosines
    with a text of length 1, all n-grams taken as often as they occur.
    """

    places: NDArray[np.int32]
    starts: NDArray[np.int32]
    rarity: NDArray[np.float32]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    dense: NDArray[np.float32]
    added: NDArray[np.float32]
    words: Mapping[str, int]

    @property
    def size(self) -> int:
        """Return how many examples there are."""
        return int(self.dense.shape[1])

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Index":
        """Build the index of the texts."""
        grams = [features(text) for text in texts]
        spread = _spread(grams)
        rarity = np.log((1 + len(texts)) / (1 + spread)) + 1
        used = np.flatnonzero(spread)
        used = used[np.argsort(spread[used] <= _MANY * len(grams), kind="stable")]
        common = int((spread > _MANY * len(grams)).sum())
        places = np.full(BUCKETS, len(used), dtype=np.int32)
        places[used] = np.arange(len(used))
        held = rarity[used].astype(np.float32)
        weight = np.concatenate(
            [_unit(counts, rarity[buckets]) for buckets, counts in grams]
        ).astype(np.float32)
        place = places[np.concatenate([buckets for buckets, _ in grams])]
        row = np.repeat(np.arange(len(grams)), [len(buckets) for buckets, _ in grams])
        dense = np.zeros((common, len(grams)), dtype=np.float32)
        dense[place[place < common], row[place < common]] = weight[place < common]
        sparse = np.flatnonzero(place >= common)
        order = sparse[np.argsort(place[sparse], kind="stable")]
        lengths = np.bincount(place[sparse], minlength=len(used) + 1)
        index = cls(
            places=places,
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
            rarity=np.append(held, np.float32(math.log(1 + len(texts)) + 1)),
            rows=row[order].astype(np.int32),
            weights=weight[order],
            dense=dense,
            added=np.zeros((0, len(texts)), dtype=np.float32),
            words={},
        )
        often = Counter(word for text in texts for word in words(text) if len(word) <= SHORT)
        known = sorted(often, key=lambda word: (-often[word], word))[:_WORDS]
        added = [index._sum(place, index.rarity[place]) for place in map(index._places, known)]
        return replace(
            index,
            added=np.stack(added) if added else index.added,
            words={word: row for row, word in enumerate(known)},
        )

    def _places(self, word: str) -> NDArray[np.int32]:
        return self.places[of_word(word)]

    def cosines(self, text: str) -> NDArray[np.float32]:
        """Return the text's cosine with each example."""
        tokens = words(text)
        looked_up = [token for token in tokens if token in self.words]
        others = [token for token in tokens if token not in self.words]
        grams, counts, known = counted(
            list(map(of_word, looked_up)), [of_pairs(tokens), *map(of_word, others)]
        )
        place = self.places[grams]
        rarity = self.rarity[place]
        weights = (1 + np.log(counts)) * rarity
        length = math.sqrt(max(float(weights @ weights), 1e-12))
        # Words that are looked up weigh each n-gram by how often it is there: some weigh less.
        weights -= known * rarity
        left = weights != 0
        total = self._sum(place[left], weights[left])
        for word in looked_up:
            total += self.added[self.words[word]]
        total *= np.float32(1 / length)
        return total

    def _sum(
        self, place: NDArray[np.int32], weights: NDArray[np.floating[Any]]
    ) -> NDArray[np.float32]:
        """Return what n-grams of these weights add to each example."""
        single = weights.astype(np.float32)
        common = place < len(self.dense)
        total: NDArray[np.float32] = single[common] @ self.dense[place[common]]
        rare = np.flatnonzero(~common)
        place = place[rare]
        begin = self.starts[place]
        lengths = self.starts[place + 1] - begin
        ends = lengths.cumsum()
        if len(ends) and ends[-1]:
            begin += lengths - ends
            entries = begin.repeat(lengths)
            entries += np.arange(len(entries), dtype=np.int32)
            weight = self.weights[entries]
            weight *= single[rare].repeat(lengths)
            total += np.bincount(self.rows[entries], weights=weight, minlength=self.size)
        return total

    def save(self, folder: Path) -> None:
        """Write the arrays, one file each, so that they can be mapped into memory."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        (folder / _NAMES).write_text(
            json.dumps(list(self.words), ensure_ascii=False) + "\n", "utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> "Index":
        """Map what `save` wrote into memory."""
        named = json.loads((folder / _NAMES).read_text("utf-8"))
        return cls(
            **{name: mapped(folder / f"{name}.npy") for name in _ARRAYS},
            words={word: row for row, word in enumerate(named)},
        )


def _spread(counted: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> NDArray[np.int64]:
    """Return how many texts hold each bucket."""
    held = [buckets for buckets, _ in counted]
    return np.bincount(np.concatenate(held), minlength=BUCKETS)


def _unit(counts: NDArray[np.float64], rarity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the weights of one text's n-grams as a vector of length 1."""
    weights = (1 + np.log(counts)) * rarity
    unit: NDArray[np.float64] = weights / np.sqrt(max(weights @ weights, 1e-12))
    return unit
