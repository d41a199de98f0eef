"""Fit and use one-vs-rest kernel ridge regression in closed form, with a pull towards centroids.

The kernel is RBF on the distance of unit vectors: exp(-2·WIDTH·(1 - cosine)). WIDTH, PENALTY and
PULL were chosen by cross-validation on the training rows of published intent sets; results hardly
depend on them.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

WIDTH = 0.5
PENALTY = 0.03
PULL = 0.25
"""Weight of the cosine with an intent's centroid."""

NO_INTENT = -1
"""The label of an example that is out of scope: no intent's."""

_JITTER = 1e-6
_DECIMALS = 5
"""Weights are rounded: another processor's last bits must not make another model."""

_SMALL = 256
"""A matrix up to this size is inverted at once."""

_ROWS = 1000
"""So many rows at a time are turned into features: the memory for a copy of them is bounded."""

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.signedinteger[Any]]


class Fit(Protocol):
    """A fit of examples; `weights` (landmarks x intents) make scores of kernel values."""

    @property
    def weights(self) -> NDArray[np.float64]: ...

    def without(self, rows: Labels) -> NDArray[np.float64]:
        """Return the weights of a fit to all other examples."""
        ...


@dataclass(frozen=True)
class Exact:
    """The fit in which every example is a landmark.

    `inverse` is that of the penalised kernel: any block of examples is left out in closed form.
    """

    inverse: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, cosines: Floats, targets: NDArray[np.float64]) -> "Exact":
        """Fit examples, given their cosines with each other."""
        root = invert_root(_penalised(kernel(cosines)))
        inverse = root.T @ root
        return cls(inverse, inverse @ targets)

    def without(self, rows: Labels) -> NDArray[np.float64]:
        """Return the weights by which theirs become 0: what the block of the inverse says."""
        block = np.linalg.solve(self.inverse[np.ix_(rows, rows)], self.weights[rows])
        left: NDArray[np.float64] = self.weights - self.inverse[:, rows] @ block
        return left


@dataclass(frozen=True)
class Nystrom:
    """The fit in which some examples are landmarks.

    C. Williams, M. Seeger, "Using the Nyström method to speed up kernel machines" (2001):
    `turn` makes `features` of kernel values, such that their products are the kernel as far as
    the landmarks span it; `matrix` and `moment` are their products, among themselves (penalised)
    and with the targets.
    """

    targets: NDArray[np.float64]
    features: NDArray[np.float64]
    turn: NDArray[np.float64]
    matrix: NDArray[np.float64]
    moment: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, cosines: Floats, kept: Labels, targets: NDArray[np.float64]) -> "Nystrom":
        """Fit examples, given their cosines with those that are kept as landmarks."""
        gram = kernel(cosines[kept])
        gram[np.diag_indices_from(gram)] += _JITTER
        turn = invert_root(gram).T
        features = np.empty(cosines.shape)
        for begin in range(0, len(features), _ROWS):
            part = slice(begin, begin + _ROWS)
            features[part] = kernel(cosines[part]) @ turn
        matrix, moment = _penalised(features.T @ features), features.T @ targets
        weights = turn @ np.linalg.solve(matrix, moment)
        return cls(targets, features, turn, matrix, moment, weights)

    def without(self, rows: Labels) -> NDArray[np.float64]:
        """Return the weights of what is left when these rows' products are taken away."""
        gone = self.features[rows]
        moment = self.moment - gone.T @ self.targets[rows]
        weights: NDArray[np.float64] = self.turn @ np.linalg.solve(
            self.matrix - gone.T @ gone, moment
        )
        return weights


def fit(cosines: Floats, kept: Labels, targets: NDArray[np.float64]) -> Fit:
    """Fit examples (rows) by their cosines with those that are kept (columns)."""
    if len(kept) == len(cosines):
        return Exact.of(cosines, targets)
    return Nystrom.of(cosines, kept, targets)


def kernel(cosines: Floats) -> NDArray[np.float64]:
    """Return how near texts are, 1 for the same."""
    near = cosines.astype(np.float64)
    near -= 1
    near *= 2 * WIDTH
    return np.exp(near, out=near)


def invert_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a positive definite matrix into the inverse of its lower Cholesky factor, in its place.

    By halves: nearly all of the work are products, which run at a processor's full speed.
    """
    if len(matrix) <= _SMALL:
        matrix[:] = np.linalg.inv(np.linalg.cholesky(matrix))
        return matrix
    half = len(matrix) // 2
    first = invert_root(matrix[:half, :half])
    below = matrix[half:, :half] @ first.T
    matrix[half:, half:] -= below @ below.T
    last = invert_root(matrix[half:, half:])
    matrix[half:, :half] = -last @ below @ first
    matrix[:half, half:] = 0
    return matrix


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


def pull(cosines: Floats, labels: Labels, scale: Floats) -> NDArray[np.float64]:
    """Return what a text's nearness to the intents' centroids adds to its scores."""
    sums = np.bincount(labels + 1, weights=cosines, minlength=len(scale) + 1)[1:]
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


def _penalised(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix[np.diag_indices_from(matrix)] += PENALTY
    return matrix
