"""Hold what is the same for every request: buttons, repeats, limits, what is no answer."""

import re
from typing import Any

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from tests.unit.actions.customer import KNOWN, MEHMET, REFERENCE, Customer
from tests.unit.backend.sample import Company

pytestmark = pytest.mark.enable_socket  # talks to the back end on the loopback address


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
