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
    """By a part of what a fit of all others misses; other intents are aimed at -1."""
    cosines, labels = cosines_of(12, 4), np.arange(12) % 3
    plain = ridge.targets(labels, 3)
    aimed = penalised(cosines) @ ridge.Fit.of(cosines, plain).weights
    assert np.allclose(aimed[plain < 0], -1)
    for row, intent in enumerate(labels):
        left = np.delete(np.arange(12), row)
        others = np.linalg.solve(penalised(cosines[np.ix_(left, left)]), plain[left, intent])
        unseen = ridge.kernel(cosines[row, left], np.float64) @ others
        assert aimed[row, intent] == pytest.approx(1 + ridge.LIFT * (1 - unseen))


def test_leaving_out_is_a_fit_without() -> None:
    """Weights without some examples are those of a model of the others, aimed as they were."""
    cosines, labels = cosines_of(30, 5), np.arange(30) % 3
    gone, left = np.array([0, 7, 8, 21]), np.delete(np.arange(30), [0, 7, 8, 21])

    fit = ridge.Fit.of(cosines, ridge.targets(labels, 3))
    aimed = penalised(cosines) @ fit.weights
    without = fit.without(gone)

    assert np.allclose(penalised(cosines[np.ix_(left, left)]) @ without[left], aimed[left])
    assert np.allclose(without[gone], 0)


@pytest.mark.parametrize(
    "labels",
    [[2, 0, 1, 0, 2], [1, -1, 3, -1, 1], [0, 0, 2, 0, 2], [-1, 0, -1, 0, 0]],
    ids=["all", "some out of scope", "none of the middle and the last", "one only"],
)
def test_the_pull_is_the_cosine_with_centroids(labels: list[int]) -> None:
    """Of each intent's own examples alone; of an intent without examples there is none."""
    meant, classes = np.array(labels), 4
    cosines = np.abs(cosines_of(5, 3))
    scale = ridge.centroid_scale(cosines, meant, classes)
    rows, begins = ridge.by_intent(meant, classes)
    own = np.stack([cosines[:, meant == intent].sum(axis=1) for intent in range(classes)], axis=1)
    found = ridge.pull(cosines[:, rows], begins, scale)
    assert np.allclose(found, ridge.PULL * own * scale)
    assert np.allclose(ridge.pull(cosines[0].take(rows), begins, scale), found[0])
    assert set(rows.tolist()) == set(np.flatnonzero(meant >= 0).tolist())


def test_what_is_like_no_example_has_little_evidence() -> None:
    """A clear winner counts less the farther the nearest example is, and never below nothing."""
    nearest = np.array([1.0, 0.25, 0.0, -0.1])
    assert ridge.evidence(np.ones(4), nearest).tolist() == pytest.approx([2, 1, 0, 0])
    assert ridge.evidence(np.array([-3.0]), np.ones(1))[0] == 0
