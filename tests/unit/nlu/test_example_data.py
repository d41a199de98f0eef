"""The example bot's data is what a bot author would copy: enough, in both languages, no slips."""

from collections import Counter
from pathlib import Path

import pytest

from conversation.understanding import LANGUAGES
from dialogue.compile import compile_project
from dialogue.compiled import LANGUAGE_SLOT
from dialogue.examples import Example
from dialogue.project import Project, read_project
from dialogue.runtime.domain import DEFAULT_INTENTS, Domain
from dialogue.teaching.bot import teach
from dialogue.voice import CompiledVoice
from nlu.entities.extractor import Extractor
from nlu.entities.training import Taught, train
from nlu.features import words
from nlu.training import OUT_OF_SCOPE_NAMES
from pforte.bot.check import Spot, repeated
from pforte.bot.testing import read_cases

BOT = Path(__file__).parents[3] / "bot"

TAPPED = "choose"
"""An intent that is only tapped."""

NOW = 1_795_348_800_000
"""Sunday, 22 November 2026, 13:00 in Germany."""


@pytest.fixture(scope="module")
def project() -> Project:
    return read_project(BOT)


@pytest.fixture(scope="module")
def domain() -> Domain:
    return teach(BOT).runtime.domain


@pytest.fixture(scope="module")
def extractor(
    project: Project, domain: Domain, tmp_path_factory: pytest.TempPathFactory
) -> Extractor:
    folder = tmp_path_factory.mktemp("entities")
    taught = [Taught(each.text, each.entities) for each in project.examples]
    train(taught, project.vocabulary, domain.entities, folder)
    return Extractor.load(folder)


def _different(examples: list[Example]) -> Counter[tuple[str, str | None]]:
    """Count examples by intent and language; those that differ in case or signs only, once."""
    seen = {(each.intent, each.language, " ".join(words(each.text))) for each in examples}
    return Counter((intent, language) for intent, language, _ in seen)


@pytest.mark.parametrize(("language", "fewest"), [("de", 40), ("en", 25)])
def test_every_intent_has_enough_examples(
    project: Project, domain: Domain, language: str, fewest: int
) -> None:
    """40 ways to say it in German, 25 in English, and no two of them the same."""
    counts = _different(project.examples)
    learnt = set(domain.intents) - {*DEFAULT_INTENTS, TAPPED}
    few = {name: counts[name, language] for name in learnt}
    assert {name: count for name, count in few.items() if count < fewest} == {}


def test_there_are_enough_examples_out_of_scope(project: Project) -> None:
    """150 things that others are for, in both languages; half of them use our customers' words."""
    ours = Counter(
        word
        for each in project.examples
        if each.intent not in OUT_OF_SCOPE_NAMES
        for word in set(words(each.text))
    )
    telling = {word for word, count in ours.items() if count >= 5 and len(word) >= 5}
    outside = [each for each in project.examples if each.intent in OUT_OF_SCOPE_NAMES]
    near = [each for each in outside if telling & set(words(each.text))]

    assert len(outside) >= 150
    assert {each.language for each in outside} == {"de", "en"}
    assert len(near) >= len(outside) / 2


def test_no_words_stand_under_two_intents(project: Project) -> None:
    """What contradicts itself cannot be learned."""
    contradictions, _ = repeated(
        [Spot(each.node.place, each.intent, each.text) for each in project.examples]
    )
    assert contradictions == ()


def test_no_test_message_is_taught(project: Project) -> None:
    """The test messages tell how well new words are understood: long ones are never examples."""
    taught = {" ".join(words(each.text)) for each in project.examples}
    known = [
        each.text
        for each in read_cases(BOT / "tests")
        if len(words(each.text)) > 3 and " ".join(words(each.text)) in taught
    ]
    assert known == []


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("zaelerstand is 4711 und wann komt die rechnung", {("meter_reading", "4711")}),
        (
            "Zähler 1ABC0099887 zeigt 23.441",
            {("meter_number", "1ABC0099887"), ("meter_reading", "23.441")},
        ),
        (
            "kundennummer 99172 bitte abschlag auf 75 euro",
            {("customer_number", "99172"), ("amount-of-money", "75.00")},
        ),
        (
            "Umzug am 3.4. in die Bergstraße 11, 10115 Berlin",
            {("time", "2027-04-03"), ("street", "Bergstraße 11"), ("postcode", "10115")},
        ),
        ("my meter reading is 55123", {("meter_reading", "55123")}),
        (
            "no electricity at 12 Baker Street since yesterday",
            {("product", "electricity"), ("street", "12 Baker Street"), ("time", "2026-11-21")},
        ),
        ("Strom ist weg", {("product", "electricity")}),
        ("neue IBAN DE02120300000000202051", {("iban", "DE02120300000000202051")}),
        ("was kostet das bei 3500 kwh im jahr", set()),
        ("Rechnung 2022 fehlt mir noch", set()),
        ("Hallo, wie geht es Ihnen?", set()),
    ],
)
def test_what_requests_need_is_found(
    extractor: Extractor, text: str, entities: set[tuple[str, str]]
) -> None:
    """Numbers, places, dates and amounts, each as what it is."""
    found = extractor.extract(text, NOW)
    assert {(each.entity, each.value) for each in found} == entities
    assert all(text[each.start : each.end].strip() for each in found)


def test_every_slot_that_an_agent_sees_has_a_title(project: Project) -> None:
    """The desk names in both languages all that the bot can collect; yes and no are not shown."""
    compiled = compile_project(BOT, project)
    voice = CompiledVoice(compiled.bot)
    slots = compiled.runtime.domain.slots.items()
    shown = {name for name, each in slots if name != LANGUAGE_SLOT and each.type != "bool"}
    titled = {name for name in shown if all(voice.slot_title(name, to) for to in LANGUAGES)}
    assert shown - titled == set()
