"""Find the entities that an author's annotated examples teach."""

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from conversation.understanding import Entity
from nlu.entities.tokens import Token, token_features

EXTRACTOR = "CRFEntityExtractor"

OUTSIDE = 0
"""The label of tokens that belong to no entity; 2n+1 begins kind n, 2n+2 goes on with it."""


class Meaning(NamedTuple):
    """What a stretch of text is; an annotation may give several to one stretch."""

    entity: str
    role: str | None
    group: str | None


Kind = tuple[Meaning, ...]


@dataclass(frozen=True)
class Tagger:
    """A trained conditional random field, decoded by Viterbi's algorithm.

    `keys` are the hashes of its features, ascending; `emission` has a row for each.
    """

    kinds: tuple[Kind, ...]
    keys: NDArray[np.int64]
    emission: NDArray[np.float32]
    transition: NDArray[np.float32]

    def find(self, found: Sequence[Token], marks: Sequence[Collection[str]]) -> list[Entity]:
        """Return the entities among tokens; values are filled by the caller, who has the text."""
        if not found:
            return []
        labels = _best_path(self._scores(token_features(found, marks)), self.transition)
        return [
            Entity(
                entity=meaning.entity,
                value="",
                start=found[first].start,
                end=found[last].end,
                role=meaning.role,
                group=meaning.group,
                extractor=EXTRACTOR,
            )
            for first, last, kind in stretches(labels)
            for meaning in self.kinds[kind]
        ]

    def _scores(self, rows: list[list[str]]) -> NDArray[np.float64]:
        """Return how well each label suits each token."""
        keys = np.array([feature_key(name) for row in rows for name in row])
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        weights = np.where((self.keys[place] == keys)[:, None], self.emission[place], 0)
        starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
        return np.add.reduceat(weights.astype(np.float64), starts)


def feature_key(name: str) -> int:
    """Return the hash of a feature's name."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass"))


def may_follow(labels: int) -> NDArray[np.bool_]:
    """Say which label may follow which: a kind goes on only where it has begun."""
    allowed = np.ones((labels, labels), dtype=bool)
    for inside in range(2, labels, 2):
        allowed[:, inside] = False
        allowed[[inside - 1, inside], inside] = True
    return allowed


def stretches(labels: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Yield first token, last token and kind of each entity."""
    begun: tuple[int, int] | None = None
    place = -1
    for place, label in enumerate(labels):
        goes_on = begun is not None and label == 2 * begun[1] + 2
        if begun is not None and not goes_on:
            yield begun[0], place - 1, begun[1]
            begun = None
        if label % 2:
            begun = place, label // 2
    if begun is not None:
        yield begun[0], place, begun[1]


def _best_path(scores: NDArray[np.float64], transition: NDArray[np.float32]) -> list[int]:
    """Return the likeliest labels in a row; none begins inside an entity."""
    best = scores[0].copy()
    best[2::2] = -np.inf
    came_from = []
    for local in scores[1:]:
        through = best[:, None] + transition
        came_from.append(through.argmax(axis=0))
        best = through.max(axis=0) + local
    path = [int(best.argmax())]
    for before in reversed(came_from):
        path.append(int(before[path[-1]]))
    return path[::-1]
