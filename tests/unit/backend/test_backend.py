"""Hold what docs/back-end.md says of the interface, on the back end that comes with the house."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pforte.backend.seed import CUSTOMERS
from tests.templates import ROOT
from tests.unit.backend.sample import Clock, Company, company

pytestmark = pytest.mark.enable_socket  # talks to itself on the loopback address

ERIKA = "/v1/customers/4711023"
METER = f"{ERIKA}/meters/1EMH0012345/readings"


@pytest.fixture
def house() -> Iterator[Company]:
    with company() as opened:
        yield opened


def test_nobody_gets_in_without_the_token(house: Company) -> None:
    """Reads and writes want the bearer token; only the health check does not."""
    for given_token in ("", "Bearer wrong", "Bearer"):
        headers = {"Authorization": given_token}
        assert house.http.get(f"{ERIKA}/meters", headers=headers).status_code == 401
        answer = house.http.post("/v1/verifications", json={}, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "bad_token"
    assert house.http.get("/health", headers={"Authorization": ""}).json() == {"status": "ok"}


def test_a_refusal_is_problem_details(house: Company) -> None:
    """Whatever goes wrong says so as RFC 9457 has it, with a code to decide by."""
    answer = house.post(METER, value=-1)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"
    assert house.http.post(METER, json={"value": 8132}).json()["code"] == "key_missing"
    assert house.post(METER, "k" * 256, value=8132).json()["code"] == "key_missing"
    too_long = house.post(METER, value=104001)
    assert (too_long.status_code, too_long.json()["code"]) == (422, "too_many_digits")
    assert too_long.json()["digits"] == 5
    assert house.http.get("/v1/customers/99/meters").json()["code"] == "unknown_customer"


def test_both_number_and_postcode_must_be_right(house: Company) -> None:
    """Only the pair lets somebody in, and a refusal does not tell which of them is wrong."""
    right = house.post("/v1/verifications", customer_number="471 1023", postcode="12345")
    assert right.json() == {"customer_number": "4711023", "name": "Erika Sommer"}
    refusals = [
        house.post("/v1/verifications", customer_number=number, postcode=postcode)
        for number, postcode in (("4711023", "99999"), ("9999999", "12345"), ("", ""))
    ]
    assert {answer.status_code for answer in refusals} == {404}
    assert len({answer.text for answer in refusals}) == 1


def test_postcodes_cannot_be_guessed(house: Company) -> None:
    """After ten wrong ones a customer number is locked, for the right one too, until tomorrow."""
    for postcode in range(10):
        house.post("/v1/verifications", customer_number="4711023", postcode=str(postcode))
    right = {"customer_number": "4711023", "postcode": "12345"}
    assert house.post("/v1/verifications", **right).status_code == 429
    house.clock.goes(hours=25)
    assert house.post("/v1/verifications", **right).status_code == 200


def test_a_reading_that_fits_is_taken(house: Company) -> None:
    """A plausible reading is kept as the last one, with a reference number."""
    answer = house.post(METER, value=10400)
    assert answer.status_code == 201
    kept = answer.json()
    assert re.fullmatch(r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}", kept["reference"])
    assert (kept["value"], kept["used"], kept["to_be_checked"]) == (10400, 10400 - 8056, False)
    [meter] = house.get(f"{ERIKA}/meters")["meters"]
    assert meter["last_reading"] == {"day": "2026-11-18", "value": 10400}


@pytest.mark.parametrize("value", [8055, 81320])
def test_an_implausible_reading_must_be_confirmed(house: Company, value: int) -> None:
    """Lower than the last, or far too high: refused first, taken to be checked when confirmed."""
    refused = house.post(METER, value=value)
    assert (refused.status_code, refused.json()["code"]) == (409, "implausible")
    assert refused.json()["last_reading"]["value"] == 8056
    taken = house.post(METER, value=value, confirmed=True)
    assert (taken.status_code, taken.json()["to_be_checked"]) == (201, True)
    [meter] = house.get(f"{ERIKA}/meters")["meters"]
    assert meter["last_reading"]["value"] == 8056


def test_a_meter_of_somebody_else_is_unknown(house: Company) -> None:
    """Nobody reads or writes what belongs to another customer."""
    answer = house.post(f"{ERIKA}/meters/60911234/readings", value=24400)
    assert answer.json()["code"] == "unknown_meter"
    answer = house.post(f"{ERIKA}/contracts/5510982-G/instalment", amount=9000, begins="2026-12-01")
    assert answer.json()["code"] == "unknown_contract"
    [invoice, *_] = house.get("/v1/customers/5510982/invoices")["invoices"]
    answer = house.post(f"{ERIKA}/invoices/{invoice['invoice']}/links")
    assert answer.json()["code"] == "unknown_invoice"


def test_an_instalment_keeps_its_limits(house: Company) -> None:
    """The amount must fit the contract, and begin on a first of a month that is not too near."""
    [contract] = house.get(f"{ERIKA}/contracts")["contracts"]
    assert (contract["lowest"], contract["highest"]) == (5800, 16800)
    assert contract["begins"][0] == "2026-12-01"
    path = f"{ERIKA}/contracts/{contract['contract']}/instalment"
    for amount in (5799, 16801):
        answer = house.post(path, amount=amount, begins="2026-12-01")
        assert (answer.status_code, answer.json()["code"]) == (422, "out_of_limits")
    assert house.post(path, amount=9000, begins="2026-12-02").json()["code"] == "wrong_begin"
    changed = house.post(path, amount=9000, begins="2027-01-01").json()
    assert (changed["amount"], changed["before"], changed["begins"]) == (9000, 8400, "2027-01-01")


def test_an_instalment_needs_a_week(house: Company) -> None:
    """In a month's last week the next month's instalment is fixed already."""
    house.clock.goes(days=7)
    [contract] = house.get(f"{ERIKA}/contracts")["contracts"]
    assert contract["begins"][0] == "2027-01-01"


def test_an_invoice_link_opens_a_pdf_and_expires(house: Company) -> None:
    """Whoever has the link can open it without a token, for an hour."""
    newest = house.get(f"{ERIKA}/invoices")["invoices"][0]
    link = house.post(f"{ERIKA}/invoices/{newest['invoice']}/links").json()
    opened = house.http.get(link["url"], headers={"Authorization": ""})
    assert opened.status_code == 200
    assert opened.headers["content-type"] == "application/pdf"
    assert opened.headers["cache-control"] == "private, no-store"
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert opened.content.startswith(b"%PDF-1.4")
    assert b"Erika Sommer" in opened.content
    house.clock.goes(minutes=59)
    assert house.http.get(link["url"]).status_code == 200
    house.clock.goes(minutes=1)
    assert house.http.get(link["url"]).json()["code"] == "link_expired"


def test_a_pdf_reader_finds_every_part(house: Company) -> None:
    """The table at the file's end points at each object, as readers need it."""
    newest = house.get("/v1/customers/5510982/invoices")["invoices"][0]
    link = house.post(f"/v1/customers/5510982/invoices/{newest['invoice']}/links").json()
    file = house.http.get(link["url"]).content
    table = int(file.rpartition(b"startxref\n")[2].split()[0])
    assert file[table:].startswith(b"xref\n0 6\n")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", file[table:])]
    assert [file[place:].split(b" ", 1)[0] for place in places] == [b"1", b"2", b"3", b"4", b"5"]
    assert "Mehmet Öztürk".encode("cp1252") in file


def test_a_link_cannot_be_changed(house: Company) -> None:
    """Neither another invoice nor a later hour opens with a signature made for this one."""
    first, second, *_ = house.get(f"{ERIKA}/invoices")["invoices"]
    url = house.post(f"{ERIKA}/invoices/{first['invoice']}/links").json()["url"]
    later = re.sub(r"expires=\d+", lambda found: f"{found[0]}0", url)
    other = url.replace(first["invoice"], second["invoice"])
    unsigned = url.partition("?")[0]
    for wrong in (later, other, unsigned, f"{unsigned}?expires=soon&signature=none"):
        assert house.http.get(wrong).json()["code"] == "bad_signature"


@pytest.mark.parametrize("written", ["Schillerstraße", "schiller str. 12a", "Schillerstrasse"])
def test_a_street_is_found_however_it_is_written(house: Company, written: str) -> None:
    """Who writes from a phone in the dark is told what is known in the street."""
    found = house.get("/v1/outages", street=written)
    assert found["street"] == "Schillerstraße"
    [outage] = found["outages"]
    assert outage["since"] == "2026-11-18T08:55+01:00"
    assert outage["until"] == "2026-11-18T12:40+01:00"


def test_a_known_outage_is_not_opened_again(house: Company) -> None:
    """A report of what is known counts, and gets a reference; a new one opens an outage."""
    again = house.post("/v1/outages/reports", street="Schillerstr.", product="electricity").json()
    assert (again["known_before"], again["outage"]["reports"]) == (True, 15)
    new = house.post("/v1/outages/reports", street="Lindenweg", product="electricity").json()
    assert (new["known_before"], new["outage"]["reports"]) == (False, 1)
    assert new["reference"] != again["reference"]
    nowhere = house.post("/v1/outages/reports", street="Station Road", product="gas")
    assert nowhere.json()["code"] == "unknown_street"


def test_a_time_is_booked_once(house: Company) -> None:
    """The second who wants a time is told that it is taken, and it is offered no more."""
    times = house.get("/v1/appointments", product="electricity")["times"]
    wanted = {"time": times[0]["time"], "product": "electricity"}
    assert house.post(f"{ERIKA}/appointments", **wanted).status_code == 201
    second = house.post("/v1/customers/5510982/appointments", **wanted)
    assert (second.status_code, second.json()["code"]) == (409, "taken")
    left = house.get("/v1/appointments", product="electricity")["times"]
    assert left[0]["time"] == times[1]["time"]
    page = house.get("/v1/appointments", product="electricity", after=left[2]["time"])["times"]
    assert page[0]["time"] == left[3]["time"]


def test_times_that_are_not_offered_cannot_be_booked(house: Company) -> None:
    """Neither a Sunday nor the past, nor a time that the calendar has no room for."""
    offered = {each["time"] for each in house.get("/v1/appointments", product="gas")["times"]}
    last = max(offered)
    for day in (18, 20, 23):
        for hour in ("08", "10", "13", "15"):
            time = f"2026-11-{day}T{hour}"
            if time not in offered and time < last:
                answer = house.post(f"{ERIKA}/appointments", time=time, product="gas")
                assert answer.json()["code"] in ("taken", "unknown_time")
    sunday = house.post(f"{ERIKA}/appointments", time="2026-11-22T08", product="gas")
    assert sunday.json()["code"] == "unknown_time"


def test_an_account_is_shown_masked_only(house: Company) -> None:
    """No answer holds a whole account number, and wrong check digits are refused."""
    assert house.get(ERIKA)["iban"] == "DE89 •••• 3000"
    path = f"{ERIKA}/bank-details"
    assert house.post(path, iban="DE00500105170137075030").json()["code"] == "invalid_iban"
    assert house.post(path, iban="DE89 3704 0044 0532 0130 00").json()["code"] == "same_iban"
    changed = house.post(path, iban="de02 5001 0517 0137 0750 30")
    assert changed.json()["iban"] == house.get(ERIKA)["iban"] == "DE02 •••• 5030"
    assert "0517" not in changed.text


def _writes(house: Company) -> list[tuple[str, dict[str, Any]]]:
    [contract] = house.get(f"{ERIKA}/contracts")["contracts"]
    [free, *_] = house.get("/v1/appointments", product="electricity")["times"]
    [invoice, *_] = house.get(f"{ERIKA}/invoices")["invoices"]
    instalment = f"{ERIKA}/contracts/{contract['contract']}/instalment"
    return [
        (METER, {"value": 10400}),
        (METER, {"value": 1}),
        (instalment, {"amount": 9000, "begins": "2027-01-01"}),
        (f"{ERIKA}/bank-details", {"iban": "DE02500105170137075030"}),
        (f"{ERIKA}/appointments", {"time": free["time"], "product": "electricity"}),
        ("/v1/outages/reports", {"street": "Lindenweg", "product": "electricity"}),
        ("/v1/verifications", {"customer_number": "4711023", "postcode": "1"}),
        (f"{ERIKA}/invoices/{invoice['invoice']}/links", {}),
    ]


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(order=st.lists(st.integers(0, 7), min_size=2, max_size=16))
def test_a_key_has_one_effect_in_any_order(order: list[int]) -> None:
    """However often and mixed requests are repeated: one effect each, and the same answer."""
    with company() as repeated, company() as once:
        writes = _writes(repeated)
        answers: dict[int, tuple[int, str]] = {}
        for number in order:
            path, body = writes[number]
            answer = repeated.post(path, f"turn-{number}", **body)
            seen = (answer.status_code, _without_port(answer.text))
            assert answers.setdefault(number, seen) == seen
            repeated.clock.goes(minutes=7)
        for number in dict.fromkeys(order):
            path, body = writes[number]
            once.post(path, f"turn-{number}", **body)
        assert repeated.effects() == once.effects()


def _without_port(text: str) -> str:
    return re.sub(r"127\.0\.0\.1:\d+", "host", text)


def test_a_key_is_not_taken_for_something_else(house: Company) -> None:
    """A key that comes with another body is a mistake of the caller: said, nothing done."""
    house.post(METER, "turn-1", value=10400)
    before = house.effects()
    answer = house.post(METER, "turn-1", value=10401)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert house.effects() == before


def test_a_key_on_two_paths_gives_two_references(house: Company) -> None:
    """A key belongs to its path: two requests of one turn are told apart by their numbers."""
    reading = house.post(METER, "turn-1", value=10400).json()
    account = house.post(f"{ERIKA}/bank-details", "turn-1", iban="DE02500105170137075030").json()
    assert reading["reference"] != account["reference"]


def test_every_machine_has_the_same_data() -> None:
    """The seed is the same at the same time, so that a story told once works everywhere."""
    with company() as one, company() as other:
        for path in (f"{ERIKA}/meters", f"{ERIKA}/contracts", f"{ERIKA}/invoices", ERIKA):
            assert one.get(path) == other.get(path)
        asked = {"product": "gas"}
        assert one.get("/v1/appointments", **asked) == other.get("/v1/appointments", **asked)


def test_data_and_links_outlive_a_stop(tmp_path: Path) -> None:
    """What was written is there after a restart; a link that was sent out still opens."""
    clock = Clock()
    with company(tmp_path, clock) as first:
        before = first.effects()["reading"]
        first.post(METER, "turn-1", value=10400)
        newest = first.get(f"{ERIKA}/invoices")["invoices"][0]
        link = first.post(f"{ERIKA}/invoices/{newest['invoice']}/links").json()["url"]
    with company(tmp_path, clock) as second:
        [meter] = second.get(f"{ERIKA}/meters")["meters"]
        assert meter["last_reading"]["value"] == 10400
        assert second.post(METER, "turn-1", value=10400).status_code == 201
        assert second.effects()["reading"] == before + 1
        assert second.http.get(link.removeprefix(first.url)).status_code == 200


def test_hostile_text_does_no_harm(house: Company) -> None:
    """Whatever a customer wrote is a value, never part of a query."""
    for text in ("'; drop table street; --", "\x00", "x" * 100, "ß'\"", "%"):
        answer = house.post("/v1/outages/reports", street=text, product="gas")
        assert answer.status_code in (400, 404)
    assert house.get("/v1/outages", street="Lindenweg")["outages"] == []


def test_the_page_names_every_customer_and_refusal() -> None:
    """docs/back-end.md tells who can be tried, and each code that this back end refuses with."""
    page = (ROOT / "docs" / "back-end.md").read_text("utf-8")
    for customer in CUSTOMERS:
        assert f"| {customer.number} | {customer.postcode} | {customer.name} |" in page
        assert all(meter.number in page for meter in customer.meters)
    source = "".join(path.read_text() for path in (ROOT / "pforte" / "backend").glob("*.py"))
    codes = re.findall(r'Refused\(\s*\*?\(?\d+, "(\w+)"', source)
    codes += re.findall(r'missing="(\w+)"', source)
    assert len(set(codes)) > 15
    assert not [code for code in codes if f"`{code}`" not in page]
