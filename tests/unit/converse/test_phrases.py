"""What customers say to the house itself is heard, and nothing else is taken for it."""

import pytest

from converse.phrases import asks_for_person, is_angry, is_thanks, knocks, withdraws


@pytest.mark.parametrize(
    "text",
    [
        "Mensch",
        "Mitarbeiter bitte",
        "Ich will endlich einen Menschen sprechen",
        "geben sie mir eine Sachbearbeiterin",
        "human please",
        "I need a real person",
        "can I speak to an agent",
    ],
)
def test_a_person_is_asked_for(text: str) -> None:
    """By the word alone, or as something that is wanted."""
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sind Sie ein Mensch, bitte?",
        "Bist du ein Mensch?",
        "are you a human please",
        "Am I talking to a real person, please?",
        "Gestern war da kein Mensch im Kundenzentrum",
        "Die Menschlichkeit bitte nicht vergessen",
        "reagent please",
        "Dear customer service team,",
        "Dear agent,",
        "Liebe Mitarbeiter,",
        "Sehr geehrte Mitarbeiterinnen und Mitarbeiter,",
        "",
    ],
)
def test_a_person_is_not_asked_for(text: str) -> None:
    """Questions whether this is one, salutations, and words that only look alike."""
    assert not asks_for_person(text)


@pytest.mark.parametrize(
    "text", ["Hallo?", "Guten Tag!", "Wie lange noch?", "Wann?", "ist da jemand", "anybody there??"]
)
def test_somebody_knocks(text: str) -> None:
    """A greeting of one who waits, or a question for time."""
    assert knocks(text)


@pytest.mark.parametrize(
    "text", ["Wie lange dauert die Störung?", "Wann haben Sie offen?", "How long is the contract?"]
)
def test_a_question_about_something_else_is_no_knock(text: str) -> None:
    """It has an answer of its own."""
    assert not knocks(text)


@pytest.mark.parametrize("text", ["Hat sich erledigt", "never mind!", "Vergessen Sie es."])
def test_somebody_withdraws(text: str) -> None:
    """Nobody is needed any more."""
    assert withdraws(text)


def test_what_is_not_withdrawn() -> None:
    """The words must stand there, not parts of them."""
    assert not withdraws("Das ist noch nicht erledigt!")


@pytest.mark.parametrize(
    "text", ["Danke", "ok, vielen Dank!!", "thx :)", "👍🏿", "Schönen Tag noch"]
)
def test_thanks(text: str) -> None:
    """Nothing has to follow from these."""
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text", ["", "…", "?", "??", "Danke?", "für die Hilfe", "👎", "danke nein aber"]
)
def test_no_thanks(text: str) -> None:
    """Something may have to follow."""
    assert not is_thanks(text)


@pytest.mark.parametrize(
    "text", ["HÖRT MIR ENDLICH ZU", "WARUM ANTWORTET NIEMAND?", "MENSCH!!!", "so ein Saftladen"]
)
def test_somebody_is_angry(text: str) -> None:
    """Who shouts a sentence, or swears."""
    assert is_angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "PF-AAAAA-BBBBB",
        "EMH ZÄHLER",
        "IBAN DE89 3704 0044 0532 0130 00",
        "IBAN IT60X0542811101000000123456",
        "WARUM denn NICHT heute?",
        "MENSCH",
    ],
)
def test_capitals_alone_are_no_anger(text: str) -> None:
    """Codes, account numbers and names are written so by everybody."""
    assert not is_angry(text)
