"""Hold that invoices, instalments, outages, appointments and accounts are really done."""

import re
from typing import Any

import pytest

from tests.unit.actions.customer import KNOWN, MEHMET, REFERENCE, Customer, chosen
from tests.unit.backend.sample import Company

pytestmark = pytest.mark.enable_socket  # talks to the back end on the loopback address


def test_an_invoice_opens(house: Company) -> None:
    """The newest are offered; the link that comes opens a PDF, and the text says until when."""
    erika = Customer("en", **KNOWN)
    assert erika.fills("invoice_form") == "invoice"
    erika.does("action_ask_invoice")
    assert len(erika.buttons) == 3
    assert erika.fills("invoice_form", invoice=chosen(erika, 0)) is None
    said = erika.does("action_send_invoice_copy")
    [url] = re.findall(r"http\S+", said)
    assert house.http.get(url, headers={"Authorization": ""}).content.startswith(b"%PDF")
    assert "until 18 Nov, 11:30" in said
    house.clock.goes(hours=1)
    assert house.http.get(url).status_code == 410


def test_an_invoice_may_be_named_by_its_year(house: Company) -> None:
    """ "Die von 2023" is clear where there is one; a year without an invoice is said."""
    erika = Customer(**KNOWN)
    erika.fills("invoice_form")
    assert erika.fills("invoice_form", "die von 1999 oder 2010") == "invoice"
    assert "finde ich nicht" in erika.said[0]
    assert erika.fills("invoice_form", "die von 2023") is None
    assert erika.slots["invoice"] == "2023-4711023-E"


def test_an_instalment_is_changed(house: Company) -> None:
    """Contract, amount within its limits, begin by button; then confirmed with the reference."""
    mehmet = Customer(**MEHMET)
    assert mehmet.fills("instalment_form") == "contract"
    mehmet.does("action_ask_contract")
    assert list(mehmet.buttons) == ["Strom", "Gas"]
    assert mehmet.fills("instalment_form", contract=chosen(mehmet, 1)) == "instalment_amount"
    assert "96 €" in mehmet.does("action_ask_instalment_amount")
    assert mehmet.fills("instalment_form", "500 Euro") == "instalment_amount"
    assert "67 €" in mehmet.said[0]
    assert mehmet.fills("instalment_form", "120,50") == "instalment_begin"
    mehmet.does("action_ask_instalment_begin")
    assert mehmet.fills("instalment_form", instalment_begin=chosen(mehmet, 1)) is None
    said = mehmet.does("action_change_instalment")
    assert "120,50 €" in said
    assert "01.01.2027" in said
    assert re.search(REFERENCE, said)


def test_a_contract_that_is_not_there_is_said(house: Company) -> None:
    """Who names a product that we do not deliver to them is told, and asked which contract."""
    mehmet = Customer(**MEHMET)
    assert mehmet.fills("instalment_form", product="Wasser") == "contract"
    assert "Wasser" in mehmet.said[0]
    assert mehmet.slots["product"] is None


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("2027-01-01T00:00:00.000+01:00", "2027-01-01"),
        ("2027-01", "2027-01-01"),
        ("2027-01-15", "2027-02-01"),
        ("2026-11-18", "2026-12-01"),
        ({"from": "2027-03-01T00:00+01:00", "to": None}, "2027-03-01"),
    ],
)
def test_a_begin_is_the_next_possible_first(house: Company, said: Any, begins: str) -> None:
    """A day means the next first of a month; a day too far away is asked again."""
    erika = Customer(**KNOWN)
    assert erika.fills("instalment_form", instalment_amount="90", instalment_begin=said) is None
    assert erika.slots["instalment_begin"] == begins
    late = Customer(**KNOWN)
    asked = late.fills("instalment_form", instalment_amount="90", instalment_begin="2031-01-01")
    assert asked == "instalment_begin"


def test_an_outage_is_reported(house: Company) -> None:
    """Nobody need say who they are; a new outage is opened, a known one told about."""
    somebody = Customer()
    assert somebody.fills("outage_form") == "street"
    assert somebody.fills("outage_form", "Lindenweg 4") == "product"
    assert somebody.fills("outage_form", product="Strom") is None
    assert re.search(REFERENCE, somebody.does("action_report_outage"))
    assert house.get("/v1/outages", street="Lindenweg")["outages"][0]["product"] == "electricity"
    neighbour = Customer("en")
    assert neighbour.fills("outage_form", street="schillerstr. 3", product="power") is None
    said = neighbour.does("action_report_outage")
    assert "We know about this outage already" in said
    assert "18 Nov, 12:40" in said
    assert "damaged cable" in said


def test_a_street_that_is_not_ours_is_asked_again(house: Company) -> None:
    """An unknown street is said, whatever it is called."""
    somebody = Customer()
    assert somebody.fills("outage_form", street="Via {0} Roma", product="gas") == "street"
    assert "Via {0} Roma" in somebody.said[0]
    somebody.fills("outage_form", street="x" * 90)
    assert "x" * 61 not in somebody.said[0]


def test_the_state_of_outages_is_told(house: Company) -> None:
    """What is known is told; where nothing is, a report is offered and the street is kept."""
    somebody = Customer()
    assert somebody.fills("outage_status_form", street="Goethestr.") is None
    told = somebody.does("action_outage_status")
    assert told.startswith("Goethestraße: ")  # no article: "in der" does not fit every name
    assert "wissen wir noch nicht" in told
    assert somebody.fills("outage_status_form", street="Parkallee 12") is None
    assert "keine Störung bekannt" in somebody.does("action_outage_status")
    assert somebody.buttons == {"Störung melden": "/report_outage"}
    assert somebody.slots["street"] == "Parkallee"


def test_a_technician_comes_at_a_free_time(house: Company) -> None:
    """Free times are buttons, with one for later ones; the chosen one is confirmed."""
    erika = Customer(**KNOWN)
    assert erika.fills("technician_form", product="Strom") == "appointment"
    erika.does("action_ask_appointment")
    first = chosen(erika, 0)
    assert erika.fills("technician_form", appointment=chosen(erika, 2)) == "appointment"
    erika.does("action_ask_appointment")
    assert first not in str(erika.buttons)
    assert erika.fills("technician_form", appointment=chosen(erika, 1)) is None
    said = erika.does("action_book_technician")
    assert re.search(REFERENCE, said)
    assert house.effects()["appointment"] == 1


def test_a_day_may_be_named(house: Company) -> None:
    """ "Am 25." shows that day's times; a time that is free is taken as it is."""
    erika = Customer(**KNOWN)
    assert erika.fills("technician_form", product="gas", appointment="2026-11-25") == "appointment"
    erika.does("action_ask_appointment")
    assert all("Mi 25.11." in title for title in list(erika.buttons)[:2])
    free = chosen(erika, 1)
    named = f"{free}:00:00.000+01:00"
    assert erika.fills("technician_form", appointment=named) is None
    assert erika.slots["appointment"] == free


def test_a_time_that_is_not_free_is_said(house: Company) -> None:
    """A named hour that is taken is said to be; after the last free time the first are offered."""
    erika = Customer(**KNOWN)
    sunday = "2026-11-22T08:00:00.000+01:00"
    assert erika.fills("technician_form", product="gas", appointment=sunday) == "appointment"
    assert "nicht frei" in erika.said[0]
    assert erika.fills("technician_form", appointment="2031-01-01") == "appointment"
    assert "Später ist im Moment nichts frei" in erika.does("action_ask_appointment")
    free = house.get("/v1/appointments", product="gas")["times"]
    assert chosen(erika, 0) == free[0]["time"]


def test_a_time_that_is_gone_is_chosen_anew(house: Company) -> None:
    """Two customers choose the same time: the second is told, and the form goes on."""
    customers = [Customer(**KNOWN), Customer(**MEHMET)]
    for each in customers:
        each.fills("technician_form", product="gas")
        each.does("action_ask_appointment")
        assert each.fills("technician_form", appointment=chosen(each, 0)) is None
    first, second = customers
    assert "steht" in first.does("action_book_technician")
    assert "nicht frei" in second.does("action_book_technician")
    assert {"event": "followup", "name": "technician_form"}.items() <= second.events[-1].items()
    assert second.slots["product"] == "gas"
    assert second.fills("technician_form") == "appointment"


def test_where_nothing_can_be_offered_a_person_takes_over(house: Company) -> None:
    """No free time and no invoice end the form, say so and want a person: nothing is asked."""
    with house.backend._database.changing() as db:
        db.execute("delete from invoice")
    erika = Customer(**KNOWN)
    assert erika.fills("invoice_form") is None
    assert "noch keine Rechnung" in erika.said[0]
    assert erika.slots["needs_person"] is True
    while times := house.get("/v1/appointments", product="gas")["times"]:
        for each in times:
            house.post("/v1/customers/5510982/appointments", time=each["time"], product="gas")
    mehmet = Customer(**MEHMET)
    assert mehmet.fills("technician_form", product="gas") is None
    assert "kein Termin frei" in mehmet.said[0]
    assert mehmet.slots["needs_person"] is True


def test_an_account_is_changed_when_confirmed(house: Company) -> None:
    """The IBAN is checked, never shown whole, confirmed, and forgotten when it is done."""
    erika = Customer(**KNOWN)
    assert erika.fills("bank_details_form") == "iban"
    assert erika.fills("bank_details_form", "DE03 5001 0517 0137 0750 30") == "iban"
    assert "Prüfziffern" in erika.said[0]
    assert erika.fills("bank_details_form", "de02 5001 0517 0137 0750 30") == "bank_check"
    asked = erika.does("action_ask_bank_check")
    assert "DE02 •••• 5030" in asked
    assert erika.fills("bank_details_form", "ja", bank_check="confirmed") is None
    said = erika.does("action_change_bank_details")
    assert re.search(REFERENCE, said)
    assert "0517" not in asked + said
    assert erika.slots["iban"] is None
    assert house.effects()["mandate"] == 1


def test_a_denied_account_is_not_changed(house: Company) -> None:
    """A no asks for another account, and nothing is written."""
    erika = Customer(**KNOWN)
    erika.fills("bank_details_form", iban="DE02500105170137075030")
    assert erika.fills("bank_details_form", "nein", bank_check="denied") == "iban"
    assert house.effects()["mandate"] == 0


def test_the_same_account_again_changes_nothing(house: Company) -> None:
    """Who names the account that is debited already is told so."""
    erika = Customer(**KNOWN, iban="DE89370400440532013000", bank_check="confirmed")
    assert "schon" in erika.does("action_change_bank_details")
    assert house.effects()["mandate"] == 0


def test_what_was_begun_can_be_dropped(house: Company) -> None:
    """After "never mind" nothing is left that a later form would take up."""
    begun: dict[str, Any] = {
        "meter_reading": 10400,
        "iban": "DE02500105170137075030",
        "product": "gas",
    }
    erika = Customer(**KNOWN, **begun)
    assert "nichts geändert" in erika.does("action_cancel_request")
    assert not any(erika.slots[name] for name in begun)
    assert erika.slots["verified"] is True
