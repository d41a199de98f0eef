"""Say what any reader of sentences offers, and which ones a tier has."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nlu.e5 import E5Encoder
from nlu.settings import Tier
from nlu.universal import UniversalEncoder

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")


class Encoder(Protocol):
    """Turns texts into unit vectors, near where the meaning is."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.floating[Any]]:
        """Return a row for each text."""
        ...


SHARES: Mapping[Tier, Mapping[str, float]] = {
    "default": {"universal": 0.7},
    "accurate": {"universal": 0.4, "e5": 0.4},
    "small": {},
}
"""The encoders of a tier, and the weight of each against that of n-grams, which have the rest."""


_KINDS: Mapping[str, Callable[[Path], Encoder]] = {
    "universal": UniversalEncoder.load,
    "e5": E5Encoder.load,
}


def load_encoders(tier: Tier, folder: Path) -> tuple[Encoder, ...]:
    """Map a tier's encoders into memory; `folder` has one folder for each."""
    return tuple(_KINDS[name](folder / name) for name in SHARES[tier])


def plain(text: str) -> str:
    """Return a text as encoders read it: every number is the same.

    A message all in capitals is in lower case; German nouns keep theirs.
    """
    shouted = text.isupper() and len(text.split()) > 1
    return _DIGITS.sub("0", text.lower() if shouted else text)
