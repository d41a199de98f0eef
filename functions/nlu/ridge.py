"""Fit and use one-vs-rest kernel ridge regression in closed form.

The kernel is RBF on the distance of unit vectors: exp(-2·WIDTH·(1 - cosine)). WIDTH and PENALTY
were chosen on published intent sets; results hardly depend on them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 0.5
PENALTY = 0.1

_DECIMALS = 5
"""Weights are rounded: another processor's last bits must not make another model."""

Floats = NDArray[np.floating[Any]]


def invert(cosines: Floats) -> NDArray[np.float64]:
    """Return the inverse of the penalised kernel of some examples: all fitting begins with it."""
    gram = kernel(cosines)
    gram[np.diag_indices_from(gram)] += PENALTY
    return np.linalg.inv(gram)


def invert_part(
    inverse: NDArray[np.float64], kept: NDArray[np.int64], left_out: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the inverse for fewer examples from that of all (Schur complement)."""
    across = inverse[np.ix_(left_out, kept)]
    inner = np.linalg.solve(inverse[np.ix_(left_out, left_out)], across)
    part: NDArray[np.float64] = inverse[np.ix_(kept, kept)] - across.T @ inner
    return part


def fit(
    inverse: NDArray[np.float64], labels: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights (examples x classes), and each example's scores while unseen.

    The closed form of leaving one out: target - weight / diagonal of the inverse.
    """
    targets = np.where(labels[:, None] == np.arange(classes)[None, :], 1.0, -1.0)
    weights = inverse @ targets
    return weights, targets - weights / np.diag(inverse)[:, None]


def compact(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the weights as they are kept."""
    return np.round(weights, _DECIMALS).astype(np.float32)


def kernel(cosines: Floats) -> NDArray[np.float64]:
    """Return how near texts are, 1 for the same."""
    near: NDArray[np.float64] = np.exp(-2 * WIDTH * (1 - cosines.astype(np.float64)))
    return near


def evidence(scores: Floats, nearest: Floats) -> NDArray[np.float64]:
    """Return the one number that confidence is made of, 0 at least.

    (score + 1) x square root of the nearest example's cosine: what is like no example is out of
    scope, however clear the winner.
    """
    number: NDArray[np.float64] = np.maximum(scores + 1, 0) * np.sqrt(np.maximum(nearest, 0))
    return number
