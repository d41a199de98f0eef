"""Train a linear-chain conditional random field in numpy, deterministically. Build time only.

Lafferty, McCallum, Pereira (2001); L-BFGS after Nocedal and Wright, algorithm 7.4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PENALTY = 0.05
"""What the square of a weight costs (crfsuite's `c2`)."""

_ROUNDS = 80
_MEMORY = 6
_STOP = 1e-4


class Weights(NamedTuple):
    """`emission`: features × labels; `transition`: from label × to label."""

    emission: Floats
    transition: Floats


@dataclass(frozen=True)
class Corpus:
    """Sentences, the longest first, so that those still running at a position are the first rows.

    `at[t]` are the token numbers at position t of the sentences that are that long. `tokens` and
    `features` are the pairs of a token and a feature of it, ordered by token; `by_feature` orders
    them by feature. `labels` has the right label of each token.
    """

    at: list[Ints]
    labels: Ints
    features: Ints
    token_starts: Ints
    tokens_by_feature: Ints
    feature_starts: Ints
    used: Ints
    size: tuple[int, int]

    @classmethod
    def of(
        cls,
        sentences: Sequence[tuple[Sequence[Sequence[int]], Sequence[int]]],
        size: tuple[int, int],
    ) -> "Corpus":
        """Arrange sentences, each the features and the label of its tokens.

        `size` is the number of features and of labels; every token has a feature.
        """
        ordered = sorted((each for each in sentences if each[1]), key=lambda each: -len(each[1]))
        lengths = np.array([len(labels) for _, labels in ordered])
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        rows = [row for sentence, _ in ordered for row in sentence]
        counts = np.array([len(row) for row in rows])
        features = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
        owner = np.repeat(np.arange(len(rows)), counts)
        order = np.argsort(features, kind="stable")
        used, feature_starts = np.unique(features[order], return_index=True)
        return cls(
            at=[begins[lengths > t] + t for t in range(int(lengths[0]))],
            labels=np.array([label for _, labels in ordered for label in labels]),
            features=features,
            token_starts=np.concatenate([[0], np.cumsum(counts)[:-1]]),
            tokens_by_feature=owner[order],
            feature_starts=feature_starts,
            used=used,
            size=size,
        )


def fit(corpus: Corpus, allowed: NDArray[np.bool_]) -> Weights:
    """Return the weights of greatest likelihood; `allowed` says which label may follow which."""
    features, labels = corpus.size

    def unpack(flat: Floats) -> Weights:
        emission = flat[: features * labels].reshape(features, labels)
        return Weights(emission, flat[features * labels :].reshape(labels, labels))

    def loss(flat: Floats) -> tuple[float, Floats]:
        return _loss(corpus, unpack(flat), allowed)

    return unpack(_minimise(loss, np.zeros(features * labels + labels * labels)))


def _loss(corpus: Corpus, weights: Weights, allowed: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Return the negative log likelihood with its penalty, and the gradient of it."""
    scores = np.add.reduceat(weights.emission[corpus.features], corpus.token_starts)
    top = scores.max(axis=1, keepdims=True)
    local = np.exp(scores - top)
    step = np.exp(weights.transition) * allowed
    forward, scale = _forward(corpus, local, step)
    partition = float(np.log(scale).sum() + top.sum())

    gold = np.arange(len(corpus.labels)), corpus.labels
    likelihood = float(scores[gold].sum()) - partition
    pull = np.zeros_like(scores)
    pairs = np.zeros_like(step)
    behind = np.ones((len(corpus.at[-1]), scores.shape[1]))
    for t in range(len(corpus.at) - 1, -1, -1):
        here = corpus.at[t]
        pull[here] = forward[here] * behind
        if t == 0:
            break
        before = corpus.at[t - 1]
        carried = local[here] * behind / scale[here, None]
        pairs += (forward[before[: len(here)]].T @ carried) * step
        behind = np.ones((len(before), scores.shape[1]))
        behind[: len(here)] = carried @ step.T
        first, second = corpus.labels[before[: len(here)]], corpus.labels[here]
        likelihood += float(weights.transition[first, second].sum())
        np.subtract.at(pairs, (first, second), 1)
    pull[gold] -= 1

    emission = PENALTY * 2 * weights.emission
    emission[corpus.used] += np.add.reduceat(pull[corpus.tokens_by_feature], corpus.feature_starts)
    transition = pairs + PENALTY * 2 * weights.transition
    penalty = PENALTY * float((weights.emission**2).sum() + (weights.transition**2).sum())
    return penalty - likelihood, np.concatenate([emission.ravel(), transition.ravel()])


def _forward(corpus: Corpus, local: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return each token's label probabilities given what is before it, and their scales."""
    forward = np.empty_like(local)
    scale = np.empty(len(local))
    for t, here in enumerate(corpus.at):
        reached = local[here]
        if t:
            reached = reached * (forward[corpus.at[t - 1][: len(here)]] @ step)
        scale[here] = reached.sum(axis=1)
        forward[here] = reached / scale[here, None]
    return forward, scale


def _minimise(loss: Callable[[Floats], tuple[float, Floats]], start: Floats) -> Floats:
    """Return the minimum of a convex function by L-BFGS with backtracking."""
    at, (value, slope) = start, loss(start)
    moves: list[tuple[Floats, Floats]] = []
    for _ in range(_ROUNDS):
        direction = _direction(slope, moves)
        descent = float(slope @ direction)
        length = 1.0 if moves else 1.0 / max(1.0, float(np.abs(slope).sum()))
        for _ in range(30):
            there = at + length * direction
            new_value, new_slope = loss(there)
            if new_value <= value + 1e-4 * length * descent:
                break
            length /= 2
        else:
            return at
        move, change = there - at, new_slope - slope
        if float(move @ change) > 1e-10:
            moves = [*moves, (move, change)][-_MEMORY:]
        done = value - new_value < _STOP * max(1.0, abs(new_value)) and bool(moves)
        at, value, slope = there, new_value, new_slope
        if done:
            break
    return at


def _direction(slope: Floats, moves: list[tuple[Floats, Floats]]) -> Floats:
    """Return the quasi-Newton step, by the two loops over the last moves."""
    direction = -slope
    shares = []
    for move, change in reversed(moves):
        share = float(move @ direction) / float(move @ change)
        direction = direction - share * change
        shares.append(share)
    if moves:
        move, change = moves[-1]
        direction = direction * (float(move @ change) / float(change @ change))
    for (move, change), share in zip(moves, reversed(shares), strict=True):
        again = float(change @ direction) / float(move @ change)
        direction = direction + (share - again) * move
    return direction
