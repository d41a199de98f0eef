"""Say what the intent layer made of one text."""

from collections.abc import Mapping
from typing import Literal

from conversation.model import Model

Language = Literal["de", "en"]

LANGUAGES: tuple[Language, ...] = ("de", "en")

Doubt = Literal["unsure", "ambiguous", "negated"]
"""Why an intent is not acted on.

`unsure`: its confidence is below the threshold; `ambiguous`: another is nearly as likely;
`negated`: the text refuses what examples of the intent ask for.
"""


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
    guesses, best first, and `doubt` says why. `language` is None where the text does not tell it.
    `requests` are the things that are asked for, in order, where there are several: each with the
    part of the text that it stands in; `intent` is then one of theirs. `chosen`: it was not written
    but tapped, and `text` is the option's payload.
    """

    text: str
    intent: str
    confidence: float
    ranking: tuple[RankedIntent, ...] = ()
    entities: tuple[Entity, ...] = ()
    language: Language | None = None
    doubt: Doubt | None = None
    requests: tuple["Understanding", ...] = ()
    chosen: bool = False
