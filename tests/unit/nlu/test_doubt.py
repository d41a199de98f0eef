"""The intent layer says why it does not act: unsure, ambiguous, or refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from conversation.intents import FALLBACK_INTENT
from nlu.interpreter import Interpreter
from nlu.negation import NEGATED, PLAIN, REFUSED, Negation, negation
from nlu.settings import NluSettings
from nlu.training import Example, train

TAUGHT = {
    "cancel": (
        "I want to cancel",
        "cancel my contract please",
        "ich möchte kündigen",
        "Vertrag kündigen",
        "hiermit kündige ich",
    ),
    "outage": (
        "the internet is not working",
        "no power since today",
        "Internet geht nicht",
        "kein Strom im ganzen Haus",
        "the light went off",
    ),
    "stay": (
        "I don't want to leave you",
        "do not end my tariff",
        "ich will nicht weg von euch",
        "den Tarif bitte nicht beenden",
    ),
    "thank": ("thank you", "thanks a lot", "vielen Dank", "danke schön"),
    "hours": ("when do you open", "are you open today", "wann haben Sie offen", "Öffnungszeiten"),
}
EXAMPLES = [Example(text, intent) for intent, texts in TAUGHT.items() for text in texts]


def trained(folder: Path, threshold: float = 0.2, ambiguity: float = 0.0) -> Interpreter:
    """Return the small bot with Rasa's two settings."""
    train(EXAMPLES, NluSettings(tier="small", threshold=threshold, ambiguity=ambiguity), folder)
    return Interpreter.load(folder)


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    return trained(tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("ich möchte kündigen", PLAIN),
        ("I noticed a note in the knot", PLAIN),
        ("Keinath, Nichte, Netto", PLAIN),
        ("Internet geht nicht", NEGATED),
        ("bei uns ist kein Strom", NEGATED),
        ("there's no water", NEGATED),
        ("it doesn’t work", NEGATED),
        ("ich brauche Hilfe, ich komme nicht rein", NEGATED),
        ("don't understand my bill", NEGATED),
        ("Ich will den Vertrag gar nicht kündigen", REFUSED),
        ("nicht kündigen, nur fragen", REFUSED),
        ("ich habe nicht vor umzuziehen", REFUSED),
        ("ich brauche keinen Termin", REFUSED),
        ("Bitte ändern Sie meinen Abschlag nicht!", REFUSED),
        ("I don't want to cancel", REFUSED),
        ("I never asked to move", REFUSED),
        ("please do not change it", REFUSED),
        ("no technician needed", REFUSED),
    ],
)
def test_how_far_a_text_negates(text: str, how: Negation) -> None:
    """What is not so is told from what is not wanted."""
    assert negation(text) == how


@pytest.mark.parametrize(
    "text", ["I don't want to cancel", "ich möchte nicht kündigen", "Hallo, nicht kündigen!"]
)
def test_a_refusal_unlike_the_examples_is_not_acted_on(interpreter: Interpreter, text: str) -> None:
    """The guess stays, so that it can be asked back."""
    understood = interpreter.parse(text)
    assert (understood.intent, understood.doubt) == (FALLBACK_INTENT, "negated")
    assert understood.ranking[0].name == "cancel"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my internet is not working", "outage"),
        ("das Internet geht nicht", "outage"),
        ("no power", "outage"),
        ("I don't want to leave you!", "stay"),
        ("ich will nicht weg von euch", "stay"),
    ],
)
def test_a_negation_that_the_examples_have_stays(
    interpreter: Interpreter, text: str, intent: str
) -> None:
    """It belongs to what is asked for."""
    assert interpreter.parse(text).intent == intent


def test_beside_a_refusal_the_request_counts(interpreter: Interpreter) -> None:
    """What is not wanted is only the lead to what is."""
    understood = interpreter.parse("ich möchte nicht kündigen, wann haben Sie offen?")
    assert understood.intent == "hours"


def test_two_requests_are_two(interpreter: Interpreter) -> None:
    """In the order of the message, each once, courtesy not counted."""
    text = "Danke schön! Wann haben Sie offen? Und ich möchte kündigen. Hiermit kündige ich!"
    requests = interpreter.parse(text).requests
    assert [request.intent for request in requests] == ["hours", "cancel"]
    assert requests[1].text == "Und ich möchte kündigen. Hiermit kündige ich!"


def test_what_comes_back_to_the_first_request_belongs_to_it(interpreter: Interpreter) -> None:
    """Requests are in the order in which they begin; each has all that is said about it."""
    text = "Ich möchte kündigen. Wann haben Sie offen? Hiermit kündige ich!"
    first, second = interpreter.parse(text).requests
    assert (first.intent, second.intent) == ("cancel", "hours")
    assert first.text == "Ich möchte kündigen. Hiermit kündige ich!"


def test_what_the_whole_is_torn_between_are_two_requests(tmp_path: Path) -> None:
    """Each part is acted on by itself, and together they say why the whole is unsure."""
    text = "Wann haben Sie offen? Und ich möchte kündigen."
    surer = trained(tmp_path, threshold=0.2)
    parts = [request.confidence for request in surer.parse(text).requests]
    assert len(parts) == 2
    enough = replace(surer, threshold=min(parts) - 0.01)
    assert [request.intent for request in enough.parse(text).requests] == ["hours", "cancel"]
    too_strict = replace(surer, threshold=min(parts) + 0.01)
    assert too_strict.parse(text).requests == ()


def test_what_is_below_the_threshold_is_unsure(tmp_path: Path) -> None:
    """The author's threshold stands instead of the one of a precision."""
    strict = trained(tmp_path, threshold=1.0)
    assert strict.parse("cancel my contract please").doubt == "unsure"


def test_two_guesses_that_are_too_near_are_ambiguous(tmp_path: Path) -> None:
    """A winner that is hardly ahead does not win."""
    wary = trained(tmp_path, threshold=0.0, ambiguity=1.0)
    understood = wary.parse("cancel my contract please")
    assert (understood.intent, understood.doubt) == (FALLBACK_INTENT, "ambiguous")
