"""Say what one text means."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from conversation.intents import FALLBACK_INTENT, SMALL_TALK
from nlu import ridge
from nlu.calibration import Curve
from nlu.clauses import Piece, plan
from nlu.encoder import SHARES, load_encoders
from nlu.features import shorten
from nlu.files import mapped
from nlu.language import LanguageModel
from nlu.negation import PLAIN, REFUSED, negation
from nlu.neighbours import Neighbours

if TYPE_CHECKING:
    from conversation.understanding import Doubt, Language

FILE = "model.json"

RANKED = 10
"""So many guesses are kept, best first."""

_BESIDE = 3
"""Of a message that holds two requests, each is among the first guesses of the whole."""

_LIKE_NEGATED = 0.5
"""A negated text is near a negated example: at least so near, measured by the nearest of all."""


class Guess(NamedTuple):
    """An intent and its confidence, between 0 and 1."""

    name: str
    confidence: float


class Parsed(NamedTuple):
    """What a text means, as `conversation.understanding.Understanding` says it.

    It is no model: to check what is known to be right would take as long as to compare examples.
    """

    text: str
    intent: str
    confidence: float
    ranking: tuple[Guess, ...] = ()
    language: "Language | None" = None
    doubt: "Doubt | None" = None
    requests: tuple["Parsed", ...] = ()


class _Reading(NamedTuple):
    """What one piece means by itself; with `doubt` it is not acted on.

    `guesses` are the best first. `certain`: half the doubt that the threshold allows, or less.
    """

    piece: Piece
    guesses: tuple[Guess, ...]
    doubt: "Doubt | None"
    certain: bool

    @property
    def intent(self) -> str:
        return self.guesses[0].name

    @property
    def confidence(self) -> float:
        return self.guesses[0].confidence

    @property
    def is_request(self) -> bool:
        return self.doubt is None and self.intent not in SMALL_TALK


@dataclass(frozen=True)
class Interpreter:
    """A trained model; pure and safe to share.

    `negations` say of each example how far it negates; a winner that is less than `ambiguity`
    ahead of the next is not acted on.
    """

    intents: tuple[str, ...]
    neighbours: Neighbours
    weights: NDArray[np.float32]
    labels: NDArray[np.int32]
    scale: NDArray[np.float32]
    negations: NDArray[np.int8]
    curve: Curve
    threshold: float
    threshold_by_intent: dict[str, float]
    ambiguity: float
    language: LanguageModel

    @classmethod
    def load(cls, folder: Path, vectors: Path | None = None) -> "Interpreter":
        """Map what training wrote into memory; the encoders are in `vectors`, or in `folder`."""
        model = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(
            intents=tuple(model["intents"]),
            neighbours=Neighbours.load(
                folder,
                tuple(SHARES[model["tier"]].values()),
                load_encoders(model["tier"], vectors or folder),
                cased=model["cased"],
            ),
            weights=mapped(folder / "ridge.npy"),
            labels=mapped(folder / "labels.npy"),
            scale=mapped(folder / "scale.npy"),
            negations=mapped(folder / "negations.npy"),
            curve=Curve(model["slope"], model["offset"]),
            threshold=model["threshold"],
            threshold_by_intent=model["threshold_by_intent"],
            ambiguity=model["ambiguity"],
            language=LanguageModel.load(folder),
        )

    def parse(self, text: str) -> Parsed:
        """Return what a text means; a text without a letter means nothing, with confidence 0.

        A greeting in front does not hide the request behind it; of a long text the last request
        counts. The work is bounded: see `nlu.clauses.plan`.
        """
        whole, clauses = plan(text)
        if not whole and not clauses:
            return Parsed(text, FALLBACK_INTENT, 0.0)
        language = self.language.detect(shorten(text))
        # Encoders read all pieces at once: their weights are what takes time to pass.
        pieces = (*whole, *clauses)
        meanings = self.neighbours.meaning([piece.text for piece in pieces])
        readings = [self._read(piece, its) for piece, its in zip(pieces, meanings, strict=True)]
        parts = readings[len(whole) :]
        if whole:
            best, requests = _weigh(readings[: len(whole)], parts)
        else:
            best, requests = _last_request(parts), []
        return Parsed(
            text=text,
            intent=FALLBACK_INTENT if best.doubt else best.intent,
            confidence=best.confidence,
            ranking=best.guesses,
            language=language,
            doubt=best.doubt,
            requests=_apart(requests, parts, language),
        )

    def _read(self, piece: Piece, meaning: NDArray[np.float32]) -> _Reading:
        """Say what one piece means.

        The curve is that of winners: others are discounted by how far they lie behind.
        """
        cosines = self.neighbours.cosines(piece.text, meaning)
        scores = ridge.kernel(cosines, np.float32).dot(self.weights)  # less overhead than `@`
        rows, begins = self._by_intent
        own = cosines.take(rows)
        scores = scores + ridge.pull(own, begins, self.scale)
        nearest = own.max(initial=0, keepdims=True)
        found = ridge.evidence(scores, nearest)
        order = (-found).argsort(kind="stable")[:RANKED]
        found = found.take(order)
        confidence = self.curve.confidence(found) * found / max(found[0], 1e-9)
        names = [self.intents[intent] for intent in order.tolist()]
        guesses = tuple(map(Guess, names, confidence.round(4).tolist()))
        best, sure = guesses[0]
        certain = sure >= (1 + self.threshold_of(best)) / 2
        return _Reading(piece, guesses, self._doubt(piece.text, guesses, cosines), certain)

    @cached_property
    def _by_intent(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return ridge.by_intent(self.labels, len(self.intents))

    def threshold_of(self, intent: str) -> float:
        """Return the confidence from which on an intent is acted on."""
        return self.threshold_by_intent.get(intent, self.threshold)

    def _doubt(
        self,
        text: str,
        guesses: Sequence[Guess],
        cosines: NDArray[np.floating[Any]],
    ) -> "Doubt | None":
        """Say why a winner is not acted on, None where it is."""
        (best, sure), (_, second) = guesses[:2]
        if sure < self.threshold_of(best):
            return "unsure"
        if sure - second < self.ambiguity:
            return "ambiguous"
        if best in SMALL_TALK or best in self.threshold_by_intent:
            return None
        return "negated" if self._turned_round(text, best, cosines) else None

    def _turned_round(self, text: str, intent: str, cosines: NDArray[np.floating[Any]]) -> bool:
        """Say whether a text negates what the intent's examples like it do not negate.

        A refusal ("nicht kündigen") needs a refusal as the nearest example; what only is not so
        ("no power") needs a negated one among the near ones.
        """
        how = negation(text)
        if how == PLAIN:
            return False
        own = self.labels == self.intents.index(intent)
        alike = cosines[own & (self.negations >= how)].max(initial=0)
        others = cosines[own & (self.negations < how)].max(initial=0)
        return bool(alike < others * (1 if how == REFUSED else _LIKE_NEGATED))


def _weigh(whole: Sequence[_Reading], parts: Sequence[_Reading]) -> tuple[_Reading, list[_Reading]]:
    """Return what a message means, and its requests where there are two or more.

    The whole decides: parts lack what stands beside them. A part decides where all others are
    small talk, or where the whole is a refusal beside it. Two parts are two requests if both are
    certain and among the first guesses of the whole, or if the whole is in doubt and they are among
    these, the very first included.
    """
    best = max(whole, key=lambda reading: reading.confidence)
    if not parts:
        return best, []
    near = [intent for intent, _ in best.guesses[:_BESIDE]]
    asked = [part for part in parts if part.is_request and part.intent in near]
    torn = best.doubt in ("unsure", "ambiguous") and near[0] in {part.intent for part in asked}
    first: dict[str, _Reading] = {}
    for part in asked:
        if part.certain or torn:
            first.setdefault(part.intent, part)
    requests = list(first.values())
    if len(requests) > 1:
        surest = max(requests, key=lambda each: each.confidence)
        return first.get(best.intent, surest), requests
    rest = [part for part in parts if part.doubt or part.intent not in SMALL_TALK]
    only = rest[0] if len(rest) == 1 else None
    if only is not None and only.is_request and (best.doubt or best.intent in SMALL_TALK):
        return only, []
    if best.doubt == "negated" and asked:
        return asked[0], []
    return best, []


def _last_request(sentences: Sequence[_Reading]) -> _Reading:
    """Return the last sentence that asks for something, or the surest where none does."""
    for sentence in reversed(sentences):
        if sentence.is_request:
            return sentence
    return max(sentences, key=lambda each: (each.intent not in SMALL_TALK, each.confidence))


def _apart(
    requests: Sequence[_Reading], parts: Sequence[_Reading], language: "Language | None"
) -> tuple[Parsed, ...]:
    """Return the requests by themselves, each with its parts and what follows up to the next."""
    if not requests:
        return ()
    texts: dict[str, list[str]] = {request.intent: [] for request in requests}
    current = requests[0].intent
    for part in parts:
        if part.is_request and part.intent in texts:
            current = part.intent
        texts[current].append(part.piece.text)
    return tuple(
        Parsed(" ".join(texts[each.intent]), each.intent, each.confidence, each.guesses, language)
        for each in requests
    )
