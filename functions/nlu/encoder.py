"""Say what any reader of sentences offers, and which ones a tier has."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nlu.e5 import E5Encoder
from nlu.universal import UniversalEncoder

if TYPE_CHECKING:
    from nlu.settings import Tier

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_LATER_WORD = re.compile(r"(?<=\s)[^\W\d_]{2,}")

_CASED = 0.1
"""Where so large a share of the words inside sentences begin with a capital, capitals tell nouns;
correct German has three times as many, other languages and people in a hurry fewer."""


class Encoder(Protocol):
    """Turns texts into unit vectors, near where the meaning is."""

    @property
    def width(self) -> int: ...

    def knows(self, word: str, /) -> bool:
        """Say whether a word is one of those that the encoder reads as a whole."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.floating[Any]]:
        """Return a row for each text."""
        ...


SHARES: "Mapping[Tier, Mapping[str, float]]" = {
    "default": {"universal": 0.7},
    "accurate": {"universal": 0.35, "e5": 0.55},
    "small": {},
}
"""The encoders of a tier, and the weight of each against that of n-grams, which have the rest."""


_KINDS: Mapping[str, Callable[[Path], Encoder]] = {
    "universal": UniversalEncoder.load,
    "e5": E5Encoder.load,
}


def load_encoders(tier: "Tier", folder: Path) -> tuple[Encoder, ...]:
    """Map a tier's encoders into memory; `folder` has one folder for each."""
    return tuple(_KINDS[name](folder / name) for name in SHARES[tier])


def capitals_tell(texts: Sequence[str]) -> bool:
    """Say whether texts have the capitals of German nouns, so that these are worth reading."""
    words = [word for text in texts for word in _LATER_WORD.findall(text) if not word.isupper()]
    return [word[0].isupper() for word in words].count(True) > _CASED * len(words)


def plain(text: str, *, cased: bool) -> str:
    """Return a text as encoders read it: every number is the same.

    In lower case, unless capitals tell (`cased`); a message all in capitals always is.
    """
    shouted = text.isupper() and len(text.split()) > 1
    return _DIGITS.sub("0", text if cased and not shouted else text.lower())
