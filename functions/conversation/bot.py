"""Name what `decide` needs of a bot: understanding, dialogue, and the house's sentences.

`dialogue/` fulfils it from a Rasa-format project; tests bring small bots of their own.
"""

from collections.abc import Generator, Mapping
from typing import Any, Protocol

from pydantic import Field

from conversation.escalation import Reason
from conversation.message import Content
from conversation.model import Model
from conversation.turn import ActionCall
from conversation.understanding import Language, Understanding


class DangerWord(Model):
    """Words that get the emergency text before anything else.

    Compared without case, anywhere in a message. `hand_over` gives the conversation to a person
    as well.
    """

    words: tuple[str, ...]
    response: Mapping[Language, str]
    hand_over: bool = False


class FrontDoor(Model):
    """The settings of `pforte.yml`.

    Times: `reopening_hours`, `claim_idle_minutes` as named. `teams` are the queues and how they
    are called in each language; `team_by_intent` names a team for what is handed over with that
    intent.
    """

    company: str
    reference_prefix: str
    privacy_url: str
    default_language: Language = "de"
    teams: Mapping[str, Mapping[Language, str]] = {}
    default_team: str = "default"
    team_by_intent: Mapping[str, str] = {}
    danger_words: tuple[DangerWord, ...] = ()
    reopening_hours: int = Field(default=24, ge=0)
    claim_idle_minutes: int = Field(default=15, ge=1)


class Answer(Model):
    """What the dialogue says to one message.

    `understood` is False where nothing took it (the front door asks back or hands over);
    `hand_over` names the reason where the bot itself wants a person.
    """

    contents: tuple[Content, ...] = ()
    understood: bool = True
    hand_over: Reason | None = None
    tracker: dict[str, Any] = Field(default_factory=dict)


class Voice(Protocol):
    """The sentences of a trained bot and its house; pure."""

    front_door: FrontDoor

    def say(self, response: str, language: Language, seed: int, **values: str) -> Content:
        """Return one variation of a response (`utter_…`) with its placeholders filled.

        The built-in `utter_pforte_*` sentences stand in where the bot has none of its own.
        Raises KeyError where there is no such response.
        """

    def title(self, intent: str, language: Language) -> str | None:
        """Return the short title of an intent for a button (`utter_title_<intent>`).

        None where it has none: it is not offered.
        """


class Bot(Voice, Protocol):
    """A trained bot; pure: the same arguments give the same answer."""

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return what a text means; `nlu_fallback` where the bot is not sure.

        `now` (ms) is what "tomorrow" is counted from; without it no times are found.
        """

    def answer(
        self,
        understanding: Understanding,
        tracker: Mapping[str, Any],
        language: Language,
        seed: int,
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Run the dialogue for one understood message; yields calls of custom actions."""

    def opens_form(self, intent: str) -> bool:
        """Say whether an intent begins to ask for something: it is answered after all others."""

    def chosen(self, payload: str) -> Understanding | None:
        """Return what a button's payload (`/intent`) means, None where it is not one of ours."""
