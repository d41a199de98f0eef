"""Fit and use one-vs-rest kernel ridge regression in closed form, with a pull towards centroids.

The kernel is RBF on the distance of unit vectors: exp(-2·WIDTH·(1 - cosine)). WIDTH, PENALTY and
PULL were chosen by cross-validation on the training rows of published intent sets; results hardly
depend on them. Examples that stand for the rest are landmarks (C. Williams, M. Seeger, "Using the
Nyström method to speed up kernel machines", 2001): with up to `landmarks.LIMIT` all of them.
"""

from typing import Any

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

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.signedinteger[Any]]


def kernel(cosines: Floats) -> NDArray[np.float64]:
    """Return how near texts are, 1 for the same."""
    near: NDArray[np.float64] = np.exp(-2 * WIDTH * (1 - cosines.astype(np.float64)))
    return near


def basis(cosines: Floats) -> NDArray[np.float64]:
    """Return what turns kernel values with the landmarks into features whose products they are."""
    gram = kernel(cosines)
    gram[np.diag_indices_from(gram)] += _JITTER
    turned: NDArray[np.float64] = np.linalg.inv(np.linalg.cholesky(gram)).T
    return turned


def penalised(products: Floats) -> NDArray[np.float64]:
    """Return the matrix of the fit: the features' products (transposed x features), penalised."""
    matrix = products.astype(np.float64)
    matrix[np.diag_indices_from(matrix)] += PENALTY
    return matrix


def fit(matrix: Floats, features: Floats, labels: Labels, classes: int) -> NDArray[np.float64]:
    """Return the weights (features x intents) for some examples and their penalised products."""
    return np.linalg.solve(matrix, features.T @ targets(labels, classes))


def leverage(matrix: Floats, features: Floats) -> NDArray[np.float64]:
    """Return, for each example of a fit, how much its own target shaped its score."""
    own: NDArray[np.float64] = np.einsum("ij,ij->i", features @ np.linalg.inv(matrix), features)
    return own


def unseen(scores: Floats, own: Floats, labels: Labels) -> NDArray[np.float64]:
    """Return the scores that examples of a fit would have if it were made without each of them.

    The closed form of leaving one out: target - residual / (1 - leverage).
    """
    wanted = targets(labels, scores.shape[1])
    rest = (wanted - scores) / np.maximum(1 - own, 1e-9)[:, None]
    left_out: NDArray[np.float64] = wanted - rest
    return left_out


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
