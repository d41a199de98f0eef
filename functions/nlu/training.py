"""Train the intent layer from examples into files that are mapped into memory."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from conversation.understanding import Language
from nlu import language, ridge
from nlu.calibration import Curve, fit_curve, threshold_for
from nlu.index import Index
from nlu.interpreter import FILE
from nlu.settings import NluSettings

FOLDS = 5
"""Each fold hides so many-th of the intents."""


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


def train(
    examples: Sequence[Example],
    settings: NluSettings,
    folder: Path,
    hints: Sequence[Example] = (),
) -> Report:
    """Write a model into `folder`; the same examples make the same bytes.

    `hints` are further examples that are no customers' words (titles of intents): they are
    learned from but never counted. Raises ValueError with fewer than two intents.
    """
    intents = sorted({example.intent for example in examples})
    if len(intents) < 2:
        raise ValueError("examples of at least two intents are needed")
    names = [Example(intent.replace("_", " "), intent) for intent in intents]
    taught = [*examples, *(hint for hint in hints if hint.intent in intents), *names]
    number = {intent: position for position, intent in enumerate(intents)}
    labels = np.array([number[example.intent] for example in taught])
    index = Index.of([example.text for example in taught])
    cosines = np.stack([index.cosines(example.text) for example in taught])

    inverse = ridge.invert(cosines)
    weights, unseen = ridge.fit(inverse, labels, len(intents))
    right = unseen.argmax(axis=1) == labels
    trial = _hide_intents(cosines, inverse, labels, len(examples), settings.expected_out_of_scope)
    curve = fit_curve(trial.evidence, trial.right, trial.weights)
    confidence = curve.confidence(trial.evidence)
    threshold = threshold_for(settings.precision, confidence, trial.right, trial.weights)
    taken = confidence >= threshold

    folder.mkdir(parents=True, exist_ok=True)
    index.save(folder)
    np.save(folder / "ridge.npy", ridge.compact(weights), allow_pickle=False)
    _write_model(folder, intents, index, curve, threshold, settings)
    language.train([(e.text, e.language) for e in examples if e.language]).save(folder)
    answered = float(trial.weights[taken].sum())
    return Report(
        intents=len(intents),
        examples=len(examples),
        accuracy=float(right[: len(examples)].mean()),
        threshold=threshold,
        answered=answered,
        precision=float(trial.weights[taken & trial.right].sum()) / answered if answered else 1.0,
    )


def _write_model(
    folder: Path,
    intents: list[str],
    index: Index,
    curve: Curve,
    threshold: float,
    settings: NluSettings,
) -> None:
    model = {
        "tier": settings.tier,
        "intents": intents,
        "examples": index.size,
        "unseen": index.unseen,
        "slope": curve.slope,
        "offset": curve.offset,
        "threshold": threshold,
        "threshold_by_intent": {
            intent: min(own, threshold)
            for intent, own in settings.confidence_by_intent.items()
            if intent in intents
        },
    }
    (folder / FILE).write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n")


def _hide_intents(
    cosines: NDArray[np.float64],
    inverse: NDArray[np.float64],
    labels: NDArray[np.int64],
    counted: int,
    out_of_scope: float,
) -> _Trial:
    """Classify unseen examples, those of intents that a fold's model was never taught included.

    Only the first `counted` examples are; weights give hidden intents the share that out-of-scope
    messages are expected to have.
    """
    evidence, right, hidden = [], [], []
    folds = min(FOLDS, int(labels.max()) + 1)
    for fold in range(folds):
        hides = labels % folds == fold
        learned = np.flatnonzero(~hides)
        unknown = np.flatnonzero(hides[:counted])
        classes, local = np.unique(labels[learned], return_inverse=True)
        part = ridge.invert_part(inverse, learned, np.flatnonzero(hides))
        weights, unseen = ridge.fit(part, local, len(classes))
        among = cosines[np.ix_(learned, learned)]
        np.fill_diagonal(among, 0)
        own = learned < counted
        evidence.append(ridge.evidence(unseen.max(axis=1), among.max(axis=1))[own])
        right.append((unseen.argmax(axis=1) == local)[own])
        near = cosines[np.ix_(unknown, learned)]
        scores = ridge.kernel(near) @ weights
        evidence.append(ridge.evidence(scores.max(axis=1), near.max(axis=1)))
        right.append(np.zeros(len(unknown), dtype=bool))
        hidden.append(np.repeat([False, True], [int(own.sum()), len(unknown)]))
    outside = np.concatenate(hidden)
    shares = np.where(outside, out_of_scope / outside.sum(), (1 - out_of_scope) / (~outside).sum())
    return _Trial(np.concatenate(evidence), np.concatenate(right), shares)
