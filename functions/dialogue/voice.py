"""Say a trained bot's sentences; needs no model, so that the desk can speak too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conversation.bot import FrontDoor
from conversation.message import Content
from conversation.understanding import Language
from dialogue.compiled import FILE, LANGUAGE_SLOT, CompiledBot
from dialogue.responses import choose, render


class CompiledVoice:
    """The sentences of a trained bot (see `conversation.bot.Voice`)."""

    def __init__(self, compiled: CompiledBot) -> None:
        self.front_door: FrontDoor = compiled.front_door
        self._compiled = compiled

    def say(self, response: str, language: Language, seed: int, **values: str) -> Content:
        """Return one variation of a response with its placeholders filled.

        Raises KeyError where there is no such response.
        """
        slots = {**self._compiled.slots, LANGUAGE_SLOT: language}
        said = self.uttered(response, slots, seed, values)
        return said[0] if said else Content()

    def title(self, intent: str, language: Language) -> str | None:
        """Return the short title of an intent for a button, None where it has none."""
        response = f"utter_title_{intent}"
        if response not in self._compiled.responses:
            return None
        return self.say(response, language, 0).text or None

    def uttered(
        self, response: str, slots: Mapping[str, Any], seed: int, values: Mapping[str, Any]
    ) -> list[Content]:
        """Return a response for these slots, nothing where no variation holds."""
        variation = choose(response, self._compiled.responses[response], slots, seed)
        if variation is None:
            return []
        house = {"company": self.front_door.company, "privacy_url": self.front_door.privacy_url}
        return [render(variation, {**house, **slots, **values})]


def load_voice(folder: Path) -> CompiledVoice:
    """Load the sentences of a trained bot, without the model that only classifying needs."""
    return CompiledVoice(CompiledBot.from_json((folder / FILE).read_bytes()))
