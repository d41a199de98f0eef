"""What needs no teaching is found, as Germans and English people write it."""

import pytest

from nlu.entities import builtin
from nlu.entities.times import local_time

NOW = 1_795_348_800_000
"""Sunday, 22 November 2026, 13:00 in Germany."""

TIMES = {
    "Termin nächsten Montag": "2026-11-23",
    "am Montag um 10 Uhr": "2026-11-23T10:00",
    "letzten Freitag": "2026-11-20",
    "diesen Sonntag": "2026-11-22",
    "am Sonntag": "2026-11-29",
    "Freitag nächste Woche": "2026-11-27",
    "am 3.4. passt es": "2027-04-03",
    "Zählerstand vom 20.11.": "2026-11-20",
    "am 03.04.2026": "2026-04-03",
    "5.6.27": "2027-06-05",
    "12/25/2026": "2026-12-25",
    "2026-12-24": "2026-12-24",
    "der 3. April": "2027-04-03",
    "3rd of April 2028": "2028-04-03",
    "April 3rd": "2027-04-03",
    "am 29.2.": "2028-02-29",
    "zum 1.": "2026-12-01",
    "on the 15th": "2026-12-15",
    "heute": "2026-11-22",
    "übermorgen": "2026-11-24",
    "yesterday": "2026-11-21",
    "guten Morgen, morgen Nachmittag": "2026-11-23T15:00",
    "heute Abend": "2026-11-22T18:00",
    "heute Abend um 8": "2026-11-22T20:00",
    "morgen früh um halb acht": "2026-11-23T07:30",
    "tomorrow at 5": "2026-11-23T17:00",
    "tomorrow at 5:30 pm": "2026-11-23T17:30",
    "5 pm tomorrow": "2026-11-23T17:00",
    "um 17 Uhr": "2026-11-22T17:00",
    "um 9 Uhr 30": "2026-11-23T09:30",
    "17.30 Uhr": "2026-11-22T17:30",
    "viertel vor drei": "2026-11-23T02:45",
    "half past five": "2026-11-23T05:30",
    "in zwei Wochen": "2026-12-06",
    "in a month": "2026-12-22",
    "vor drei Tagen": "2026-11-19",
    "3 days ago": "2026-11-19",
    "in 2 Stunden": "2026-11-22T15:00",
    "20 minutes ago, in 20 minutes": "2026-11-22T13:20",
    "nächste Woche": "2026-W48",
    "letzten Monat": "2026-10",
    "this year": "2026",
    "im Mai": "2027-05",
    "Ende März": "2027-03-31",
    "zum Monatsende": "2026-11-30",
    "KW 49": "2026-W49",
    "next weekend": "2026-11-28",
}

NO_TIMES = [
    "Version 3.4.5",
    "1.5 Liter",
    "am 31.2.",
    "um 25 Uhr",
    "am 99.99.",
    "Guten Morgen!",
    "at 12 Baker Street",
    "I may go",
]

AMOUNTS = {
    "12,50 €": ("12.50", "EUR"),
    "1.200 Euro": ("1200.00", "EUR"),
    "1.234,56 EUR": ("1234.56", "EUR"),
    "1,234.56 dollars": ("1234.56", "USD"),
    "€5": ("5.00", "EUR"),
    "5,- €": ("5.00", "EUR"),
    "50 Cent": ("0.50", "EUR"),
    "zehn Euro": ("10.00", "EUR"),
    "£20": ("20.00", "GBP"),
}

CODES = {
    ("email", "an A.B+c@Firma-x.de, bitte"): ["a.b+c@firma-x.de"],
    ("email", "@ a@b x@.de"): [],
    ("phone-number", "0170/1234567"): ["01701234567"],
    ("phone-number", "+49 (0)30 123 456 78"): ["+493012345678"],
    ("phone-number", "(030) 123456 oder 0049 30 123456"): ["030123456", "+4930123456"],
    ("phone-number", "am 01.04.2026 oder 4711"): [],
    ("phone-number", "DE89 3704 0044 0532 0130 00"): [],
    ("iban", "DE89 3704 0044 0532 0130 00 danke"): ["DE89370400440532013000"],
    ("iban", "gb82west12345698765432"): ["GB82WEST12345698765432"],
    ("iban", "DE89 3704 0044 0532 0130 01"): [],
    ("iban", "DE89 3704"): [],
    ("postcode", "10115 Berlin"): ["10115"],
    ("postcode", "PLZ ist 4020, D-50667 Köln"): ["4020", "50667"],
    ("postcode", "SW1A 1AA"): ["SW1A 1AA"],
    ("postcode", " 10115 "): ["10115"],
    ("postcode", "Zählerstand 12345 Danke, 12345 Euro, 12345 kWh"): [],
    ("credit-card-number", "Karte •••• 1111"): ["•••• 1111"],
    ("number", "drei oder 4,5 und 1.200"): ["3", "4.5", "1200"],
    ("number", "3.4.5"): [],
}


def _values(name: str, text: str) -> list[str]:
    return [entity.value for entity in builtin.find(text, [name], NOW)]


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_found_with_the_moment_it_means(text: str) -> None:
    """Days, times of day and both together, from the moment the customer wrote."""
    assert TIMES[text] in _values("time", text)


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    """Versions, measures and days that don't exist are no appointment."""
    assert _values("time", text) == []


def test_a_time_is_one_stretch_of_the_text() -> None:
    """Day and hour that stand together are one entity over both, with its grain."""
    text = "Geht es nächsten Montag um 10 Uhr?"

    [entity] = builtin.find(text, ["time"], NOW)

    assert text[entity.start : entity.end] == "nächsten Montag um 10 Uhr"
    assert entity.additional_info["grain"] == "minute"


def test_without_a_moment_no_time_is_found() -> None:
    """ "Tomorrow" means nothing where nobody says what today is."""
    assert builtin.find("tomorrow", ["time"], None) == []


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        (1_774_745_999_000, "2026-03-29T01:59:59"),
        (1_774_746_000_000, "2026-03-29T03:00:00"),
        (1_792_889_999_000, "2026-10-25T02:59:59"),
        (1_792_890_000_000, "2026-10-25T02:00:00"),
    ],
)
def test_summer_time_begins_and_ends(utc: int, local: str) -> None:
    """The hour is the one on the customer's clock."""
    assert local_time(utc).isoformat() == local


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_has_a_value_and_a_currency(text: str) -> None:
    """German and English separators, signs and words mean the same sum."""
    [entity] = builtin.find(text, ["amount-of-money"], None)

    assert (entity.value, entity.additional_info["unit"]) == AMOUNTS[text]
    assert text[entity.start : entity.end] == text


@pytest.mark.parametrize(("name", "text"), CODES)
def test_a_code_is_known_by_its_form(name: str, text: str) -> None:
    """Check digits and neighbours keep other numbers out."""
    assert _values(name, text) == CODES[name, text]


def test_a_domain_turns_built_in_entities_on() -> None:
    """By Duckling's names, with either sign between the words; others are the author's own."""
    assert builtin.wanted(["phone_number", "time", "city"]) == ["phone_number", "time"]
    assert builtin.find("0170 1234567", ["phone_number"], None)[0].entity == "phone_number"
