"""The example bot understands whole messages: greetings, several requests, refusals, long stories.

What it is not sure of it may ask back; what it acts on must be right.
"""

from collections.abc import Mapping

import pytest

from conversation.intents import FALLBACK_INTENT
from conversation.understanding import Understanding
from dialogue.rasa_bot import RasaBot
from tests.guarantees.example import example_bot
from tests.unit.nlu.whole_messages import (
    GREETED,
    NEGATED,
    NO_PERSON_WANTED,
    ONE,
    RAMBLING,
    SAME_BUT_FOR_DIGITS,
    TURNED_DOWN,
    TWO,
)

_OFTEN = 0.8
"""Of each kind so many are acted on rightly; the rest is asked back."""


@pytest.fixture(scope="module")
def bot() -> RasaBot:
    return example_bot()


def asked(understanding: Understanding) -> set[str]:
    """Return the intents that are acted on."""
    requests = understanding.requests or (understanding,)
    return {request.intent for request in requests} - {FALLBACK_INTENT}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(GREETED, id="greeted"),
        pytest.param(ONE, id="one"),
        pytest.param(NEGATED, id="negated"),
        pytest.param(RAMBLING, id="rambling"),
    ],
)
def test_what_one_request_is_about_is_understood(bot: RasaBot, kind: Mapping[str, str]) -> None:
    """Whatever stands around it, the request is found, and no other in its place."""
    found = {text: asked(bot.understand(text)) for text in kind}
    wrong = {text: got for text, got in found.items() if not got <= {kind[text]}}
    missed = [text for text, got in found.items() if not got]

    assert len(wrong) <= 1, wrong
    assert len(missed) + len(wrong) <= (1 - _OFTEN) * len(kind), (missed, wrong)


def test_of_two_requests_both_are_seen(bot: RasaBot) -> None:
    """Each with the part that it stands in; no third is made up."""
    found = {text: asked(bot.understand(text)) for text in TWO}
    both = [text for text, got in found.items() if got == TWO[text]]

    assert len(both) >= _OFTEN * len(TWO), {text: found[text] for text in set(TWO) - set(both)}
    assert all(found[text] <= TWO[text] for text in TWO), found


def test_a_whole_that_is_unsure_gives_way_to_its_parts(bot: RasaBot) -> None:
    """What each part asks for by itself is done, however little the whole says of the second."""
    understood = bot.understand("zaelerstand is 4711 und wann komt die rechnung")
    assert [each.intent for each in understood.requests] == [
        "submit_meter_reading",
        "ask_invoice_copy",
    ]


@pytest.mark.parametrize("text", TURNED_DOWN)
def test_a_refusal_is_asked_back(bot: RasaBot, text: str) -> None:
    """Nothing is begun that the customer does not want."""
    assert bot.understand(text).intent == FALLBACK_INTENT


def test_a_refusal_says_why_it_is_asked_back(bot: RasaBot) -> None:
    """The bot was sure what it is about, and heard that it is not wanted."""
    understood = bot.understand("Ich möchte nicht kündigen.")
    assert understood.doubt == "negated"
    assert understood.ranking[0].name == "cancel_contract"


@pytest.mark.parametrize(("one", "other"), SAME_BUT_FOR_DIGITS)
def test_digits_do_not_make_two_messages(bot: RasaBot, one: str, other: str) -> None:
    """Another number, date or amount means the same."""
    assert bot.understand(one).ranking == bot.understand(other).ranking


@pytest.mark.parametrize("text", NO_PERSON_WANTED)
def test_no_person_is_fetched_for_a_question_or_a_salutation(bot: RasaBot, text: str) -> None:
    """Asking what one talks to, or greeting the team, is no wish for a person."""
    assert "talk_to_human" not in asked(bot.understand(text))


def test_each_request_has_its_own_part_and_entities(bot: RasaBot) -> None:
    """The amount belongs to the instalment, not to the copy of the invoice."""
    text = "Bitte ändern Sie meinen Abschlag auf 80 Euro. Und schicken Sie mir die letzte Rechnung."
    first, second = bot.understand(text).requests

    assert (first.intent, second.intent) == ("change_instalment", "ask_invoice_copy")
    assert first.text == "Bitte ändern Sie meinen Abschlag auf 80 Euro."
    assert second.text == "Und schicken Sie mir die letzte Rechnung."
    amounts = [first.text[each.start : each.end] for each in first.entities]
    assert any("80" in amount for amount in amounts)
    assert not any("80" in entity.value for entity in second.entities)
