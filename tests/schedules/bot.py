"""A bot whose every word is made of what it answers to, so that checks can trace each message."""

from collections.abc import Generator
from typing import Any

from conversation.bot import Answer, DangerWord, FrontDoor, Heard
from conversation.message import Content
from conversation.turn import ActionCall
from conversation.understanding import Language, Understanding
from tests.schedules.ground import Killed


class PoisonError(Exception):
    """A text that breaks our own code, every time."""


class WorldBot:
    """Understand texts of the form `<what> <number of answers> <event>`."""

    front_door = FrontDoor(
        company="World",
        reference_prefix="W",
        privacy_url="https://world.example/privacy",
        danger_words=(DangerWord(words=("danger",), response={"de": "!", "en": "!"}),),
    )

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return the first word of the last part that is not a greeting as the intent."""
        return Understanding(text=text, intent=_parts(text)[-1][0], confidence=1.0)

    def answer(
        self, understanding: Understanding, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Answer as the text says."""
        what, number, event = _parts(understanding.text)[-1]
        if what == "poison":
            raise PoisonError
        if what == "oom":
            raise Killed
        if what == "act":
            for n in range(int(number)):
                yield ActionCall(action=f"act_{event}_{n}")
        if what == "big":
            return Answer(contents=(Content(text=f"big {event} " + "x" * 300_000),))
        count = 1 if what == "act" else int(number)
        return Answer(contents=tuple(Content(text=f"{what} {event} {n}") for n in range(count)))

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
        """Know no buttons."""
        return None

    def say(self, response: str, language: Language, seed: int, **values: str) -> Content:
        """Say the name of the sentence."""
        return Content(text=response)

    def title(self, intent: str, language: Language) -> str:
        """Return the intent."""
        return intent

    def slot_title(self, slot: str, language: Language) -> str:
        """Return the slot."""
        return slot


def _parts(text: str) -> list[tuple[str, str, str]]:
    words = text.removesuffix(".").replace(". ", " ").split(" ")
    triples = [tuple(words[i : i + 3]) for i in range(0, len(words) - 2, 3)]
    return [(a, b, c) for a, b, c in triples]
