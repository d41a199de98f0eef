"""Say what an author may set about understanding: `pforte:` in config.yml."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from conversation.model import Model

Tier = Literal["default", "accurate", "small"]


class NluSettings(Model):
    """How sure to be before acting on an intent.

    `tier`: *small* compares words and letters, *default* meanings as well, *accurate* with a second
    reader. `precision`: of what is acted on, this share should be right, if the share
    `expected_out_of_scope` of all messages is about something else. `confidence_by_intent` sets
    an intent's own, lower threshold; training finds one for `talk_to_human` otherwise: a person who
    is asked for in vain is worse than one too many.
    `threshold` stands instead of the one that `precision` leads to, and a winner has to be
    `ambiguity` ahead of the next: Rasa's FallbackClassifier calls them so.
    """

    tier: Tier = "default"
    precision: float = Field(default=0.95, gt=0, lt=1)
    expected_out_of_scope: float = Field(default=0.3, ge=0, lt=1)
    threshold: float | None = Field(default=None, ge=0, le=1)
    ambiguity: float = Field(default=0.0, ge=0, le=1)
    confidence_by_intent: Mapping[str, float] = {}
