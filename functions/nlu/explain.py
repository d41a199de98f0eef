"""Say which examples a text is most like: what `pforte bot parse --explain` shows an author.

Nothing that answers customers reads the examples' words: they lie beside the model.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlu import ridge
from nlu.neighbours import Neighbours

FILE = "examples.json"


class Nearest(NamedTuple):
    """An example and its cosine with a text; `intent` None: an example out of scope."""

    example: str
    intent: str | None
    cosine: float


def write_examples(texts: Sequence[str], folder: Path) -> None:
    """Write the words of the examples that the model compares with, in its order."""
    (folder / FILE).write_text(json.dumps(list(texts), ensure_ascii=False) + "\n", "utf-8")


def read_examples(folder: Path) -> list[str]:
    """Read what `write_examples` wrote."""
    texts: list[str] = json.loads((folder / FILE).read_text("utf-8"))
    return texts


def nearest(
    text: str,
    neighbours: Neighbours,
    labels: Sequence[int],
    intents: Sequence[str],
    examples: Sequence[str],
    count: int = 5,
) -> tuple[Nearest, ...]:
    """Return the examples that a text is most like, the nearest first."""
    cosines = neighbours.cosines(text, neighbours.meaning([text])[0])
    return tuple(
        Nearest(
            examples[row],
            None if labels[row] == ridge.NO_INTENT else intents[labels[row]],
            round(float(cosines[row]), 3),
        )
        for row in np.argsort(-cosines, kind="stable")[:count]
    )
