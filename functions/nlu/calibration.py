"""Make probabilities of scores, and a threshold of a wanted precision."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_ROUNDS = 50

_STAND_INS = 100
"""Hidden intents weigh as much as so many examples out of scope.

They stand in for what nobody wrote down, and are stricter: nearer to the bot's business than most
of what bots are asked in vain.
"""


@dataclass(frozen=True)
class Curve:
    """A Platt curve: the probability that an intent is right, given the evidence for it."""

    slope: float
    offset: float

    def confidence(self, evidence: Floats) -> NDArray[np.float64]:
        """Return probabilities between 0 and 1."""
        # 1 / (1 + exp(-x)), which would overflow
        probability: NDArray[np.float64] = np.tanh((self.slope * evidence + self.offset) / 2)
        return (probability + 1) / 2


SHIPPED = Curve(slope=3.6, offset=-3.4)
"""For a bot that is too small to fit one on."""


def shipped_threshold(precision: float) -> float:
    """Return from where on the shipped curve acts: confidences above are evenly spread to 1."""
    return round(max(2 * precision - 1, 0.0), 6)


def shares_of(
    inside: NDArray[np.bool_], hidden: NDArray[np.bool_], out_of_scope: float
) -> NDArray[np.float64]:
    """Return the share that each message stands for, such that so large a one is out of scope.

    Messages that are not `inside` are those of `hidden` intents and examples out of scope.
    """
    shares = np.where(hidden, _STAND_INS / max(int(hidden.sum()), 1), 1.0)
    shares[inside] = (1 - out_of_scope) / max(int(inside.sum()), 1)
    shares[~inside] *= out_of_scope / max(float(shares[~inside].sum()), 1.0)
    return shares


def fit_curve(evidence: Floats, right: NDArray[np.bool_], weights: Floats) -> Curve:
    """Fit the curve by Newton's method, with Platt's smoothed targets.

    J. Platt, "Probabilistic outputs for support vector machines" (1999): the smoothing keeps the
    slope finite where all are right.
    """
    total = weights.sum()
    share = float((weights * right).sum() / total)
    count = len(right) * np.array([1 - share, share])
    targets = np.where(right, (count[1] + 1) / (count[1] + 2), 1 / (count[0] + 2))
    inputs = np.stack([evidence, np.ones_like(evidence)], axis=1)
    curve = np.array([0.0, np.log((share + 0.01) / (1.01 - share))])
    scaled = weights / total
    for _ in range(_ROUNDS):
        probability = Curve(curve[0], curve[1]).confidence(evidence)
        gradient = inputs.T @ (scaled * (probability - targets))
        spread = scaled * probability * (1 - probability)
        curvature = inputs.T @ (inputs * spread[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        curve = curve - np.clip(step, -10, 10)
        if np.abs(step).max() < 1e-9:
            break
    return Curve(round(float(curve[0]), 6), round(float(curve[1]), 6))


def threshold_of_alarms(share: float, alarms: Floats, others: int) -> float:
    """Return the lowest confidence above which at most so large a share of others is taken wrongly.

    `alarms` are the confidences of those that are, out of so many `others`; 4 decimals.
    """
    allowed = int(share * others)
    worst = np.sort(alarms)[::-1]
    if len(worst) <= allowed:
        return 0.0
    return float(np.floor(worst[allowed] * 1e4 + 1) / 1e4)


def threshold_for(
    precision: float, confidence: Floats, right: NDArray[np.bool_], weights: Floats
) -> float:
    """Return the lowest confidence from which on so large a share is right; 1 if there is none."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.cumsum(weights[order])
    good = np.cumsum(weights[order] * right[order])
    enough = np.flatnonzero(good >= precision * answered)
    if not len(enough):
        return 1.0
    return float(np.floor(confidence[order[enough[-1]]] * 1e6) / 1e6)
