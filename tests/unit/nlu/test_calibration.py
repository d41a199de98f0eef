"""Thresholds are what they promise, on the texts that they are taken from."""

import numpy as np
import pytest

from nlu.calibration import shares_of, threshold_of_alarms


@pytest.mark.parametrize(
    ("share", "threshold"), [(0.0, 0.9001), (0.01, 0.7001), (0.02, 0.3001), (0.03, 0.0)]
)
def test_no_more_alarms_than_allowed(share: float, threshold: float) -> None:
    """Of a hundred others, as many are taken wrongly as may be, and not one more."""
    alarms = np.array([0.3, 0.9, 0.7])
    found = threshold_of_alarms(share, alarms, 100)
    assert found == pytest.approx(threshold)
    assert (alarms >= found).sum() == round(share * 100)


@pytest.mark.parametrize(("examples", "share"), [(0, 0.3), (25, 0.24), (100, 0.15), (300, 0.075)])
def test_hidden_intents_stand_in_for_examples_out_of_scope(examples: int, share: float) -> None:
    """However many they are, the more an author says of what is out of scope, the less they tell.

    Together they are the share that is expected; what is in scope is the rest.
    """
    kinds = np.repeat([0, 1, 2], [7, 500, examples])
    shares = shares_of(kinds == 0, kinds == 1, 0.3)
    assert shares[kinds == 1].sum() == pytest.approx(share)
    assert shares[kinds == 2].sum() == pytest.approx(0.3 - share)
    assert shares[kinds == 0].tolist() == pytest.approx([0.1] * 7)


def test_with_nothing_out_of_scope_nothing_is_made_up() -> None:
    """A bot that is too small to hide intents of has messages in scope alone."""
    assert shares_of(np.ones(4, dtype=bool), np.zeros(4, dtype=bool), 0.2).tolist() == [0.2] * 4
