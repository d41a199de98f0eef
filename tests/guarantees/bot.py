"""A bot whose words tell what it answers to."""

from collections.abc import Generator
from typing import Any

from conversation.bot import Answer, DangerWord, FrontDoor, Heard
from conversation.intents import FALLBACK_INTENT
from conversation.message import Button, Content
from conversation.turn import ActionCall
from conversation.understanding import Language, Understanding
from tests.guarantees.moments import Killed


class PoisonError(Exception):
    """A text that breaks our own code, every time."""


class EchoBot:
    """Answer with what was asked; a few words do more.

    `poison` raises, `endless` never ends (the process is killed), `act` calls an action, with
    `twice` two, `person` asks for one, `long` has a second bubble, `hm` is not understood,
    `choose` offers two options.
    """

    front_door = FrontDoor(
        company="Echo",
        reference_prefix="E",
        privacy_url="https://echo.example/privacy",
        danger_words=(DangerWord(words=("fire",), response={"de": "112!", "en": "112!"}),),
    )

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return the first word that does something."""
        intent = next((word for word in _SPECIAL if word in text), "ask")
        return Understanding(text=text, intent=_SPECIAL.get(intent, intent), confidence=1.0)

    def answer(
        self, understanding: Understanding, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Answer as the text says."""
        text = understanding.text
        if "poison" in text:
            raise PoisonError
        if "endless" in text:
            raise Killed
        if understanding.intent == FALLBACK_INTENT:
            return Answer(understood=False)
        contents = [Content(text=f"re: {text}")]
        if understanding.intent == "act":
            result = yield ActionCall(action="look_up")
            contents = [Content(text=f"found: {result['found']}")]
            if "twice" in text:
                result = yield ActionCall(action="look_up")
                contents.append(Content(text=f"and: {result['found']}"))
        if "long" in text:
            contents.append(Content(text=f"more: {text}"))
        if "choose" in text:
            options = (Button(title="Red", payload="/red"), Button(title="Blue", payload="/blue"))
            contents = [Content(text="Which one?", buttons=options)]
        return Answer(contents=tuple(contents))

    def ask_again(
        self, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Ask nothing."""
        yield from ()
        return Answer()

    def facts(self, tracker: bytes) -> dict[str, str]:
        """Collect nothing."""
        return {}

    def opens_form(self, intent: str) -> bool:
        """Ask for nothing."""
        return False

    def chosen(self, payload: str) -> Understanding | None:
        """Know every payload."""
        return Understanding(text=payload, intent="ask", confidence=1.0)

    def say(self, response: str, language: Language, seed: int, **values: str) -> Content:
        """Say the name of the sentence."""
        return Content(text=response.removeprefix("utter_pforte_"))

    def title(self, intent: str, language: Language) -> str | None:
        """Return the intent."""
        return intent

    def slot_title(self, slot: str, language: Language) -> str | None:
        """Have no titles of slots."""
        return None


_SPECIAL = {
    "poison": "ask",
    "endless": "ask",
    "act": "act",
    "person": "talk_to_human",
    "hm": FALLBACK_INTENT,
}
