"""The fit is what its definition says, with any examples left out."""

import numpy as np
import pytest

from nlu import ridge


def cosines_of(rows: int, width: int) -> ridge.Floats:
    points = np.random.default_rng(3).normal(size=(rows, width))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points @ points.T


def test_halves_make_the_inverse() -> None:
    """Inverting by halves gives what inverting at once gives, for odd sizes too."""
    cosines = cosines_of(601, 40)
    inverse = ridge.Fit.of(cosines, np.ones((601, 1))).inverse
    assert np.allclose(
        inverse @ (ridge.kernel(cosines, np.float64) + 0.03 * np.eye(601)), np.eye(601)
    )
    assert np.array_equal(inverse, inverse.T)


def test_leaving_out_is_a_fit_without() -> None:
    """Weights without some examples are those of a model that never saw them."""
    cosines, labels = cosines_of(30, 5), np.arange(30) % 3
    gone, left = np.array([0, 7, 8, 21]), np.delete(np.arange(30), [0, 7, 8, 21])

    without = ridge.Fit.of(cosines, ridge.targets(labels, 3)).without(gone)
    never = ridge.Fit.of(cosines[np.ix_(left, left)], ridge.targets(labels[left], 3)).weights

    assert np.allclose(without[left], never)
    assert np.allclose(without[gone], 0)


def test_what_is_like_no_example_has_little_evidence() -> None:
    """A clear winner counts less the farther the nearest example is, and never below nothing."""
    nearest = np.array([1.0, 0.25, 0.0, -0.1])
    assert ridge.evidence(np.ones(4), nearest).tolist() == pytest.approx([2, 1, 0, 0])
    assert ridge.evidence(np.array([-3.0]), np.ones(1))[0] == 0
