"""Choose a variation of a response and fill it, as Rasa's response selection does."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from conversation.message import Button, Content
from dialogue.compiled import Variation
from dialogue.runtime.responses import draw, same

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^\n{}]+)\}")


def choose(
    name: str, variations: Sequence[Variation], slots: Mapping[str, Any], seed: int
) -> Variation | None:
    """Return one variation: of those whose condition holds, else of those without one.

    None where no variation fits: then nothing is said. The seed makes the choice.
    """
    fitting = [v for v in variations if v.condition and _holds(v.condition, slots)]
    return draw(name, fitting or [v for v in variations if not v.condition], seed)


def render(variation: Variation, values: Mapping[str, Any]) -> Content:
    """Return what is said, with `{name}` replaced in text and buttons."""
    return Content(
        text=fill(variation.text, values),
        buttons=tuple(
            Button(title=fill(button.title, values), payload=fill(button.payload, values))
            for button in variation.buttons
        ),
    )


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Replace `{name}` by its value; an empty slot reads `None`, `{{` and `}}` are braces.

    A name that nobody knows leaves the whole text as it is, as in Rasa.
    """
    names = [match[1] for match in _PLACEHOLDER.finditer(text) if match[1]]
    if any(name not in values for name in names):
        return text

    def replacement(match: re.Match[str]) -> str:
        return str(values[match[1]]) if match[1] else match[0][0]

    return _PLACEHOLDER.sub(replacement, text)


def _holds(condition: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    return all(same(slots.get(name), value) for name, value in condition.items())
