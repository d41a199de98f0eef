"""Fit and use one-vs-rest kernel ridge regression in closed form, with a pull towards centroids.

The kernel is RBF on the distance of unit vectors: exp(cosine - 1). Its width, PENALTY, LIFT and
PULL were chosen by cross-validation on the training rows of published intent sets; results hardly
depend on them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PENALTY = 0.06
LIFT = 0.4
"""An example's own intent is aimed higher by so much of what its score lacks while unseen: the
scores of intents that are taught by few or by unlike examples become comparable with the others'.
"""

PULL = 0.25
"""Weight of the cosine with an intent's centroid."""

NO_INTENT = -1
"""The label of an example that is out of scope: no intent's."""

_DECIMALS = 5
"""Weights are rounded: another processor's last bits must not make another model."""

_SMALL = 256
"""A matrix up to this size is inverted at once."""

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Fit:
    """A fit of examples; `weights` (examples x intents) make scores of kernel values.

    `inverse` is that of the penalised kernel: any block of examples is left out in closed form.
    """

    inverse: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, cosines: Floats, targets: NDArray[np.float64]) -> "Fit":
        """Fit examples, given their cosines with each other."""
        matrix = kernel(cosines, np.float64)
        matrix[np.diag_indices_from(matrix)] += PENALTY
        _invert_root(matrix)
        _multiply(matrix)
        return cls(matrix, matrix @ aimed(matrix, targets))

    def without(self, rows: Labels) -> NDArray[np.float64]:
        """Return the weights by which theirs become 0: what the block of the inverse says."""
        block = np.linalg.solve(self.inverse[np.ix_(rows, rows)], self.weights[rows])
        left: NDArray[np.float64] = self.weights - self.inverse[:, rows] @ block
        return left


def aimed(inverse: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a fit of targets aims at, with an example's own intent higher (see `LIFT`)."""
    # By how much a fit of all others misses each example, in closed form.
    lacking = (inverse @ targets) / inverse.diagonal()[:, None]
    higher: NDArray[np.float64] = targets + LIFT * np.where(targets > 0, lacking, 0)
    return higher


def kernel[Float: np.floating[Any]](cosines: Floats, precision: type[Float]) -> NDArray[Float]:
    """Return how near texts are, 1 for the same."""
    near: NDArray[Float] = np.subtract(cosines, 1, dtype=precision)
    return np.exp(near, out=near)


def targets(labels: Labels, classes: int) -> NDArray[np.float64]:
    """Return 1 for each example's own intent, -1 for all others."""
    return np.where(labels[:, None] == np.arange(classes)[None, :], 1.0, -1.0)


def centroid_scale(cosines: Floats, labels: Labels, classes: int) -> NDArray[np.float64]:
    """Return, for each intent, what makes a sum of cosines one with the centroid."""
    scale = np.zeros(classes)
    for intent in range(classes):
        own = np.flatnonzero(labels == intent)
        if len(own):
            total = float(cosines[np.ix_(own, own)].sum())
            scale[intent] = 1 / np.sqrt(max(total, 1e-9))
    return scale


def by_intent(labels: Labels, classes: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the examples of intents, those of one side by side, and where those of each begin.

    The last stands twice: the second is no intent's, there begins a last intent that has none.
    """
    order = np.argsort(labels, kind="stable")
    begins = np.searchsorted(labels[order], np.arange(classes + 1))
    return np.append(order[begins[0] :], order[-1]), begins - begins[0]


def pull(own: Floats, begins: NDArray[np.intp], scale: Floats) -> NDArray[np.float64]:
    """Return what texts' nearness to the intents' centroids adds to their scores.

    `own` are cosines with the examples in the order of `by_intent`; where an intent has none, its
    `scale` is 0.
    """
    sums = np.add.reduceat(own, begins, axis=-1, dtype=np.float64)[..., :-1]
    added: NDArray[np.float64] = PULL * sums * scale
    return added


def compact(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the weights as they are kept."""
    return np.round(weights, _DECIMALS).astype(np.float32)


def evidence(scores: Floats, nearest: Floats) -> NDArray[np.float64]:
    """Return the one number that confidence is made of, 0 at least.

    (score + 1) x square root of the nearest example's cosine: what is like no example is out of
    scope, however clear the winner.
    """
    number: NDArray[np.float64] = np.maximum(scores + 1, 0) * np.sqrt(np.maximum(nearest, 0))
    return number


def _invert_root(matrix: NDArray[np.float64]) -> None:
    """Turn a positive definite matrix into the inverse of its lower Cholesky factor, in its place.

    By halves, as below: nearly all of the work are products, which run at a processor's full speed.
    """
    if len(matrix) <= _SMALL:
        matrix[:] = np.linalg.inv(np.linalg.cholesky(matrix))
        return
    half = len(matrix) // 2
    first, last = matrix[:half, :half], matrix[half:, half:]
    _invert_root(first)
    below = matrix[half:, :half] @ first.T
    last -= below @ below.T
    _invert_root(last)
    matrix[half:, :half] = -last @ below @ first
    matrix[:half, half:] = 0


def _multiply(root: NDArray[np.float64]) -> None:
    """Turn a lower triangle into its product with itself, transposed first, in its place."""
    if len(root) <= _SMALL:
        root[:] = root.T @ root
        return
    half = len(root) // 2
    first, below, last = root[:half, :half], root[half:, :half], root[half:, half:]
    _multiply(first)
    first += below.T @ below
    below[:] = last.T @ below
    _multiply(last)
    root[:half, half:] = below.T
