"""Say why a text was understood so: what `pforte bot parse --explain` shows an author.

Nothing that answers customers reads the examples' words: they lie beside the model.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from conversation.intents import FALLBACK_INTENT
from conversation.understanding import Understanding
from nlu import ridge
from nlu.clauses import plan
from nlu.interpreter import Interpreter

FILE = "examples.json"

NEAREST = 5

_WHY = {
    "unsure": "its confidence is below the threshold",
    "ambiguous": "another intent is nearly as likely",
    "negated": "the text negates what the intent's examples like it do not",
}


class Nearest(NamedTuple):
    """An example and its cosine with a text; `intent` None: an example out of scope."""

    example: str
    intent: str | None
    cosine: float


class Piece(NamedTuple):
    """A stretch of the text that was classified by itself."""

    text: str
    intent: str
    confidence: float


class Explanation(NamedTuple):
    """Why a text was understood so.

    `verdict` is a sentence. `threshold` is that of the first guess. `nearest` are the examples
    that the text is most like, the nearest first; `in_scope` and `out_of_scope` the nearest of
    each kind, where there is one. `pieces` are empty for a text that was classified in one.
    """

    verdict: str
    threshold: float
    nearest: tuple[Nearest, ...]
    in_scope: Nearest | None
    out_of_scope: Nearest | None
    pieces: tuple[Piece, ...]


def write_examples(texts: Sequence[str], folder: Path) -> None:
    """Write the words of the examples that a model compares with, in its order."""
    (folder / FILE).write_text(json.dumps(list(texts), ensure_ascii=False) + "\n", "utf-8")


def read_examples(folder: Path) -> list[str]:
    """Read what `write_examples` wrote."""
    texts: list[str] = json.loads((folder / FILE).read_text("utf-8"))
    return texts


def explain(interpreter: Interpreter, found: Understanding, examples: Sequence[str]) -> Explanation:
    """Return why a text was understood as it was; `examples` are those of `read_examples`."""
    pieces = plan(found.text).pieces
    if not pieces or not found.ranking:
        return Explanation("asks back: there is no word in it", 1.0, (), None, None, ())
    threshold = interpreter.threshold_of(found.ranking[0].name)
    near = _by_nearness(interpreter, pieces[0].text, examples)
    split = [interpreter.parse(piece.text) for piece in pieces] if len(pieces) > 1 else []
    return Explanation(
        verdict=_verdict(found, threshold),
        threshold=threshold,
        nearest=tuple(near[:NEAREST]),
        in_scope=next((each for each in near if each.intent), None),
        out_of_scope=next((each for each in near if not each.intent), None),
        pieces=tuple(
            Piece(each.text, each.ranking[0].name, each.ranking[0].confidence)
            for each in split
            if each.ranking
        ),
    )


def _verdict(found: Understanding, threshold: float) -> str:
    best = found.ranking[0]
    if len(found.requests) > 1:
        asked = " and ".join(request.intent for request in found.requests)
        return f"acts: asks for {len(found.requests)} things, {asked}"
    compared = f"{found.confidence:.2f} for {best.name}, {threshold:.2f} is needed"
    if found.intent != FALLBACK_INTENT:
        return f"acts: {compared}"
    why = _WHY[found.doubt or "unsure"]
    return f"asks back: {why} ({compared})"


def _by_nearness(interpreter: Interpreter, text: str, examples: Sequence[str]) -> list[Nearest]:
    neighbours, labels = interpreter.neighbours, interpreter.labels
    cosines = neighbours.cosines(text, neighbours.meaning([text])[0])
    return [
        Nearest(
            examples[row],
            None if labels[row] == ridge.NO_INTENT else interpreter.intents[labels[row]],
            round(float(cosines[row]), 3),
        )
        for row in np.argsort(-cosines, kind="stable").tolist()
    ]
