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
    matrix = ridge.kernel(cosines_of(601, 40)) + 0.03 * np.eye(601)
    root = ridge.invert_root(matrix.copy())
    assert np.allclose(root.T @ root @ matrix, np.eye(601), atol=1e-9)
    assert np.allclose(root, np.tril(root))


def test_leaving_out_is_a_fit_without() -> None:
    """Weights without some examples are those of a model that never saw them."""
    cosines, labels = cosines_of(30, 5), np.arange(30) % 3
    gone, left = np.array([0, 7, 8, 21]), np.delete(np.arange(30), [0, 7, 8, 21])

    without = ridge.Exact.of(cosines, ridge.targets(labels, 3)).without(gone)
    never = ridge.Exact.of(cosines[np.ix_(left, left)], ridge.targets(labels[left], 3)).weights

    assert np.allclose(without[left], never)
    assert np.allclose(without[gone], 0)


def test_landmarks_stand_for_all() -> None:
    """With landmarks that span the examples, the scores are those of all examples."""
    cosines, labels = cosines_of(300, 3), np.arange(300) % 3
    kept, gone = np.arange(0, 300, 3), np.arange(0, 300, 7)
    targets = ridge.targets(labels, 3)
    exact, fewer = ridge.Exact.of(cosines, targets), ridge.fit(cosines[:, kept], kept, targets)

    assert isinstance(fewer, ridge.Nystrom)
    for all_of_them, some in (
        (exact.weights, fewer.weights),
        (exact.without(gone), fewer.without(gone)),
    ):
        scores = ridge.kernel(cosines) @ all_of_them
        assert np.allclose(ridge.kernel(cosines[:, kept]) @ some, scores, atol=0.01)


def test_what_is_like_no_example_has_little_evidence() -> None:
    """A clear winner counts less the farther the nearest example is, and never below nothing."""
    nearest = np.array([1.0, 0.25, 0.0, -0.1])
    assert ridge.evidence(np.ones(4), nearest).tolist() == pytest.approx([2, 1, 0, 0])
    assert ridge.evidence(np.array([-3.0]), np.ones(1))[0] == 0
