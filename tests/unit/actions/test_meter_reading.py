"""Hold that a meter reading is done: read, checked against the last one, corrected, confirmed."""

import re

import pytest

from tests.unit.actions.customer import KNOWN, MEHMET, REFERENCE, Customer
from tests.unit.backend.sample import Company

pytestmark = pytest.mark.enable_socket  # talks to the back end on the loopback address


def test_a_reading_is_taken(house: Company) -> None:
    """One meter, a plausible reading: nothing more to ask; confirmed with a reference number."""
    erika = Customer(**KNOWN)
    assert erika.fills("meter_reading_form") == "meter_reading"
    assert "1EMH0012345" in erika.does("action_ask_meter_reading")
    assert erika.fills("meter_reading_form", "10.400,7 kWh") is None
    said = erika.does("action_submit_meter_reading")
    assert "10.400 kWh" in said
    assert "18.11.2026" in said
    assert re.search(REFERENCE, said)
    assert erika.slots["reference"] in said
    assert erika.slots["meter_reading"] is None
    assert house.get("/v1/customers/4711023/meters")["meters"][0]["last_reading"]["value"] == 10400


def test_everything_in_one_message_is_taken_at_once(house: Company) -> None:
    """Who says all at once is asked nothing, whatever order the slots come in."""
    erika = Customer()
    done = erika.fills(
        "meter_reading_form",
        meter_reading="10400",
        meter_number="1emh 0012345",
        postcode="12345",
        customer_number="4711023",
    )
    assert done is None
    assert not erika.said
    assert "10.400" in erika.does("action_submit_meter_reading")


@pytest.mark.parametrize(("value", "words"), [(813, "weniger"), (81320, "ungewöhnlich viel")])
def test_an_implausible_reading_is_asked_about(house: Company, value: int, words: str) -> None:
    """It is shown beside the last one; a yes takes it, to be checked by a person."""
    erika = Customer(**KNOWN)
    assert erika.fills("meter_reading_form", meter_reading=str(value)) == "reading_check"
    asked = erika.does("action_ask_reading_check")
    assert words in asked
    assert "8.056" in asked
    assert list(erika.buttons.values()) == ["/affirm", "/deny"]
    assert erika.fills("meter_reading_form", "ja", reading_check="confirmed") is None
    assert "prüfen" in erika.does("action_submit_meter_reading")


def test_a_wrong_reading_is_corrected(house: Company) -> None:
    """ "Nein, 10400" corrects; a bare no asks again."""
    erika = Customer(**KNOWN)
    erika.fills("meter_reading_form", meter_reading="81320")
    corrected = {"meter_reading": "10400", "reading_check": "denied"}
    assert erika.fills("meter_reading_form", "nein, 10400", **corrected) is None
    assert erika.slots["meter_reading"] == 10400
    anna = Customer(**KNOWN)
    anna.fills("meter_reading_form", meter_reading="81320")
    assert anna.fills("meter_reading_form", "nein", reading_check="denied") == "meter_reading"
    assert anna.slots["meter_reading"] is None


def test_a_confirmation_does_not_count_for_another_reading(house: Company) -> None:
    """After a correction that is implausible too, it is asked about again."""
    erika = Customer(**KNOWN)
    erika.fills("meter_reading_form", meter_reading="81320")
    corrected = {"meter_reading": "91320", "reading_check": "denied"}
    assert erika.fills("meter_reading_form", "nein, 91320", **corrected) == "reading_check"
    assert erika.fills("meter_reading_form", "ja", reading_check="confirmed") is None


def test_several_meters_are_offered(house: Company) -> None:
    """Who has several chooses by button; naming the product is enough; a wrong number is said."""
    mehmet = Customer(**MEHMET)
    assert mehmet.fills("meter_reading_form") == "meter_number"
    mehmet.does("action_ask_meter_number")
    assert list(mehmet.buttons) == ["Strom 60911234", "Gas 7GMT0081520"]
    assert mehmet.fills("meter_reading_form", meter_number="1EMH0012345") == "meter_number"
    assert "1EMH0012345" in mehmet.said[0]
    assert mehmet.fills("meter_reading_form", product="Gas") is not None
    assert mehmet.slots["meter_number"] == "7GMT0081520"


def test_a_reading_with_too_many_digits_is_refused(house: Company) -> None:
    """A meter of five digits cannot show six; what is no number is asked for again."""
    erika = Customer(**KNOWN)
    assert erika.fills("meter_reading_form", meter_reading="104001") == "meter_reading"
    assert "5 Stellen" in erika.said[0]
    assert erika.fills("meter_reading_form", meter_reading="viele") == "meter_reading"
    assert "nicht lesen" in erika.said[0]


def test_a_question_in_the_middle_is_no_answer(house: Company) -> None:
    """A sentence with a number in it is not taken for the reading."""
    erika = Customer(**KNOWN)
    erika.fills("meter_reading_form")
    for text in ("Was kostet das ab 2027?", "ich habe 2 Zähler und frage mich welcher es ist"):
        assert erika.fills("meter_reading_form", text) == "meter_reading"
        assert erika.slots.get("meter_reading") is None


@pytest.mark.parametrize(
    ("asked", "given", "kept"),
    [
        ("customer_number", {"customer_number": "4711023", "meter_reading": "4711023"}, "4711023"),
        ("meter_reading", {"customer_number": "10400", "meter_reading": "10400"}, 10400),
        ("meter_reading", {"postcode": "10400", "meter_reading": "10.400"}, 10400),
    ],
)
def test_one_number_is_one_thing(
    house: Company, asked: str, given: dict[str, str], kept: str | int
) -> None:
    """A number that is found to be several things is what was asked for, and nothing else."""
    known = KNOWN if asked == "meter_reading" else {}
    erika = Customer(**known, requested_slot=asked)
    erika.fills("meter_reading_form", **given)
    assert erika.slots[asked] == kept
    others = set(given) - {asked}
    assert {name: erika.slots[name] for name in others} == {
        name: known.get(name) for name in others
    }
    assert not house.effects()["wrong_postcode"]


def test_a_wish_is_no_answer(house: Company) -> None:
    """A number in a message that wants something else answers nothing."""
    erika = Customer(**KNOWN)
    erika.fills("meter_reading_form")
    erika.intent = "ask_invoice_copy"
    assert erika.fills("meter_reading_form", "Rechnung 2024") == "meter_reading"
    assert erika.slots.get("meter_reading") is None
    erika.intent = "inform"
    assert erika.fills("meter_reading_form", "das sind 8415") is None


def test_what_no_entity_tells_may_come_with_the_request(house: Company) -> None:
    """ "Die letzte Rechnung" and a mistyped IBAN are heard in the very first message."""
    erika = Customer(**KNOWN)
    erika.intent = "ask_invoice_copy"
    assert erika.fills("invoice_form", "schicken Sie mir die letzte Rechnung") is None
    assert erika.slots["invoice"] == "2025-4711023-E"
    mehmet = Customer(**MEHMET)
    mehmet.intent = "ask_invoice_copy"
    assert mehmet.fills("invoice_form", "schicken Sie mir die letzte Rechnung") == "invoice"
    assert not mehmet.said
    mehmet.intent = "change_bank_details"
    assert mehmet.fills("bank_details_form", "neue IBAN DE03120300000000202051") == "iban"
    assert "Prüfziffern" in mehmet.said[0]
