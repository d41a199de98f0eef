"""Train the intent layer from examples into files that are mapped into memory."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from conversation.understanding import Language
from nlu import calibration, explain, landmarks, language, ridge
from nlu.calibration import Curve, fit_curve, threshold_for
from nlu.encoder import SHARES, Encoder
from nlu.interpreter import FILE
from nlu.negation import negation
from nlu.neighbours import Neighbours, prepare
from nlu.settings import NluSettings

OUT_OF_SCOPE = "__oos__"
"""The intent of examples of what the bot is not for."""

OUT_OF_SCOPE_NAMES = (OUT_OF_SCOPE, "out_of_scope", "nlu_fallback")
"""What such examples are called in the files of bots."""

FOLDS = 5
"""Each fold hides so many-th of the intents."""

_TRIED = 4000
"""So many examples are enough to fit a curve."""

_FEW_INTENTS, _FEW_EXAMPLES = 10, 5
"""A bot with fewer is too small to fit a curve on: it gets the one that ships."""

_CASE = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")


class Example(NamedTuple):
    """A text that means an intent."""

    text: str
    intent: str
    language: Language | None = None


class Report(NamedTuple):
    """What training found, by cross-validation.

    `accuracy`: share of examples that are classified right while unseen. `answered` and
    `precision`: what the threshold lets through and how much of it is right, with hidden intents
    as messages out of scope.
    """

    intents: int
    examples: int
    accuracy: float
    threshold: float
    answered: float
    precision: float


class _Trial(NamedTuple):
    """Texts as they were classified while unseen; `weights` add up to 1."""

    evidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    weights: NDArray[np.float64]


class _Taught(NamedTuple):
    """All that is learned from: the first `counted` rows are customers' words.

    `cosines`: rows x landmarks, 0 between an example and itself; `features`: rows x features.
    """

    labels: NDArray[np.int64]
    counted: int
    kept: NDArray[np.int64]
    cosines: NDArray[np.float32]
    features: NDArray[np.float64]
    leverage: NDArray[np.float64]
    scale: NDArray[np.float64]

    @property
    def classes(self) -> int:
        return int(self.labels.max()) + 1


def train(
    examples: Sequence[Example],
    settings: NluSettings,
    folder: Path,
    hints: Sequence[Example] = (),
    encoders: tuple[Encoder, ...] = (),
) -> Report:
    """Write a model into `folder`; the same examples make the same bytes.

    `hints` are further examples that are no customers' words (titles of intents): they are
    learned from but never counted. `encoders` are the tier's, in the order of `SHARES`. Raises
    ValueError with fewer than two intents.
    """
    intents = sorted({example.intent for example in examples} - {OUT_OF_SCOPE})
    if len(intents) < 2:
        raise ValueError("examples of at least two intents are needed")
    shares = tuple(SHARES[settings.tier].values())
    if len(shares) != len(encoders):
        raise ValueError(f"tier '{settings.tier}' needs {len(shares)} encoders")
    names = [Example(_spoken(intent), intent) for intent in intents]
    every = [*examples, *(hint for hint in hints if hint.intent in intents), *names]
    number = {intent: position for position, intent in enumerate(intents)}
    labels = np.array([number.get(example.intent, ridge.NO_INTENT) for example in every])
    kept = landmarks.choose(labels)
    neighbours, meanings = prepare([e.text for e in every], kept, shares, encoders)
    cosines = np.stack(
        [
            neighbours.cosines(example.text, meaning).astype(np.float32)
            for example, meaning in zip(every, meanings, strict=True)
        ]
    )
    scale = ridge.centroid_scale(cosines[kept], labels[kept], len(intents))
    basis = ridge.basis(cosines[kept])
    features = ridge.kernel(cosines) @ basis
    cosines[kept, np.arange(len(kept))] = 0
    matrix = ridge.penalised(features.T @ features)
    own = ridge.leverage(matrix, features)
    taught = _Taught(labels, len(examples), kept, cosines, features, own, scale)

    weights = ridge.fit(matrix, features, labels, len(intents))
    trial = _hide_intents(taught, matrix, settings.expected_out_of_scope)
    curve, threshold = _curve(labels[: len(examples)], trial, settings.precision)
    threshold = threshold if settings.threshold is None else settings.threshold
    taken = curve.confidence(trial.evidence) >= threshold

    folder.mkdir(parents=True, exist_ok=True)
    neighbours.save(folder)
    for name, array in (
        ("ridge", ridge.compact(basis @ weights)),
        ("labels", labels[kept].astype(np.int32)),
        ("scale", ridge.compact(scale)),
        ("negations", np.array([negation(every[row].text) for row in kept], dtype=np.int8)),
    ):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    _write_model(folder, intents, neighbours, curve, threshold, settings)
    explain.write_examples([every[position].text for position in kept], folder)
    language.train([(e.text, e.language) for e in examples if e.language]).save(folder)
    answered = float(trial.weights[taken].sum())
    return Report(
        intents=len(intents),
        examples=len(examples),
        accuracy=_accuracy(taught, weights),
        threshold=threshold,
        answered=answered,
        precision=float(trial.weights[taken & trial.right].sum()) / answered if answered else 1.0,
    )


def _spoken(intent: str) -> str:
    """Return an intent's name as words."""
    return _CASE.sub(" ", intent).replace("_", " ").replace("-", " ").lower()


def _curve(labels: NDArray[np.int64], trial: _Trial, precision: float) -> tuple[Curve, float]:
    counts = np.bincount(labels[labels >= 0])
    if len(counts) < _FEW_INTENTS or np.median(counts) < _FEW_EXAMPLES:
        return calibration.SHIPPED, calibration.shipped_threshold(precision)
    curve = fit_curve(trial.evidence, trial.right, trial.weights)
    confidence = curve.confidence(trial.evidence)
    return curve, threshold_for(precision, confidence, trial.right, trial.weights)


def _accuracy(taught: _Taught, weights: NDArray[np.float64]) -> float:
    rows = np.flatnonzero(taught.labels[: taught.counted] >= 0)
    labels = taught.labels[rows]
    scores = ridge.unseen(taught.features[rows] @ weights, taught.leverage[rows], labels)
    scores += _pulls(taught.cosines[rows], taught.labels[taught.kept], taught.scale)
    return float((scores.argmax(axis=1) == labels).mean())


def _pulls(
    cosines: NDArray[np.float32], labels: NDArray[np.int64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.stack([ridge.pull(row, labels, scale) for row in cosines])


def _write_model(
    folder: Path,
    intents: list[str],
    neighbours: Neighbours,
    curve: Curve,
    threshold: float,
    settings: NluSettings,
) -> None:
    model = {
        "tier": settings.tier,
        "intents": intents,
        "examples": neighbours.index.size,
        "unseen": neighbours.index.unseen,
        "slope": curve.slope,
        "offset": curve.offset,
        "threshold": threshold,
        "ambiguity": settings.ambiguity,
        "threshold_by_intent": {
            intent: min(own, threshold)
            for intent, own in settings.confidence_by_intent.items()
            if intent in intents
        },
    }
    (folder / FILE).write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n")


def _hide_intents(taught: _Taught, matrix: NDArray[np.float64], out_of_scope: float) -> _Trial:
    """Classify unseen examples, those of intents that a fold's model was never taught included.

    Only customers' words are; weights give hidden intents and examples out of scope the share that
    out-of-scope messages are expected to have. How much an example shapes its own score hardly
    depends on the intents that are hidden: the leverage is that among all.
    """
    evidence, right, outside = [], [], []
    folds = min(FOLDS, taught.classes)
    tried = landmarks.choose(taught.labels[: taught.counted], _TRIED)
    for fold in range(folds):
        hides = (taught.labels % folds == fold) & (taught.labels >= 0)
        hidden = taught.features[hides]
        left = taught.features[~hides]
        labels = np.where(hides, ridge.NO_INTENT, taught.labels)
        weights = ridge.fit(matrix - hidden.T @ hidden, left, labels[~hides], taught.classes)
        known, unknown = tried[~hides[tried]], tried[hides[tried]]
        scores = taught.features[known] @ weights
        scores = np.concatenate(
            [
                ridge.unseen(scores, taught.leverage[known], labels[known]),
                taught.features[unknown] @ weights,
            ]
        )
        rows = np.concatenate([known, unknown])
        among = labels[taught.kept]
        cosines = np.where(among >= 0, taught.cosines[rows], 0)
        scores += _pulls(cosines, among, taught.scale)
        scores[:, np.unique(taught.labels[hides])] = -np.inf
        evidence.append(ridge.evidence(scores.max(axis=1), cosines.max(axis=1)))
        right.append(scores.argmax(axis=1) == labels[rows])
        outside.append(labels[rows] < 0)
    out = np.concatenate(outside)
    shares = np.where(out, out_of_scope / out.sum(), (1 - out_of_scope) / (~out).sum())
    return _Trial(np.concatenate(evidence), np.concatenate(right), shares)
