"""Say what a trained bot is: one JSON file that needs no YAML to be run."""

from collections.abc import Mapping

from conversation.bot import FrontDoor
from conversation.message import Button
from conversation.model import Model

FILE = "bot.json"

MODEL_FOLDER = "nlu"
"""Where in a trained bot the intent layer's files are."""

HAND_OVER = "action_pforte_hand_over"
"""The action by which a rule gives the conversation to a person."""

LANGUAGE_SLOT = "language"
"""The slot that the front door sets, on which variations of a response may be conditional."""

SlotValue = str | bool | int | float | list[str] | None


class Variation(Model):
    """One way to say a response; `condition` holds slot values that must all be equal."""

    text: str
    buttons: tuple[Button, ...] = ()
    condition: Mapping[str, SlotValue] = {}


class CompiledBot(Model):
    """What the dialogue needs at run time.

    `rules` give the actions for an intent, `slots` the initial values.
    """

    front_door: FrontDoor
    intents: tuple[str, ...]
    rules: Mapping[str, tuple[str, ...]]
    responses: Mapping[str, tuple[Variation, ...]]
    slots: Mapping[str, SlotValue] = {}
