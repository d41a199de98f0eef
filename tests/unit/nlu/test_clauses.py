"""A message is taken apart where another request could begin, into a bounded number of pieces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.clauses import CHARACTERS, LIMIT, TOKENS, plan

ANYTHING = st.one_of(
    st.text(),
    st.text(st.characters()),  # lone surrogates too
    st.text(alphabet="aäß .,!?;\n0٣👍ש\u200d\u202e", max_size=400),
    st.lists(st.sampled_from(["und", "ich", "wie", "Hallo", "a.", ",", "?", "1.", "\n"])).map(
        " ".join
    ),
    st.builds(lambda part, times: part * times, st.text(min_size=1), st.integers(1, 50_000)),
)


@given(text=ANYTHING)
def test_work_for_one_message_is_bounded(text: str) -> None:
    """However long a message is, so many pieces, words and characters of it are read at most."""
    found = plan(text).pieces

    assert len(found) <= LIMIT
    assert sum(len(piece.text) for piece in found) <= 2 * CHARACTERS
    assert sum(len(piece.text.split()) for piece in found) <= 2 * TOKENS


@given(text=ANYTHING)
def test_a_piece_is_a_stretch_of_the_message(text: str) -> None:
    """What is found in a piece can be shown in the message; each has a letter."""
    for piece in plan(text).pieces:
        assert text[piece.start : piece.end] == piece.text
        assert re.search(r"[^\W\d_]", piece.text)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Wie ist Ihre Nummer? Und haben Sie auf?", ["Wie ist Ihre Nummer?", "Und haben Sie auf?"]),
        ("nicht kündigen, nur fragen", ["nicht kündigen", "nur fragen"]),
        ("close my account and send me the bill", ["close my account", "send me the bill"]),
        ("stand ist 4711, wann kommt ihr", ["stand ist 4711", "wann kommt ihr"]),
        ("Strom weg!!! Wann geht der wieder?", ["Strom weg!!!", "Wann geht der wieder?"]),
        ("Umzug am 1. Juni in die Str. 5", []),
        ("Guten Tag, ich brauche Hilfe.", []),
        ("Strom und Gas", []),
        ("the difference between this and that big one", []),
        ("Tschüss! Danke!", []),
    ],
)  # fmt: skip
def test_clauses_are_cut_where_another_request_could_begin(text: str, clauses: list[str]) -> None:
    """At ends of sentences and before joining words; no clause is a single word."""
    assert [clause.text for clause in plan(text).clauses] == clauses


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("Hallo, wann haben Sie offen?", "wann haben Sie offen?"),
        ("Hallo liebes Team, wann haben Sie offen?", "wann haben Sie offen?"),
        ("Sehr geehrte Damen und Herren,\nich kündige zum Mai", "ich kündige zum Mai"),
        ("Dear customer service team, when are you open?", "when are you open?"),
        ("Liebe Frau Meier, bitte melden Sie sich", "bitte melden Sie sich"),
        ("Dear customer service team,", "Dear"),
        ("Hallo liebes Service-Team", "liebes"),
        ("dear team where is my bill", "where is my bill"),
        ("Dear Mrs Miller, when are you open?", "when are you open?"),
        ("Lieber am Montag, da habe ich frei", "Lieber am Montag, da habe ich frei"),
        ("Liebe gerne Ökostrom", "Liebe gerne Ökostrom"),
        ("Sehr geehrte Damen und Herren,", "Sehr geehrte Damen und Herren,"),
        ("Hallo zusammen!", "Hallo zusammen!"),
        ("highlights of your offer please", "highlights of your offer please"),
    ],
)
def test_what_is_behind_a_greeting_is_read(text: str, behind: str) -> None:
    """A greeting is left out, unless there is nothing else."""
    assert [piece.text for piece in plan(text).whole] == [behind]


def test_of_a_long_message_sentences_are_read() -> None:
    """Its first two sentences and its last ones; what never ends is cut all the same."""
    sentences = [f"Das ist der Satz mit der Nummer {number} von vielen." for number in range(30)]
    read = plan(" ".join(sentences))
    assert read.whole == ()
    assert [piece.text for piece in read.clauses] == sentences[:2] + sentences[-6:]

    endless = plan(" ".join(["wort"] * 5000)).pieces
    assert len(endless) == LIMIT
    assert all(len(piece.text.split()) <= 30 for piece in endless)


def test_both_ends_of_an_overlong_message_are_read() -> None:
    """The middle of 100,000 characters is not looked at."""
    text = f"Beginn hier. {'Und so weiter. ' * 9_000} Wann haben Sie offen?"
    read = plan(text).pieces
    assert (read[0].text, read[-1].text) == ("Beginn hier.", "Wann haben Sie offen?")
