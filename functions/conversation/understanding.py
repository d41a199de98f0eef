"""Say what the intent layer made of one text."""

from collections.abc import Mapping
from typing import Literal

from conversation.model import Model

Language = Literal["de", "en"]

FALLBACK_INTENT = "nlu_fallback"


class Entity(Model):
    """A stretch of the text that means something; offsets in characters.

    `extractor` is called as Rasa's for the same task, and `additional_info` is as Duckling's
    (`unit` of an amount, `grain` of a time): actions ask for both.
    """

    entity: str
    value: str
    start: int
    end: int
    role: str | None = None
    group: str | None = None
    extractor: str = ""
    additional_info: Mapping[str, str | float] = {}


class RankedIntent(Model):
    """An intent and its confidence, between 0 and 1."""

    name: str
    confidence: float


class Understanding(Model):
    """What a text means.

    `intent` is `nlu_fallback` where the layer is not sure; `ranking` then still holds the real
    guesses, best first. `language` is None where the text does not tell it.
    """

    text: str
    intent: str
    confidence: float
    ranking: tuple[RankedIntent, ...] = ()
    entities: tuple[Entity, ...] = ()
    language: Language | None = None
