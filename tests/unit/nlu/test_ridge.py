"""The fit is what its definition says, with any examples left out."""

import numpy as np
import pytest

from nlu import ridge


def cosines_of(rows: int, width: int) -> ridge.Floats:
    points = np.random.default_rng(3).normal(size=(rows, width))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points @ points.T


def penalised(cosines: ridge.Floats) -> ridge.Floats:
    return ridge.kernel(cosines, np.float64) + ridge.PENALTY * np.eye(len(cosines))


def test_halves_make_the_inverse() -> None:
    """Inverting by halves gives what inverting at once gives, for odd sizes too."""
    cosines = cosines_of(601, 40)
    inverse = ridge.Fit.of(cosines, np.ones((601, 1))).inverse
    assert np.allclose(inverse @ penalised(cosines), np.eye(601))
    assert np.array_equal(inverse, inverse.T)


def test_an_example_is_aimed_higher_by_what_it_lacks_unseen() -> None:
    """Half of what a fit of all others misses its own intent by; other intents are aimed at -1."""
    cosines, labels = cosines_of(12, 4), np.arange(12) % 3
    plain = ridge.targets(labels, 3)
    aimed = penalised(cosines) @ ridge.Fit.of(cosines, plain).weights
    assert np.allclose(aimed[plain < 0], -1)
    for row, intent in enumerate(labels):
        left = np.delete(np.arange(12), row)
        others = np.linalg.solve(penalised(cosines[np.ix_(left, left)]), plain[left, intent])
        unseen = ridge.kernel(cosines[row, left], np.float64) @ others
        assert aimed[row, intent] == pytest.approx(1 + 0.5 * (1 - unseen))


def test_leaving_out_is_a_fit_without() -> None:
    """Weights without some examples are those of a model of the others, aimed as they were."""
    cosines, labels = cosines_of(30, 5), np.arange(30) % 3
    gone, left = np.array([0, 7, 8, 21]), np.delete(np.arange(30), [0, 7, 8, 21])

    fit = ridge.Fit.of(cosines, ridge.targets(labels, 3))
    aimed = penalised(cosines) @ fit.weights
    without = fit.without(gone)

    assert np.allclose(penalised(cosines[np.ix_(left, left)]) @ without[left], aimed[left])
    assert np.allclose(without[gone], 0)


def test_what_is_like_no_example_has_little_evidence() -> None:
    """A clear winner counts less the farther the nearest example is, and never below nothing."""
    nearest = np.array([1.0, 0.25, 0.0, -0.1])
    assert ridge.evidence(np.ones(4), nearest).tolist() == pytest.approx([2, 1, 0, 0])
    assert ridge.evidence(np.array([-3.0]), np.ones(1))[0] == 0
