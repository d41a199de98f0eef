"""Make of what a customer wrote what it means: an option, an intent, a language, a person."""

import re
from dataclasses import dataclass

from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.intents import FALLBACK_INTENT
from conversation.message import Content
from conversation.understanding import Understanding
from converse.builder import PERSON, TurnBuilder
from converse.burst import is_greeting
from converse.phrases import asks_for_person, wished_language

PERSON_INTENTS = frozenset({PERSON, "talk_to_human"})

ASK_BACK_FLOOR = 0.25
"""Below this confidence a guess is not worth a button, and tells no language."""

_TOKEN = re.compile(r"[A-Z2-7]{12}\.\d+")
"""What stands for an option (see `Question.tokens`)."""


@dataclass(frozen=True)
class Utterance:
    """What belongs together of what a customer wrote, with what was said last."""

    events: tuple[CustomerEvent, ...]

    @property
    def last(self) -> Incoming:
        """Return the last message."""
        return self.events[-1].incoming

    @property
    def contents(self) -> list[Content]:
        """Return the contents in order."""
        return [e.incoming.content or Content() for e in self.events]

    @property
    def text(self) -> str:
        """Return all that was written, as one text, a bare greeting in front left out."""
        texts = [c.text.strip() for c in self.contents if c.text.strip()]
        request = [t for t in texts if not is_greeting(t)]
        return " ".join(request or texts)

    @property
    def payload(self) -> str | None:
        """Return the token of the button that was tapped, if the last message was a tap."""
        return self.contents[-1].payload


def chosen(turn: TurnBuilder, utterance: Utterance) -> str | None:
    """Return the payload of the option that was tapped, or named directly after the options.

    None where none was; "" where it belongs to an earlier question. A button that is not ours (a
    page's menu, a template's) says what its title says.
    """
    question = turn.state.question
    if question is not None and question.address != utterance.last.address:
        question = None
    token = utterance.payload
    if token is not None:
        if token == PERSON:
            return PERSON
        options = question.tokens() if question else {}
        if token in options or _TOKEN.fullmatch(token):
            return options.get(token, "")
    text = utterance.text.strip().rstrip(".)").casefold()
    for number, option in enumerate(question.options if question else (), start=1):
        if text == option.title.casefold():
            return option.payload
        if text == str(number) and not _asks_for_number(turn, text):
            return option.payload
    return None


def _asks_for_number(turn: TurnBuilder, text: str) -> bool:
    """Say whether a number answers the question of the form that is open."""
    asked = turn.state.asked_for
    if asked is None or asked.number:
        return asked is not None
    entities = turn.bot.understand(text, turn.now).entities
    return any(entity.entity in asked.entities for entity in entities)


def understand(
    turn: TurnBuilder, utterance: Utterance, payload: str | None
) -> Understanding | None:
    """Return what an utterance means, None where it is not a text.

    A bare number is one only as an answer to a form.
    """
    if payload == PERSON:
        return Understanding(text="", intent=PERSON, confidence=1.0)
    if payload is not None:
        return turn.bot.chosen(payload) or turn.bot.understand(payload, turn.now)
    if not re.search(r"[^\W\d_]", utterance.text):
        if turn.state.asked_for is None or not re.search(r"\d", utterance.text):
            return None
        number = turn.bot.understand(utterance.text, turn.now)
        return number.model_copy(update={"intent": FALLBACK_INTENT, "requests": ()})
    understanding = turn.bot.understand(utterance.text, turn.now)
    if understanding.intent == FALLBACK_INTENT and len(utterance.events) > 1:
        last = turn.bot.understand(utterance.contents[-1].text, turn.now)
        understanding = last if last.intent != FALLBACK_INTENT else understanding
    _follow_language(turn, understanding)
    return understanding


def _follow_language(turn: TurnBuilder, understanding: Understanding) -> None:
    """Answer in the language of the message, unless another one is wished for.

    What nobody understands does not change it.
    """
    if turn.state.wished:
        return
    best = max((guess.confidence for guess in understanding.ranking), default=1.0)
    if understanding.language and (best >= ASK_BACK_FLOOR or turn.state.language is None):
        turn.change(language=understanding.language)


def wishes_a_language(turn: TurnBuilder, utterance: Utterance) -> bool:
    """Speak the language that is wished for from now on; say whether nothing else was said."""
    wish = wished_language(utterance.text)
    if wish is None:
        return False
    turn.change(language=wish.language, wished=True)
    if wish.only:
        turn.utter("utter_pforte_language")
    return wish.only


def wants_person(utterance: Utterance, understanding: Understanding) -> bool:
    """Say whether a person is asked for, be it beside something else.

    By words of the house's own where the bot was not sure of anything. A wish for a language alone
    is none, however like it looks ("können wir Deutsch sprechen").
    """
    wish = wished_language(utterance.text)
    if wish is not None and wish.only:
        return False
    if any(request.intent in PERSON_INTENTS for request in requests_of(understanding)):
        return True
    return understanding.intent == FALLBACK_INTENT and asks_for_person(utterance.text)


def requests_of(understanding: Understanding) -> tuple[Understanding, ...]:
    """Return what is asked for, one or several."""
    return understanding.requests or (understanding,)
