"""A small bot in files that a test can change."""

from collections.abc import Callable
from pathlib import Path

import pytest

PFORTE = """\
company: Werk
privacy_url: https://werk.example/privacy
reference_prefix: WK
languages: [en, de]
teams:
  office: {de: Büro, en: Office}
default_team: office
danger:
- response: utter_fire
  words: [Feuer, fire]
"""

DOMAIN = """\
version: "3.1"
intents:
- greet
- opening_hours
- talk_to_human
slots:
  language:
    type: text
    influence_conversation: false
    mappings:
    - type: custom
  place:
    type: text
    initial_value: Hauptstraße
    mappings:
    - type: custom
actions:
- action_look_up
- action_pforte_hand_over
responses:
  utter_greet:
  - text: "Guten Tag!"
    condition: [{type: slot, name: language, value: de}]
  - text: "Hello!"
    buttons:
    - title: "Opening hours"
      payload: /opening_hours
  utter_opening_hours:
  - text: "Nine to five, {place}."
  utter_fire:
  - text: "112!"
"""

RULES = """\
version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: hours
  steps:
  - intent: opening_hours
  - action: action_look_up
  - action: utter_opening_hours
- rule: person
  steps:
  - intent: talk_to_human
  - action: action_pforte_hand_over
"""

NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning to you
    - hello there
    - nice to meet you
- intent: opening_hours
  examples: |
    - when do you open
    - what are your opening hours
    - are you open on sunday
    - opening times please
- intent: talk_to_human
  examples: |
    - I want a person
    - let me talk to a human
    - connect me to an agent
    - a real person please
"""

FILES = {
    "pforte.yml": PFORTE,
    "domain.yml": DOMAIN,
    "data/rules.yml": RULES,
    "data/nlu_en.yml": NLU,
}

WriteBot = Callable[..., Path]


@pytest.fixture
def write_bot(tmp_path: Path) -> WriteBot:
    """Write the small bot; keyword `replace` is a list of (file, old, new)."""

    def write(*replace: tuple[str, str, str], **files: str) -> Path:
        for name, text in (FILES | files).items():
            for file, old, new in replace:
                if file == name:
                    assert old in text, f"{old!r} is not in {name}"
                    text = text.replace(old, new)
            path = tmp_path / "bot" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path / "bot"

    return write
