"""Thresholds are what they promise, on the texts that they are taken from."""

import numpy as np
import pytest

from nlu.calibration import threshold_of_alarms


@pytest.mark.parametrize(
    ("share", "threshold"), [(0.0, 0.9001), (0.01, 0.7001), (0.02, 0.3001), (0.03, 0.0)]
)
def test_no_more_alarms_than_allowed(share: float, threshold: float) -> None:
    """Of a hundred others, as many are taken wrongly as may be, and not one more."""
    alarms = np.array([0.3, 0.9, 0.7])
    found = threshold_of_alarms(share, alarms, 100)
    assert found == pytest.approx(threshold)
    assert (alarms >= found).sum() == round(share * 100)
