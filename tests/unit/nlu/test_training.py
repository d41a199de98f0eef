"""The intent layer answers when sure, and says when it is not."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conversation.intents import FALLBACK_INTENT
from nlu import landmarks
from nlu.calibration import Curve, fit_curve, threshold_for
from nlu.interpreter import Interpreter
from nlu.settings import NluSettings
from nlu.training import Example, train

TAUGHT = {
    "opening_hours": (
        "wann haben Sie geöffnet",
        "Öffnungszeiten",
        "haben Sie am Samstag offen",
        "wie lange ist heute offen",
        "when do you open",
        "opening hours please",
    ),
    "meter": (
        "ich möchte meinen Zählerstand melden",
        "Zählerstand 12345",
        "wo gebe ich den Zählerstand ein",
        "meter reading",
        "I want to submit my meter reading",
        "mein Zähler steht bei 4711",
    ),
    "talk_to_human": (
        "ich möchte mit einem Menschen sprechen",
        "bitte einen Mitarbeiter",
        "Mensch bitte",
        "I want to talk to a human",
        "a real person please",
        "kann ich mit jemandem reden",
    ),
    "bot_challenge": (
        "sind Sie ein Mensch",
        "bist du ein Bot",
        "bin ich hier mit einem Roboter verbunden",
        "are you a robot",
        "are you human",
        "ist das eine Maschine",
    ),
    "greet": ("hallo", "guten Tag", "hi", "hello", "guten Morgen", "hello there"),
}
GREETING = re.compile(r"^(hallo|guten tag zusammen|hello|hi there)\W+", re.IGNORECASE)
EXAMPLES = [Example(text, intent) for intent, texts in TAUGHT.items() for text in texts]


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    folder = tmp_path_factory.mktemp("model")
    train(EXAMPLES, NluSettings(tier="small", precision=0.8, expected_out_of_scope=0.1), folder)
    return Interpreter.load(folder)


@pytest.mark.parametrize("intent", TAUGHT)
def test_what_was_taught_is_recognised(interpreter: Interpreter, intent: str) -> None:
    """Every example is its own intent, in any spelling that people use."""
    for text in TAUGHT[intent]:
        for spelling in (text, text.upper(), text.replace("ö", "oe"), f"  {text}!!"):
            assert interpreter.parse(spelling).ranking[0].name == intent, spelling


def test_umlauts_may_be_written_in_two_letters(interpreter: Interpreter) -> None:
    """Who has no umlauts on the keyboard is understood as well."""
    assert (
        interpreter.parse("ZÄHLERSTAND für Öl").ranking
        == interpreter.parse("zaehlerstand fuer oel").ranking
    )


def test_digits_do_not_matter(interpreter: Interpreter) -> None:
    """Another meter reading means the same."""
    one, other = interpreter.parse("Zählerstand 12345"), interpreter.parse("Zählerstand 98760")
    assert one.ranking == other.ranking


@pytest.mark.parametrize(
    "text",
    [
        "Hallo, wann haben Sie geöffnet?",
        "hallo wann haben sie geöffnet",
        "Guten Tag zusammen! Wann haben Sie geöffnet?",
        "Hello, when do you open?",
        "Hi there - opening hours please",
    ],
)
def test_a_greeting_does_not_hide_the_request(interpreter: Interpreter, text: str) -> None:
    """What stands behind a greeting is what is meant, as if nothing stood in front."""
    request = GREETING.sub("", text)
    assert interpreter.parse(text).ranking[0].name == "opening_hours"
    assert interpreter.parse(text).ranking == interpreter.parse(request).ranking


@pytest.mark.parametrize("text", ["hallo", "Guten Tag!", "hello there"])
def test_a_bare_greeting_is_a_greeting(interpreter: Interpreter, text: str) -> None:
    """Nothing is left of a greeting but the greeting."""
    assert interpreter.parse(text).ranking[0].name == "greet"


def test_a_greeting_does_not_lend_its_confidence(interpreter: Interpreter) -> None:
    """A request out of scope stays out of scope behind a greeting."""
    understood = interpreter.parse("Hallo, wie backe ich eigentlich Pfannkuchen?")
    assert understood.intent == FALLBACK_INTENT


@pytest.mark.parametrize(
    "text", ["", "   ", "👍", "👩‍👩‍👧 ❤️", "12345", "12.345,6", "?!", "٣٤", "_"]
)
def test_what_is_no_text_has_no_intent(interpreter: Interpreter, text: str) -> None:
    """A bare number or emoji means nothing by itself."""
    understood = interpreter.parse(text)
    assert understood.intent == FALLBACK_INTENT
    assert understood.confidence == 0
    assert understood.ranking == ()


def test_an_unsure_guess_keeps_its_ranking(interpreter: Interpreter) -> None:
    """The front door can ask back with the guesses."""
    strict = replace(interpreter, threshold=1.0)
    understood = strict.parse("Hat mein Zähler am Samstag offen?")
    assert understood.intent == FALLBACK_INTENT
    assert len(understood.ranking) > 1
    confidences = [guess.confidence for guess in understood.ranking]
    assert confidences == sorted(confidences, reverse=True)


def test_a_person_is_reached_with_less_confidence(interpreter: Interpreter, tmp_path: Path) -> None:
    """talk_to_human has its own, lower threshold; asking for a bot is not asking for a person."""
    train(EXAMPLES, NluSettings(tier="small", precision=0.99, expected_out_of_scope=0.5), tmp_path)
    assert Interpreter.load(tmp_path).threshold_by_intent == {"talk_to_human": 0.5}
    strict = replace(interpreter, threshold=1.0, threshold_by_intent={"talk_to_human": 0.5})

    assert strict.parse("bitte mit einem Menschen sprechen").intent == "talk_to_human"
    assert strict.parse("Öffnungszeiten").intent == FALLBACK_INTENT
    assert strict.parse("Sind Sie ein Mensch?").ranking[0].name == "bot_challenge"


def test_a_wanted_precision_costs_coverage(tmp_path: Path) -> None:
    """The surer the bot must be, the less it acts on."""
    thresholds = [
        train(EXAMPLES, NluSettings(tier="small", precision=precision), tmp_path).threshold
        for precision in (0.5, 0.7, 0.9)
    ]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_training_needs_two_intents(tmp_path: Path) -> None:
    """With one intent there is nothing to tell apart."""
    with pytest.raises(ValueError, match="at least two intents"):
        train([Example("hello", "greet")], NluSettings(tier="small"), tmp_path)


def test_two_examples_are_enough_to_train(tmp_path: Path) -> None:
    """The smallest bot trains, and is not sure of what it cannot judge."""
    train([Example("hello", "greet"), Example("bye", "part")], NluSettings(tier="small"), tmp_path)
    assert Interpreter.load(tmp_path).parse("hello").ranking[0].name == "greet"


def test_landmarks_are_spread_over_the_intents() -> None:
    """Of many examples, each intent keeps its share, from its first examples to its last."""
    labels = np.repeat([0, 1, 2], [100, 40, 4])
    kept = landmarks.choose(labels, 72)
    assert np.bincount(labels[kept]).tolist() == [50, 20, 2]
    assert np.diff(kept).max() == 2


def test_of_too_many_examples_some_are_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot with more examples than fit into memory learns from its share of each intent's."""
    monkeypatch.setattr(landmarks, "LIMIT", 25)
    assert train(EXAMPLES, NluSettings(tier="small"), tmp_path).examples == len(EXAMPLES)
    fewer = Interpreter.load(tmp_path)
    assert np.bincount(fewer.labels).tolist() == [5, 5, 5, 5, 5]
    assert [fewer.parse(texts[-1]).ranking[0].name for texts in TAUGHT.values()] == [*TAUGHT]


def test_confidence_is_the_share_that_is_right() -> None:
    """Where three in four are right, the curve says about three in four."""
    evidence = np.repeat([0.2, 1.0], 400)
    right = np.concatenate([np.arange(400) % 4 == 0, np.arange(400) % 4 != 0])
    curve = fit_curve(evidence, right, np.ones(800))
    assert curve.confidence(np.array([0.2]))[0] == pytest.approx(0.25, abs=0.01)
    assert curve.confidence(np.array([1.0]))[0] == pytest.approx(0.75, abs=0.01)


def test_the_curve_stays_finite_where_all_are_right() -> None:
    """A bot whose examples are all told apart does not get a step for a curve."""
    curve = fit_curve(np.linspace(0.5, 1, 50), np.ones(50, dtype=bool), np.ones(50))
    confidence = Curve(curve.slope, curve.offset).confidence(np.array([0.0, 1.0]))
    assert np.isfinite(confidence).all()
    assert confidence[1] < 1


def test_the_threshold_keeps_the_wanted_precision() -> None:
    """Of what passes the threshold, the wanted share is right, and no more is held back."""
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, True, False, True])
    weights = np.ones(5)
    assert threshold_for(0.99, confidence, right, weights) == pytest.approx(0.7, abs=1e-5)
    assert threshold_for(0.8, confidence, right, weights) == pytest.approx(0.5, abs=1e-5)
    assert threshold_for(0.9, confidence, ~right, weights) == 1.0


def test_an_unseen_example_has_no_copy_that_gives_it_away(tmp_path: Path) -> None:
    """What training reports of unseen examples is by models that saw no copy of them either."""
    letters = np.random.default_rng(3).integers(97, 123, size=(120, 3, 8))
    words = [[bytes(word.tolist()).decode() for word in text] for text in letters]
    examples = [Example(" ".join(text), f"intent {row % 3}") for row, text in enumerate(words)]

    report = train(examples, NluSettings(tier="small"), tmp_path)

    assert report.accuracy < 0.75


def test_the_same_examples_make_the_same_bytes(tmp_path: Path) -> None:
    """Training twice writes the same files."""
    for folder in ("one", "other"):
        train(EXAMPLES, NluSettings(tier="small"), tmp_path / folder)
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert files == sorted(file.name for file in (tmp_path / "other").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_slip_does_not_hide_what_was_taught(interpreter: Interpreter) -> None:
    """Messages are misspelt, and still mean what they mean."""
    assert interpreter.parse("offnungszeitn").ranking[0].name == "opening_hours"
    assert interpreter.parse("ich möchte mit einem mneschen spechen").ranking[0].name == (
        "talk_to_human"
    )


def test_training_finds_when_to_call_a_person(tmp_path: Path) -> None:
    """A large enough bot calls a person more readily than it acts; its author may differ."""
    topics = "invoice", "payment", "move", "meter", "tariff", "contract", "outage", "pipe", "refund"
    examples = [
        Example(f"{words} {topic}", topic)
        for topic in topics
        for words in (
            "my",
            "the",
            "about the",
            "a question on the",
            "please change my",
            "where is my",
        )
    ]
    examples += [Example(text, "talk_to_human") for text in TAUGHT["talk_to_human"]]
    found = []
    for chosen in ({}, {"talk_to_human": 0.05}):
        settings = NluSettings(tier="small", precision=0.99, confidence_by_intent=chosen)
        train(examples, settings, tmp_path)
        found.append(Interpreter.load(tmp_path))
    assert 0.2 <= found[0].threshold_by_intent["talk_to_human"] < found[0].threshold
    assert found[1].threshold_by_intent == {"talk_to_human": 0.05}


def test_titles_teach_and_are_not_counted(tmp_path: Path) -> None:
    """What a button says is understood; a title of an intent without examples makes none."""
    titles = {"xylophone": "greet", "trombone": "meter", "kazoo": "music"}
    hints = [Example(text, intent) for text, intent in titles.items()]
    report = train(EXAMPLES, NluSettings(tier="small"), tmp_path, hints)
    taught = Interpreter.load(tmp_path)
    assert taught.parse("xylophone").ranking[0].name == "greet"
    assert taught.parse("trombone").ranking[0].name == "meter"
    assert "music" not in taught.intents
    assert report.examples == len(EXAMPLES)


def test_an_intents_own_threshold_is_never_the_higher_one(tmp_path: Path) -> None:
    """It is for what must not be missed."""
    settings = NluSettings(tier="small", threshold=0.3, confidence_by_intent={"meter": 0.9})
    train(EXAMPLES, settings, tmp_path)
    assert Interpreter.load(tmp_path).threshold_of("meter") == 0.3
