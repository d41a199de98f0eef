"""Train the intent layer from examples into files that are mapped into memory."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from conversation.understanding import Language
from nlu import calibration, explain, landmarks, language, ridge
from nlu.calibration import Curve, fit_curve, shares_of, threshold_for, threshold_of_alarms
from nlu.clauses import Piece, plan
from nlu.encoder import SHARES, Encoder
from nlu.interpreter import FILE
from nlu.negation import negation
from nlu.neighbours import prepare
from nlu.settings import NluSettings

OUT_OF_SCOPE = "__oos__"
"""The intent of examples of what the bot is not for."""

OUT_OF_SCOPE_NAMES = (OUT_OF_SCOPE, "out_of_scope", "nlu_fallback")
"""What such examples are called in the files of bots."""

FOLDS = 10
"""Each fold leaves out so many-th of the examples of an intent."""

HIDDEN = 5
"""Each fold hides so many-th of the intents."""

_EAGER, _ALARMS = "talk_to_human", 0.006
"""This intent may be found in so large a share of unseen examples of other intents."""

_LEAST_EAGER = 0.2
"""A guess that is less likely right is no reason to call a person."""

_SHIPPED_EAGER = 0.5
"""Its threshold with the curve that ships."""

_FEW_INTENTS, _FEW_EXAMPLES = 10, 5
"""A bot with fewer is too small to fit a curve on: it gets the one that ships."""

_CASE = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")


class Meant(Protocol):
    """What means an intent."""

    @property
    def intent(self) -> str: ...


class Example(NamedTuple):
    """A text that means an intent."""

    text: str
    intent: str
    language: Language | None = None


class Report(NamedTuple):
    """What training found, by cross-validation.

    `accuracy`: share of examples that are classified right while unseen, with some of the other
    intents hidden. `answered` and `precision`: what the threshold lets through and how much of it
    is right, with hidden intents as messages out of scope.
    """

    intents: int
    examples: int
    accuracy: float
    threshold: float
    answered: float
    precision: float


class _Trial(NamedTuple):
    """Texts as they were classified while unseen.

    `labels` are what they mean to the model that classified them, `guesses` what it took them for;
    `weights` add up to 1.
    """

    evidence: NDArray[np.float64]
    guesses: NDArray[np.int64]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = self.guesses == self.labels
        return same


class _Taught(NamedTuple):
    """All that is learned from: the first `counted` rows are customers' words.

    `folds` say which fold leaves a row out, if any. `cosines` are those of each row with these; the
    last rows of them are not learned from. To read example `owners[i]` is to read the row
    `reads[i]`, and the surest counts.
    """

    labels: NDArray[np.int64]
    counted: int
    folds: NDArray[np.int64]
    cosines: NDArray[np.float32]
    reads: NDArray[np.int64]
    owners: NDArray[np.int64]


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
    intents = names_of(examples)
    if len(intents) < 2:
        raise ValueError("examples of at least two intents are needed")
    shares = tuple(SHARES[settings.tier].values())
    if len(shares) != len(encoders):
        raise ValueError(f"tier '{settings.tier}' needs {len(shares)} encoders")
    names = [Example(_spoken(intent), intent) for intent in intents]
    every = [*examples, *(hint for hint in hints if hint.intent in intents), *names]
    kept = landmarks.choose(labels_of(every, intents), landmarks.LIMIT)
    counted = int((kept < len(examples)).sum())
    every = [every[row] for row in kept]
    labels = labels_of(every, intents)
    texts = [example.text for example in every]
    neighbours, meanings = prepare(texts, shares, encoders)
    pieces, reads, owners = _readings(texts[:counted], len(texts))
    cosines = neighbours.many(
        texts + pieces, np.concatenate([meanings, neighbours.meaning(pieces)])
    )
    folds = np.full(len(every), FOLDS)
    folds[:counted] = landmarks.places(labels[:counted]) % FOLDS
    taught = _Taught(labels, counted, folds, cosines, reads, owners)
    fit = ridge.Fit.of(cosines[: len(every)], ridge.targets(labels, len(intents)))
    trial = _try(taught, fit, settings.expected_out_of_scope)
    curve, threshold = _curve(labels[:counted], trial, settings.precision)
    threshold = threshold if settings.threshold is None else settings.threshold
    own = {_EAGER: _eager(trial, curve, intents.index(_EAGER))} if _EAGER in intents else {}
    own |= {name: at for name, at in settings.confidence_by_intent.items() if name in intents}
    taken = curve.confidence(trial.evidence) >= threshold

    folder.mkdir(parents=True, exist_ok=True)
    neighbours.save(folder)
    for name, array in (
        ("ridge", np.asfortranarray(ridge.compact(fit.weights))),  # by intent, as a message reads
        ("labels", labels.astype(np.int32)),
        ("scale", ridge.compact(_scale(taught, labels))),
        ("negations", np.array([negation(text) for text in texts], dtype=np.int8)),
    ):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    model = {
        "tier": settings.tier,
        "cased": neighbours.cased,
        "intents": intents,
        "slope": curve.slope,
        "offset": curve.offset,
        "threshold": threshold,
        "ambiguity": settings.ambiguity,
        "threshold_by_intent": {intent: min(at, threshold) for intent, at in own.items()},
    }
    (folder / FILE).write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n")
    explain.write_examples(texts, folder)
    language.train([(e.text, e.language) for e in examples if e.language]).save(folder)
    answered = float(trial.weights[taken].sum())
    return Report(
        intents=len(intents),
        examples=len(examples),
        accuracy=float(trial.right[trial.labels >= 0].mean()),
        threshold=threshold,
        answered=answered,
        precision=float(trial.weights[taken & trial.right].sum()) / answered if answered else 1.0,
    )


def names_of(examples: Iterable[Meant]) -> list[str]:
    """Return the intents of examples, sorted; out of scope is none."""
    return sorted({example.intent for example in examples} - {OUT_OF_SCOPE})


def labels_of(examples: Iterable[Meant], names: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each example's intent among the names, `NO_INTENT` where it has none."""
    number = {intent: position for position, intent in enumerate(names)}
    return np.array([number.get(example.intent, ridge.NO_INTENT) for example in examples])


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


def _eager(trial: _Trial, curve: Curve, intent: int) -> float:
    """Return from where on an intent is acted on that must not be missed."""
    if curve == calibration.SHIPPED:
        return _SHIPPED_EAGER
    others = (trial.labels >= 0) & (trial.labels != intent)
    alarms = curve.confidence(trial.evidence[others & (trial.guesses == intent)])
    return max(threshold_of_alarms(_ALARMS, alarms, int(others.sum())), _LEAST_EAGER)


def _readings(
    texts: Sequence[str], taken: int
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return what the interpreter reads of texts beside them, and which rows it reads of which.

    Text i is row i, and the texts beside them are the rows from `taken` on.
    """
    beside: list[str] = []
    reads, owners = [], []
    for owner, text in enumerate(texts):
        planned = plan(text)
        for piece in planned.whole or planned.clauses or (Piece(text, 0),):
            reads.append(owner if piece.text == text else taken + len(beside))
            owners.append(owner)
            if piece.text != text:
                beside.append(piece.text)
    return beside, np.array(reads), np.array(owners)


def _try(taught: _Taught, fit: ridge.Fit, out_of_scope: float) -> _Trial:
    """Classify unseen examples, those of intents that a fold's model was never taught included.

    Only customers' words are.
    """
    evidence, guesses, labels, hidden = [], [], [], []
    for fold in range(FOLDS):
        meant = taught.labels.copy()
        meant[(meant >= 0) & (meant % HIDDEN == fold % HIDDEN)] = ridge.NO_INTENT
        left_out = (meant < 0) & (taught.labels >= 0)
        left_out |= taught.folds == fold
        if not left_out[: taught.counted].any():  # a bot with few examples
            continue
        known = np.where(left_out, ridge.NO_INTENT, meant)
        others = fit.without(np.flatnonzero(left_out))
        sure, guess = _rank(taught, others, known, left_out[taught.owners])
        evidence.append(sure)
        guesses.append(guess)
        tried = np.flatnonzero(left_out[: taught.counted])
        labels.append(meant[tried])
        hidden.append(meant[tried] != taught.labels[tried])
    every = np.concatenate(labels)
    weights = shares_of(every >= 0, np.concatenate(hidden), out_of_scope)
    return _Trial(np.concatenate(evidence), np.concatenate(guesses), every, weights)


def _rank(
    taught: _Taught,
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    chosen: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return evidence and guess for each example of which readings are chosen.

    `labels` are those that the model of the `weights` knows.
    """
    owners = taught.owners[chosen]
    cosines = taught.cosines[taught.reads[chosen]]
    scale = _scale(taught, labels)
    scores = ridge.kernel(cosines, np.float64) @ weights
    rows, begins = ridge.by_intent(labels, len(scale))
    own = cosines.take(rows, axis=1)
    scores += ridge.pull(own, begins, scale)
    scores[:, scale == 0] = -np.inf
    evidence = ridge.evidence(scores.max(axis=1), own.max(axis=1, initial=0))
    order = np.lexsort((evidence, owners))
    surest = order[np.diff(owners[order], append=-1) != 0]
    return evidence[surest], scores.argmax(axis=1)[surest]


def _scale(taught: _Taught, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    classes = int(taught.labels.max()) + 1
    return ridge.centroid_scale(taught.cosines, labels, classes)
