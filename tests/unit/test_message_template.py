"""Templates: what the messenger would not take is found before it is sent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from conversation.errors import Malformed
from conversation.template import BODY_LIMIT, FilledTemplate, Template, fill

NAME, NUMBER = {"de": "Name", "en": "Name"}, {"de": "Nummer", "en": "Number"}


def template(**fields: Any) -> Template:
    """Return a template with two parameters."""
    written = {
        "name": "answer_ready",
        "language": "de",
        "body": "Guten Tag {{1}}, zu {{2}} gibt es Neues.",
        "parameters": [NAME, NUMBER],
        **fields,
    }
    return Template.model_validate(written)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "Answer ready"}, "name"),
        ({"language": "fr"}, "language"),
        ({"channel": "telegram"}, "channel"),
        ({"category": "authentication"}, "category"),
        ({"body": "", "parameters": []}, "body"),
        ({"body": "x" * (BODY_LIMIT + 1), "parameters": []}, "body"),
        ({"body": "Guten Tag {{1}}, gut."}, "1 placeholders, but 2 parameters"),
        ({"body": "Guten Tag {{2}}, zu {{1}} gut."}, "in this order"),
        ({"body": "Guten Tag {{1}}, zu {{1}} gut."}, "each once"),
        ({"body": "Guten Tag {{name}}, gut.", "parameters": []}, "placeholders are numbers"),
        ({"body": "{{1}}, zu {{2}} gut."}, "begin or end with a placeholder"),
        ({"body": "Guten Tag {{1}}, zu {{2}}"}, "begin or end with a placeholder"),
        ({"body": " Guten Tag {{1}}, zu {{2}} gut."}, "blank"),
        ({"header": "x" * 61}, "header"),
        ({"header": "Hallo {{1}}"}, "place to fill.*: supported are a line of text"),
        ({"header": {"image": "https://x.example/a.png"}}, "a picture.*: supported are a line"),
        ({"footer": "Bis {{1}}"}, "place to fill"),
        ({"buttons": [{"url": "https://x.example/{{1}}"}]}, "a link.*: supported are a line"),
        ({"buttons": ["Zu {{1}}"]}, "place to fill"),
        ({"footer": "x" * 61}, "footer"),
        ({"buttons": ["x" * 26]}, "buttons"),
        ({"buttons": ["Ja", "Ja"]}, "two buttons"),
        ({"buttons": [str(n) for n in range(11)]}, "buttons"),
        ({"parameters": [{"de": "Name"}, NUMBER]}, "parameters"),
    ],
)
def test_what_would_not_be_approved_is_refused(fields: dict[str, Any], why: str) -> None:
    """A template that Meta would reject, or that nobody could fill, is an error at training."""
    with pytest.raises(ValidationError, match=why):
        template(**fields)


def test_the_customer_reads_header_text_and_footer() -> None:
    """The text of the message is all that the customer reads; what is sent are the values."""
    known = template(header="Stadtwerke", footer="Ihre Stadtwerke", buttons=["Lesen"])
    text, filled = fill(known, [" Erika ", "SM-1"])
    assert text == "Stadtwerke\n\nGuten Tag Erika, zu SM-1 gibt es Neues.\n\nIhre Stadtwerke"
    assert filled == FilledTemplate(
        name="answer_ready", language="de", parameters=("Erika", "SM-1"), buttons=("Lesen",)
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["Erika"], "2 parameters"),
        (["Erika", "SM-1", "x"], "2 parameters"),
        (["", "SM-1"], "“Name” is empty"),
        (["Erika", " \t "], "“Number” is empty"),
        (["Erika\nMuster", "SM-1"], "“Name” has a new line"),
        (["Erika\u2028Muster", "SM-1"], "“Name” has a new line"),
        (["Erika\tMuster", "SM-1"], "“Name” has"),
        (["Erika    Muster", "SM-1"], "four spaces"),
        (["x" * BODY_LIMIT, "SM-1"], "characters"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values: list[str], why: str) -> None:
    """Meta refuses new lines, tabs and rows of spaces in values: agents are told which one."""
    with pytest.raises(Malformed, match=why):
        fill(template(), values)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_values_are_put_in_letter_by_letter(name: str, number: str) -> None:
    """A value that looks like a placeholder, or like anything else, is a value."""
    try:
        text, filled = fill(template(), [name, number])
    except Malformed:
        return
    assert text == f"Guten Tag {name.strip()}, zu {number.strip()} gibt es Neues."
    assert filled.parameters == (name.strip(), number.strip())
    assert not any(character in value for value in filled.parameters for character in "\n\r\t")
