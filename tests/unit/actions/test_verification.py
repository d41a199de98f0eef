"""Hold who is let in: customer number and postcode, three tries, and no way around."""

import asyncio
from typing import Any

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from tests.unit.actions.customer import KNOWN, Customer, executor
from tests.unit.backend.sample import Company

pytestmark = pytest.mark.enable_socket  # talks to the back end on the loopback address

PERSONAL = [
    ("action_submit_meter_reading", {"meter_number": "1EMH0012345", "meter_reading": 10400}),
    ("action_send_invoice_copy", {"invoice": "2025-4711023-E"}),
    ("action_change_instalment", {"contract": "4711023-E", "instalment_amount": "90.00"}),
    ("action_book_technician", {"appointment": "2026-11-20T08", "product": "gas"}),
    ("action_change_bank_details", {"iban": "DE02500105170137075030", "bank_check": "confirmed"}),
]


def test_who_it_is_is_asked_first(house: Company) -> None:
    """What touches personal data asks for customer number, then postcode, then the rest."""
    erika = Customer()
    assert erika.fills("meter_reading_form") == "customer_number"
    assert erika.fills("meter_reading_form", "4711023") == "postcode"
    assert erika.fills("meter_reading_form", "12345") == "meter_reading"
    assert (erika.slots["verified"], erika.slots["verified_customer"]) == (True, "4711023")
    assert erika.slots["postcode"] is None


def test_both_may_come_in_one_answer(house: Company) -> None:
    """ "4711023, 12345" answers the question for the customer number and the next one."""
    erika = Customer()
    erika.fills("invoice_form")
    assert erika.fills("invoice_form", "Kundennummer 4711023, PLZ 12345") == "invoice"


def test_who_is_known_is_not_asked_again(house: Company) -> None:
    """The next request of a verified customer begins with what it needs itself."""
    assert Customer(**KNOWN).fills("invoice_form") == "invoice"


def test_another_customer_number_must_be_verified_too(house: Company) -> None:
    """Being verified is worth nothing for somebody else's customer number."""
    erika = Customer(**KNOWN)
    assert erika.fills("invoice_form", customer_number="5510982") == "postcode"
    assert erika.fills("invoice_form", "99999", postcode="99999") == "customer_number"
    assert not erika.slots["verified"]


def test_after_three_wrong_tries_a_person_takes_over(house: Company) -> None:
    """Two tries are asked again, the third ends the form politely and wants a person."""
    erika = Customer()
    for _ in range(2):
        assert erika.fills("invoice_form", customer_number="4711023", postcode="54321") == (
            "customer_number"
        )
        assert "passen nicht zusammen" in erika.said[0]
        assert not erika.slots.get("needs_person")
    assert erika.fills("invoice_form", customer_number="4711023", postcode="54321") is None
    assert erika.slots["needs_person"] is True
    assert "Mensch" in erika.said[0]
    assert erika.slots.get("verified") is None


def test_a_new_request_begins_without_the_old_tries(house: Company) -> None:
    """Who was given to a person and comes back later is asked as if for the first time."""
    erika = Customer(needs_person=True)
    assert erika.fills("invoice_form") == "customer_number"
    assert erika.slots["needs_person"] is False


def test_a_locked_customer_number_goes_to_a_person(house: Company) -> None:
    """Where the back end locks a number, nobody is let try on, even with the right postcode."""
    for guess in range(10):
        house.post("/v1/verifications", customer_number="4711023", postcode=str(guess))
    erika = Customer()
    assert erika.fills("invoice_form", customer_number="4711023", postcode="12345") is None
    assert erika.slots["needs_person"] is True


def test_a_wrong_try_is_counted_once_however_often_repeated(house: Company) -> None:
    """A repeat of the same call is no further guess."""
    erika = Customer()
    given: dict[str, Any] = {"customer_number": "4711023", "postcode": "54321"}
    events = [{"event": "slot", "name": n, "value": v} for n, v in given.items()]
    for _ in range(3):
        erika.slots |= {**given, "verification_tries": None}
        erika.does("validate_invoice_form", events=events, key="turn/1")
    assert house.effects()["wrong_postcode"] == 1


@pytest.mark.parametrize(("action", "slots"), PERSONAL)
@pytest.mark.parametrize(
    "known",
    [
        {},
        {"customer_number": "4711023"},
        {"verified": True},
        {"verified": None, "verified_customer": "4711023"},
        {"verified": "true", "verified_customer": "4711023"},
        {**KNOWN, "customer_number": "5510982"},
    ],
)
def test_nothing_personal_is_done_for_anybody_else(
    house: Company, action: str, slots: dict[str, Any], known: dict[str, Any]
) -> None:
    """However the slots came about: an action that needs a verified customer refuses to run."""
    before = house.effects()
    stranger = Customer(**slots, **known)
    with pytest.raises(ActionExecutionRejection):
        asyncio.run(executor().run(stranger.call(action, "", [], "turn/1")))
    assert house.effects() == before
