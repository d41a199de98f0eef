"""Name what `decide` needs of a bot: understanding, dialogue, and the house's sentences.

`dialogue/` fulfils it from a Rasa-format project; tests bring small bots of their own.
"""

from collections.abc import Generator, Mapping
from typing import Any, Protocol

from pydantic import Field

from conversation.escalation import Reason
from conversation.message import Content
from conversation.model import Model
from conversation.template import Template
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

    Times: `reopening_hours`, `claim_idle_minutes` as named; who has said nothing for
    `verified_minutes` must say again who it is. So many `elsewhere_hours` after one of our people
    answered in another app the bot is silent. `teams` are the queues and how they are called in
    each language; `templates` are those that messengers have approved;
    `team_by_intent` names a team for what is handed over with that
    intent. `identity` names the slots that each claim of a company's token fills: with all of them
    it is known who writes.
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
    templates: tuple[Template, ...] = ()
    claim_idle_minutes: int = Field(default=15, ge=1)
    verified_minutes: int = Field(default=30, ge=1)
    identity: Mapping[str, tuple[str, ...]] = {}
    elsewhere_hours: int = Field(default=12, ge=0)


class Heard(Model):
    """What the dialogue knows of a turn besides the message.

    `channel` is the messenger's name, `now` in ms. `slots` are set before the message, beside
    `language`, those that the bot's domain has. `seed` chooses among variations.
    """

    conversation: str
    channel: str
    language: Language
    now: int
    seed: int
    slots: Mapping[str, str | bool | None] = {}


class Asked(Model):
    """The question of a form that is open.

    `entities` fill the slot that it asks for; `number`: only a number does. `language` is the one
    that it was asked in.
    """

    content: Content
    language: Language
    entities: tuple[str, ...] = ()
    number: bool = False


class Answer(Model):
    """What the dialogue says to one message.

    `tracker` is its state from now on. `understood` is False where nothing took the message (the
    front door asks back or hands over); `stuck`: a form took nothing from it and asks again.
    `hand_over` names the reason where the bot itself wants a person, `about` the intent that the
    answer is about: that of the message, or the one that opened the form which took it. `failed` is
    the action by which the turn ended early. `form` names the form that is open, `asked` its
    question, if it was asked in this turn. `references` are those of requests that were finished;
    `verified`: it is known who the customer is.
    """

    tracker: bytes = b""
    contents: tuple[Content, ...] = ()
    understood: bool = True
    stuck: bool = False
    hand_over: Reason | None = None
    about: str = ""
    failed: str = ""
    form: str = ""
    asked: Asked | None = None
    references: tuple[str, ...] = ()
    verified: bool = False


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

    def slot_title(self, slot: str, language: Language) -> str | None:
        """Return what a slot is called before agents (`utter_slot_title_<slot>`).

        None where it has no title.
        """


class Bot(Voice, Protocol):
    """A trained bot; pure: the same arguments give the same answer."""

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return what a text means; `nlu_fallback` where the bot is not sure.

        `now` (ms) is what "tomorrow" is counted from; without it no times are found.
        """

    def answer(
        self, understanding: Understanding, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Run the dialogue for one understood message; yields calls of custom actions.

        A call has no key yet. `tracker` is what the last answer left, b"" where none did.
        """

    def ask_again(
        self, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Let the form that is open ask its question again, in the language of now."""

    def facts(self, tracker: bytes) -> dict[str, str]:
        """Return what the dialogue has collected, for the agent who takes over."""

    def opens_form(self, intent: str) -> bool:
        """Say whether an intent begins to ask for something: it is answered after all others."""

    def chosen(self, payload: str) -> Understanding | None:
        """Return what an option's payload means, None where it is no intent of the bot's.

        `/intent`, maybe with entities as Rasa writes them: `/intent{"entity": "value"}`.
        """
