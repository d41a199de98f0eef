"""Say what a message template is, and fill it: a text that the messenger has approved beforehand.

Outside of its messaging window WhatsApp takes nothing else. Limits: Meta's pages on template
components and on the basics of templates. Lengths in characters.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from conversation.errors import Malformed
from conversation.model import Model
from conversation.understanding import Language

BODY_LIMIT = 1024
LINE_LIMIT = 60
"""Of a header, and of a footer."""
BUTTONS = 10
BUTTON_LIMIT = 25

_PLACEHOLDER = re.compile(r"\{\{([0-9]+)\}\}")
_UNFIT = re.compile(r"[\r\n\t\v\f\x1c-\x1e\x85\u2028\u2029]| {4,}")
"""What no parameter may hold: new lines, tabs, four spaces in a row (Meta's error 132018)."""

_SUPPORTED = (
    "supported are a line of text as header and as footer, a body with {{1}}, {{2}} …, and quick "
    "replies that are named by their titles"
)


def _plain(written: object) -> object:
    """Refuse what other templates have there, and say which are supported. Raises ValueError."""
    match written:
        case str() if re.search(r"[{}\n]", written):
            raise ValueError(f"it has a place to fill, or a second line: {_SUPPORTED}")
        case str():
            return written
        case _:
            kind = "a picture, a link or a number"
            raise ValueError(f"{kind} is none that can be sent: {_SUPPORTED}")


Line = Annotated[str, StringConstraints(max_length=LINE_LIMIT), BeforeValidator(_plain)]
ButtonTitle = Annotated[
    str, StringConstraints(min_length=1, max_length=BUTTON_LIMIT), BeforeValidator(_plain)
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]


class Parameter(Model):
    """What stands for a placeholder: its name for agents, German and English.

    `suggest`: what the agent finds there to begin with, the customer's name or the reference.
    """

    de: str = Field(min_length=1)
    en: str = Field(min_length=1)
    suggest: Literal["", "name", "reference"] = ""


class Template(Model):
    """A template as it was approved; `language` is the messenger's code ("de", "en_GB").

    `body` holds the placeholders {{1}}, {{2}} … in their order, one for each of `parameters`.
    `buttons` are quick replies: a tap on one says what its title says.
    """

    name: Name
    language: str = Field(pattern="^(de|en)(_[A-Z]{2})?$")
    channel: Literal["whatsapp"] = "whatsapp"
    category: Literal["utility", "marketing"] = "utility"
    header: Line = ""
    body: str = Field(min_length=1, max_length=BODY_LIMIT)
    footer: Line = ""
    parameters: tuple[Parameter, ...] = ()
    buttons: tuple[ButtonTitle, ...] = Field(default=(), max_length=BUTTONS)

    @property
    def spoken(self) -> Language:
        """Return the language without its country."""
        return "de" if self.language.startswith("de") else "en"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse what the messenger would not approve, or nobody could fill."""
        numbers = _PLACEHOLDER.findall(self.body)
        if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
            raise ValueError("placeholders are {{1}}, {{2}} … in this order, each once")
        if len(numbers) != len(self.parameters):
            raise ValueError(
                f"{len(numbers)} placeholders, but {len(self.parameters)} parameters: "
                "name each of them"
            )
        text = self.body.strip()
        if text != self.body:
            raise ValueError("the body begins or ends with a blank")
        if _PLACEHOLDER.match(text) or text.endswith("}}"):
            raise ValueError("the body may not begin or end with a placeholder: add words")
        if "{{" in _PLACEHOLDER.sub("", text) or "}}" in _PLACEHOLDER.sub("", text):
            raise ValueError("placeholders are numbers: {{1}}")
        if len(set(self.buttons)) < len(self.buttons):
            raise ValueError("two buttons have the same title")
        return self


class FilledTemplate(Model):
    """A template as one customer gets it; the text that they read is the message's own."""

    name: str
    language: str
    parameters: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


def fill(template: Template, values: Sequence[str]) -> tuple[str, FilledTemplate]:
    """Return the text that the customer reads, and what goes to the messenger.

    Raises Malformed, naming the parameter that does not fit and why.
    """
    filled = tuple(value.strip() for value in values)
    if len(filled) != len(template.parameters):
        raise Malformed(f"The template takes {len(template.parameters)} parameters.")
    for parameter, value in zip(template.parameters, filled, strict=True):
        if not value:
            raise Malformed(f"“{parameter.en}” is empty.")
        if _UNFIT.search(value):
            raise Malformed(f"“{parameter.en}” has a new line, a tab, or four spaces in a row.")
    body = _PLACEHOLDER.sub(lambda found: filled[int(found[1]) - 1], template.body)
    if len(body) > BODY_LIMIT:
        raise Malformed(f"The text has {len(body)} characters; {BODY_LIMIT} are possible.")
    text = "\n\n".join(filter(None, (template.header, body, template.footer)))
    return text, FilledTemplate(
        name=template.name,
        language=template.language,
        parameters=filled,
        buttons=template.buttons,
    )
