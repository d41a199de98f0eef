"""A small bot with a form, on the real runtime; what a text means stands in the text."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conversation.bot import FrontDoor
from conversation.intents import FALLBACK_INTENT
from conversation.message import Button
from conversation.understanding import Entity, Language
from dialogue.compile import built_in_responses
from dialogue.compiled import CompiledBot
from dialogue.rasa_bot import RasaBot
from dialogue.runtime.conversation import Runtime
from dialogue.teaching.bot import teach
from nlu.entities.extractor import Extractor
from nlu.entities.patterns import Patterns
from nlu.interpreter import Interpreter, Parsed
from tests.fakes import StaticActions
from tests.guarantees.house import House

DOMAIN = """\
version: "3.1"
intents: [order, move, hours, ring, affirm, inform, talk_to_human, secret]
entities: [number, colour]
slots:
  language: {type: categorical, values: [de, en], influence_conversation: false,
    mappings: [{type: custom}]}
  verified: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
  reference: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  count: {type: any, mappings: [{type: from_entity, entity: number}]}
  colour: {type: text, influence_conversation: false,
    mappings: [{type: from_entity, entity: colour}]}
  street: {type: text, influence_conversation: false,
    mappings: [{type: from_text, conditions: [{active_loop: move_form, requested_slot: street}]}]}
forms:
  order_form: {required_slots: [count, colour]}
  move_form: {required_slots: [street]}
actions: [action_order, action_ring, action_pforte_hand_over]
session_config: {session_expiration_time: 2880, carry_over_slots_to_new_session: true}
responses:
  utter_ask_count:
  - {text: "Wie viele?", condition: [{type: slot, name: language, value: de}]}
  - {text: "How many?"}
  utter_ask_colour:
  - text: "Welche Farbe?"
    condition: [{type: slot, name: language, value: de}]
    buttons: [{title: Rot, payload: '/inform{{"colour": "red"}}'},
      {title: Blau, payload: '/inform{{"colour": "blue"}}'}]
  - text: "Which colour?"
    buttons: [{title: Red, payload: '/inform{{"colour": "red"}}'},
      {title: Blue, payload: '/inform{{"colour": "blue"}}'}]
  utter_ask_street: [{text: "Which street?"}]
  utter_moved: [{text: "Moved to {street}."}]
  utter_hours: [{text: "Nine to five."}]
  utter_ordered: [{text: "{count} of {colour}."}]
"""

RULES = """\
version: "3.1"
rules:
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: action_order},
    {action: utter_ordered}]
- rule: move
  steps: [{intent: move}, {action: move_form}, {active_loop: move_form}]
- rule: moved
  condition: [{active_loop: move_form}]
  steps: [{action: move_form}, {active_loop: null}, {action: utter_moved}]
- rule: hours
  steps: [{intent: hours}, {action: utter_hours}]
- rule: ring
  steps: [{intent: ring}, {action: action_ring}]
- rule: person
  steps: [{intent: talk_to_human}, {action: action_pforte_hand_over}]
"""

DONE = {"events": [{"event": "slot", "name": "reference", "value": "O-7"}], "responses": []}
KNOWN = {"events": [{"event": "slot", "name": "verified", "value": True}], "responses": []}

_COLOURS = {"rot": "red", "red": "red", "blau": "blue", "blue": "blue"}
_ENGLISH = ("please", "what", "how", "when")


class _Reader(Interpreter):
    """Take the intent's own name, wherever it stands, for the intent."""

    def __init__(self) -> None:
        """Need no model."""

    def parse(self, text: str) -> Parsed:
        """Return the intent that is named, and English where an English word stands."""
        intents = ("order", "move", "hours", "ring", "talk_to_human")
        found = sorted((text.index(name), name) for name in intents if name in text)
        language: Language = "en" if any(word in text for word in _ENGLISH) else "de"
        meant = [
            Parsed(text=name, intent=name, confidence=1.0, language=language) for _, name in found
        ]
        intent = meant[0].intent if meant else FALLBACK_INTENT
        return Parsed(
            text=text,
            intent=intent,
            confidence=1.0,
            language=language,
            requests=tuple(meant) if len(meant) > 1 else (),
        )


class _Finder(Extractor):
    """Find numbers and colours."""

    def extract(self, text: str, now: int | None = None) -> tuple[Entity, ...]:
        """Return them in order."""
        found = []
        for match in re.finditer(r"\w+", text.casefold()):
            value = _COLOURS.get(match[0], match[0])
            kind = "number" if match[0].isdigit() else "colour"
            if match[0].isdigit() or match[0] in _COLOURS:
                entity = Entity(entity=kind, value=value, start=match.start(), end=match.end())
                found.append(entity)
        return tuple(found)


def orders_house(**answers: dict[str, Any] | Exception) -> House:
    """Return a house with this bot; actions answer as told, else as if done."""
    compiled = CompiledBot(
        front_door=FrontDoor(
            company="Orders", reference_prefix="O", privacy_url="https://orders.example/privacy"
        ),
        responses=built_in_responses(),
    )
    finder = _Finder(Patterns(()), (), {}, None)
    house = House(RasaBot(compiled, _taught(), _Reader(), finder))
    known: dict[str, dict[str, Any] | Exception] = {"action_order": DONE, "action_ring": KNOWN}
    house.actions = StaticActions({**known, **answers}, house.moments)
    return house


def options(house: House) -> list[Button]:
    """Return the options that the open question offers, with what they mean to the bot."""
    question = house.state().question
    return list(question.options) if question else []


@cache
def _taught() -> Runtime:
    with TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        (Path(folder) / "domain.yml").write_text(DOMAIN)
        (Path(folder) / "data" / "rules.yml").write_text(RULES)
        return teach(Path(folder)).runtime
