"""Say a trained bot's sentences; needs no model, so that the desk can speak too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conversation.bot import FrontDoor
from conversation.message import Button, Content
from conversation.understanding import Language
from dialogue.compiled import FILE, INTENT_TITLE, LANGUAGE_SLOT, SLOT_TITLE, CompiledBot
from dialogue.runtime.responses import generate


class CompiledVoice:
    """The sentences of a trained bot (see `conversation.bot.Voice`)."""

    def __init__(self, compiled: CompiledBot) -> None:
        self.front_door: FrontDoor = compiled.front_door
        self._responses = compiled.responses

    def say(self, response: str, language: Language, seed: int, **values: str) -> Content:
        """Return one variation of a response with its placeholders filled.

        Raises KeyError where there is no such response.
        """
        house = {"company": self.front_door.company, "privacy_url": self.front_door.privacy_url}
        said = generate(
            response, self._responses[response], {LANGUAGE_SLOT: language}, "", seed, house | values
        )
        return content_of(said) if said else Content()

    def title(self, intent: str, language: Language) -> str | None:
        """Return the short title of an intent for a button, None where it has none."""
        return self._title(f"{INTENT_TITLE}{intent}", language)

    def slot_title(self, slot: str, language: Language) -> str | None:
        """Return what a slot is called before agents, None where it has no title."""
        return self._title(f"{SLOT_TITLE}{slot}", language)

    def _title(self, response: str, language: Language) -> str | None:
        if response not in self._responses:
            return None
        return self.say(response, language, 0).text or None


def content_of(said: Mapping[str, Any]) -> Content:
    """Return a filled variation as a message; an image is a link below the text."""
    lines = (said.get("text"), said.get("image"))
    options = (*(said.get("buttons") or ()), *(said.get("quick_replies") or ()))
    return Content(
        text="\n".join(str(line) for line in lines if line),
        buttons=tuple(_button(option) for option in options),
    )


def _button(option: Mapping[str, Any]) -> Button:
    """Return a button; of a title and a payload one stands for the other where that is missing."""
    title, payload = option.get("title"), option.get("payload")
    return Button(title=str(title or payload or ""), payload=str(payload or title or ""))


def load_voice(folder: Path) -> CompiledVoice:
    """Load the sentences of a trained bot, without the model that only classifying needs."""
    return CompiledVoice(CompiledBot.from_json((folder / FILE).read_bytes()))
