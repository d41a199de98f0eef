"""Hold how answers are read: as customers write them, and no more than they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import words, written


@pytest.mark.parametrize(
    ("slot", "text", "found"),
    [
        ("meter_reading", "8132", "8132"),
        ("meter_reading", "es sind 8.132,5 kWh", "8.132,5"),
        ("meter_reading", "nein, 8132!", "8132"),
        ("meter_reading", "it's 10,400", "10,400"),
        ("meter_reading", "What is the price from 2027 on", None),
        ("meter_reading", "8132 oder 8133", None),
        ("meter_reading", "moment, kundennummer 5510982", None),
        ("instalment_amount", "85 €", "85"),
        ("instalment_amount", "mach 90 euro", "90"),
        ("instalment_amount", "95.50.", "95.50"),
        ("instalment_amount", "zum 1.2.", None),
        ("customer_number", "471 1023", "4711023"),
        ("customer_number", "Kundennummer: 4711023", "4711023"),
        ("customer_number", "DE02 5001 0517 0137 0750 30", None),
        ("customer_number", "Abschlag auf 100 Euro", None),
        ("customer_number", "3", "3"),
        ("customer_number", "am 25.11. 13 uhr", None),
        ("postcode", "PLZ 12345", "12345"),
        ("postcode", "ich wohne seit 2010 hier", None),
        ("postcode", "1234", "1234"),
        ("postcode", "am 25.11. um 8", None),
        ("postcode", "12345 oder 12347", None),
        ("meter_number", "Nummer 1EMH0012345", "1EMH0012345"),
        ("meter_number", "Keine Ahnung", None),
        ("street", "im Lindenweg 4", "Lindenweg"),
        ("street", "Bahnhofstr. 3", "Bahnhofstr"),
        ("street", "Berliner Straße 5", "Berliner Straße"),
        ("street", "in unserer ganzen Straße", None),
        ("street", "der strom ist weg", None),
        ("street", "wie lange dauert das", None),
        ("invoice", "die von 2024", "2024"),
        ("invoice", "die letzte bitte", "latest"),
        ("instalment_begin", "ab sofort", "sofort"),
        ("instalment_begin", "im Januar", None),
        ("reading_check", "ja", None),
    ],
)
def test_a_short_answer_is_read(slot: str, text: str, found: str | None) -> None:
    """What answers the open question is taken, a sentence about something else is not."""
    assert written.bare_answer(slot, text) == ({} if found is None else {slot: found})


def test_what_is_to_be_confirmed_can_be_corrected() -> None:
    """ "Nein, 8132" to the question whether a reading is right is another reading."""
    assert written.bare_answer("reading_check", "nein, 8132") == {"meter_reading": "8132"}
    account = "DE02120300000000202051"
    assert written.bare_answer("bank_check", f"nein, {account}") == {"iban": account}


def test_a_week_begins_on_its_monday() -> None:
    """ "Nächste Woche" is where free times are looked for from its first day on."""
    assert written.day("2026-W48") == "2026-11-23"


@pytest.mark.parametrize("text", ["4711023 12345", "471 1023, PLZ: 12345", "4711023/12345"])
def test_number_and_postcode_in_one_answer(text: str) -> None:
    """Both are read, wherever the customer puts spaces."""
    found = written.bare_answer("customer_number", text)
    assert found == {"customer_number": "4711023", "postcode": "12345"}


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("85", 8500),
        ("85,5 €", 8550),
        ("1.200", 120000),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("95.00", 9500),
        (95.5, 9550),
        ({"value": "120.00", "unit": "EUR"}, 12000),
        ("-20", None),
        ("viel", None),
        (None, None),
    ],
)
def test_amounts_are_read(text: Any, cents: int | None) -> None:
    """German and English separators, and what the entity extractor gives."""
    assert written.amount(text) == cents


@given(value=st.integers(0, 10**8), language=st.sampled_from(["de", "en"]))
def test_what_is_written_can_be_read(value: int, language: words.Language) -> None:
    """An amount or number that the bot wrote is understood when it is copied back."""
    assert written.amount(words.money(value, language)) == value
    assert written.whole_number(words.number(value, language)) == value


@given(text=st.text(max_size=60), slot=st.sampled_from(["iban", "street", "meter_reading"]))
def test_no_text_breaks_the_reading(text: str, slot: str) -> None:
    """Hostile text is read or not, never a crash."""
    written.bare_answer(slot, text)
    for read in (written.iban, written.amount, written.day, written.meter_number, written.product):
        read(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("DE89 3704 0044 0532 0130 00", True),
        ("de89370400440532013000", True),
        ("DE88 3704 0044 0532 0130 00", False),
        ("AT61 1904 3002 3457 3201", True),
        ("DE8937040044053201300", False),
        ("DE٨9370400440532013000", False),
        ("", False),
    ],
)
def test_the_check_digits_of_an_account_count(text: str, right: bool) -> None:
    """One wrong digit and it is no account number."""
    assert (written.iban(text) is not None) is right


def test_every_sentence_is_there_in_both_languages() -> None:
    """Both languages have each sentence, with the same values in it."""
    for name, versions in words._SENTENCES.items():
        used = {tuple(sorted(set(_values(text)))) for text in versions.values()}
        assert len(versions) == 2, name
        assert len(used) == 1, name


def _values(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]
