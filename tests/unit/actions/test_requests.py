"""Hold that each request is really done: asked for, checked, corrected, confirmed, and once."""

import re
from typing import Any

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from tests.unit.actions.customer import KNOWN, Customer
from tests.unit.backend.sample import Company

pytestmark = pytest.mark.enable_socket  # talks to the back end on the loopback address

MEHMET: dict[str, Any] = {
    "verified": True,
    "verified_customer": "5510982",
    "customer_number": "5510982",
}
REFERENCE = r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}"


def chosen(customer: Customer, number: int) -> str:
    """Return what the button of this number says when it is tapped."""
    payload = list(customer.buttons.values())[number]
    match = re.fullmatch(r'/choose\{"choice": "(.*)"\}', payload)
    assert match is not None, payload
    return match[1]


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
    assert "wissen wir noch nicht" in somebody.does("action_outage_status")
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


@pytest.mark.parametrize(
    ("form", "slots", "ask"),
    [
        ("meter_reading_form", {}, "action_ask_meter_number"),
        ("invoice_form", {}, "action_ask_invoice"),
        ("instalment_form", {}, "action_ask_contract"),
        ("instalment_form", {"contract": "5510982-G"}, "action_ask_instalment_begin"),
        ("technician_form", {"product": "water"}, "action_ask_appointment"),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_buttons_fit_every_messenger(
    house: Company, form: str, slots: dict[str, Any], ask: str, language: str
) -> None:
    """Titles have 20 characters at most (WhatsApp), payloads 64 bytes (Telegram), buttons three."""
    mehmet = Customer(language, **MEHMET, **slots)
    mehmet.fills(form)
    mehmet.does(ask)
    assert 0 < len(mehmet.buttons) <= 3
    for title, payload in mehmet.buttons.items():
        assert len(title) <= 20
        assert len(payload.encode()) <= 64


@pytest.mark.parametrize(
    ("action", "slots"),
    [
        ("action_submit_meter_reading", {"meter_number": "1EMH0012345", "meter_reading": 10400}),
        ("action_send_invoice_copy", {"invoice": "2025-4711023-E"}),
        (
            "action_change_instalment",
            {
                "contract": "4711023-E",
                "instalment_amount": "90.00",
                "instalment_begin": "2027-01-01",
            },
        ),
        ("action_report_outage", {"street": "Lindenweg", "product": "gas"}),
        ("action_book_technician", {"product": "gas"}),
        (
            "action_change_bank_details",
            {"iban": "DE02500105170137075030", "bank_check": "confirmed"},
        ),
    ],
)
def test_a_repeated_call_has_one_effect(house: Company, action: str, slots: dict[str, Any]) -> None:
    """A turn that is run again, hours later too, does nothing more and says the same."""
    if action == "action_book_technician":
        slots["appointment"] = house.get("/v1/appointments", product="gas")["times"][0]["time"]
    first = Customer(**KNOWN, **slots)
    said = first.does(action, key="turn-7/action/1")
    assert re.search(REFERENCE, said)
    after = house.effects()
    for _ in range(2):
        house.clock.goes(hours=5)
        again = Customer(**KNOWN, **slots)
        assert again.does(action, key="turn-7/action/1") == said
        assert again.slots == first.slots
    assert house.effects() == after
    other = Customer(**KNOWN, **slots)
    if action == "action_submit_meter_reading":
        assert other.does(action, key="turn-8/action/1") != said


def test_a_yes_counts_for_the_account_that_was_shown(house: Company) -> None:
    """Another account after the yes is asked about anew; without a yes nothing is written."""
    erika = Customer(**KNOWN, iban="DE02500105170137075030", bank_check="confirmed")
    other = {"iban": "DE02120300000000202051"}
    assert erika.fills("bank_details_form", "doch DE02120300000000202051", **other) == "bank_check"
    with pytest.raises(ActionExecutionRejection):
        erika.does("action_change_bank_details")
    assert house.effects()["mandate"] == 0


@pytest.mark.parametrize(
    ("slots", "asked"),
    [
        ({"instalment_amount": "1.00", "instalment_begin": "2027-01-01"}, "instalment_amount"),
        ({"instalment_amount": "90.00", "instalment_begin": "2026-11-01"}, "instalment_begin"),
    ],
)
def test_limits_that_moved_are_asked_about_again(
    house: Company, slots: dict[str, Any], asked: str
) -> None:
    """What the back end does not take any more leads back into the form, not to a failure."""
    erika = Customer(**KNOWN, contract="4711023-E", **slots)
    erika.does("action_change_instalment")
    assert {"event": "followup", "name": "instalment_form"}.items() <= erika.events[-1].items()
    assert erika.fills("instalment_form") == asked
    assert house.effects()["instalment"] == 0


@pytest.mark.parametrize(
    ("form", "slots"),
    [
        ("meter_reading_form", {"meter_number": "1EMH0012345"}),
        (
            "meter_reading_form",
            {"meter_number": "1EMH0012345", "meter_reading": 81320, "requested_slot": "check"},
        ),
        ("invoice_form", {}),
        ("instalment_form", {"contract": "4711023-E"}),
        ("instalment_form", {"contract": "4711023-E", "instalment_amount": "90.00"}),
        ("outage_form", {"street": "Lindenweg"}),
        ("outage_status_form", {}),
        ("technician_form", {"product": "gas"}),
        ("bank_details_form", {"iban": "DE02500105170137075030"}),
    ],
)
def test_what_is_no_answer_sets_nothing(house: Company, form: str, slots: dict[str, Any]) -> None:
    """A question in the middle changes no slot, so that the form lets something else answer it."""
    erika = Customer(**KNOWN, **slots)
    erika.fills(form, "Wann haben Sie geöffnet?")
    assert [event["name"] for event in erika.events] == ["requested_slot"]
    assert not erika.said


def test_a_tap_is_no_text(house: Company) -> None:
    """What a button says beneath its title is not searched for an answer to another question."""
    erika = Customer(**KNOWN)
    erika.fills("invoice_form")
    assert erika.fills("invoice_form", '/choose{"choice": "2024"}') == "invoice"
    assert erika.slots.get("invoice") is None


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("meter_reading_form", {"meter_reading": "10.400,5", "meter_number": "1emh 0012345"}),
        ("instalment_form", {"instalment_amount": "90,50 €", "instalment_begin": "2027-01-15"}),
        ("outage_form", {"street": "schillerstr. 3", "product": "Strom"}),
        ("technician_form", {"product": "Gas", "appointment": "2026-11-20T08:00:00+01:00"}),
        ("bank_details_form", {"iban": "de02 5001 0517 0137 0750 30", "bank_check": "confirmed"}),
        ("invoice_form", {"invoice": "2024"}),
    ],
)
def test_what_was_read_is_read_the_same_again(
    house: Company, form: str, given: dict[str, Any]
) -> None:
    """A form that is taken up again is given its own slots: they mean what they meant."""
    erika = Customer(**KNOWN)
    first = erika.fills(form, **given)
    known = {name: erika.slots[name] for name in given if erika.slots[name] is not None}
    assert known
    before = dict(erika.slots)
    assert erika.fills(form, **known) == first
    assert erika.slots == before
