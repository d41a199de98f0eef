"""Say what one text means."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversation.understanding import FALLBACK_INTENT, RankedIntent, Understanding
from nlu import ridge
from nlu.calibration import Curve
from nlu.encoder import SHARES, load_encoders
from nlu.features import shorten
from nlu.files import mapped
from nlu.index import Index
from nlu.language import LanguageModel
from nlu.neighbours import Neighbours

FILE = "model.json"

RANKED = 10
"""So many guesses are kept, best first."""

_LETTER = re.compile(r"[^\W\d_]")

_GREETING = re.compile(
    r"\s*(?:hallo|hallöchen|halli ?hallo|hi|hey|huhu|moin(?: moin)?|servus|grüezi|tach|"
    r"gr(?:ü|ue)(?:ß|ss) (?:gott|dich|sie)|(?:sch(?:ö|oe)nen )?gut(?:en?)? "
    r"(?:tag|morgen|mittag|abend)|sehr geehrte (?:damen und herren|herren und damen)|"
    r"hello|hiya|good (?:morning|afternoon|evening|day)|dear (?:sir or madam|sirs?|all))"
    r"(?: (?:zusammen|team|leute|liebes team|there|all|everyone|again|nochmal))?"
    r"(?!\w)[\s,.!:;)\-–—👋🙂😊]*",
    re.IGNORECASE,
)

_REQUEST = 3
"""So many words after a greeting are a request, whatever the greeting looks like."""


@dataclass(frozen=True)
class Interpreter:
    """A trained model; pure and safe to share."""

    intents: tuple[str, ...]
    neighbours: Neighbours
    weights: NDArray[np.float32]
    labels: NDArray[np.int32]
    scale: NDArray[np.float32]
    curve: Curve
    threshold: float
    threshold_by_intent: dict[str, float]
    language: LanguageModel

    @classmethod
    def load(cls, folder: Path, vectors: Path | None = None) -> "Interpreter":
        """Map what training wrote into memory; the encoders are in `vectors`, or in `folder`."""
        model = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(
            intents=tuple(model["intents"]),
            neighbours=Neighbours.load(
                folder,
                Index.load(folder, model["examples"], model["unseen"]),
                tuple(SHARES[model["tier"]].values()),
                load_encoders(model["tier"], vectors or folder),
            ),
            weights=mapped(folder / "ridge.npy"),
            labels=mapped(folder / "labels.npy"),
            scale=mapped(folder / "scale.npy"),
            curve=Curve(model["slope"], model["offset"]),
            threshold=model["threshold"],
            threshold_by_intent=model["threshold_by_intent"],
            language=LanguageModel.load(folder),
        )

    def parse(self, text: str) -> Understanding:
        """Return what a text means; a text without a letter means nothing, with confidence 0.

        A greeting in front does not hide the request behind it.
        """
        looked_at = shorten(text)
        if not _LETTER.search(looked_at):
            return Understanding(text=text, intent=FALLBACK_INTENT, confidence=0.0)
        ranking = max(
            (self._rank(part) for part in _parts(looked_at)), key=lambda guess: guess[0].confidence
        )
        best = ranking[0]
        sure = best.confidence >= self.threshold_by_intent.get(best.name, self.threshold)
        return Understanding(
            text=text,
            intent=best.name if sure else FALLBACK_INTENT,
            confidence=best.confidence,
            ranking=ranking,
            language=self.language.detect(looked_at),
        )

    def _rank(self, text: str) -> tuple[RankedIntent, ...]:
        """Return the likeliest intents, best first.

        The curve is that of winners: others are discounted by how far they lie behind.
        """
        cosines = self.neighbours.cosines(text, self.neighbours.meaning([text])[0])
        scores = ridge.kernel(cosines).astype(np.float32) @ self.weights
        scores = scores + ridge.pull(cosines, self.labels, self.scale)
        nearest = np.where(self.labels >= 0, cosines, 0).max(keepdims=True)
        found = ridge.evidence(scores, nearest)
        confidence = self.curve.confidence(found) * found / max(found.max(), 1e-9)
        order = np.argsort(-confidence, kind="stable")[:RANKED]
        return tuple(
            RankedIntent(name=self.intents[i], confidence=round(float(confidence[i]), 4))
            for i in order
        )


def _parts(text: str) -> tuple[str, ...]:
    """Return what to classify: behind a greeting the request, or both where that is short."""
    greeting = _GREETING.match(text)
    rest = text[greeting.end() :] if greeting else ""
    if not _LETTER.search(rest):
        return (text,)
    return (rest,) if len(rest.split()) >= _REQUEST else (text, rest)
