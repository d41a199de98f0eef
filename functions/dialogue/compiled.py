"""Say what a trained bot is besides its dialogue: JSON that needs no YAML to be run."""

from collections.abc import Mapping
from typing import Any

from conversation.bot import FrontDoor
from conversation.model import Model

FILE = "bot.json"

MODEL_FOLDER = "nlu"
"""Where in a trained bot the intent layer's files are."""

DIALOGUE_FOLDER = "dialogue"
"""Where in a trained bot what its dialogue learnt is."""

HAND_OVER = "action_pforte_hand_over"
"""The action by which a rule gives the conversation to a person."""

LANGUAGE_SLOT = "language"
"""The slot that the front door sets, on which variations of a response may be conditional."""

INTENT_TITLE = "utter_title_"
"""How the response begins that is the title of an intent."""

SLOT_TITLE = "utter_slot_title_"
"""How the response begins that is the title of a slot."""


class CompiledBot(Model):
    """The front door's settings, and what the house says in this bot's words.

    `responses` are the house's own and the bot's, by name: variations in Rasa's form.
    """

    front_door: FrontDoor
    responses: Mapping[str, list[dict[str, Any]]]
