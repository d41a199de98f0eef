"""A request is done in the running house: by the bot, its actions and the back end, not by hand."""

import re
from typing import Any

import httpx

from pforte.backend.seed import CUSTOMERS
from pforte.house.house import House
from tests.way import Desk, Phone, call

ERIKA = CUSTOMERS[0]
METER = ERIKA.meters[0].number


def _meter(house: House) -> dict[str, Any]:
    """Return what the back end knows of the customer's meter."""
    name = house.outputs["BackEndTokenParameter"]
    token = house.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    answer = call(
        "GET",
        f"{house.back_end}/v1/customers/{ERIKA.number}/meters",
        headers={"Authorization": f"Bearer {token}"},
    )
    [meter] = answer.json()["meters"]
    found: dict[str, Any] = meter
    return found


def test_a_meter_reading_with_all_that_goes_wrong(house: House) -> None:
    """A wrong number, a question in the middle, a correction: one reading, and its reference."""
    plausible = _meter(house)["plausible"]
    reading = (plausible["from"] + plausible["to"]) // 2
    phone = Phone(house, "whatsapp", "4917604069120", "Erika Sommer")

    said = phone.writes(f"Ich möchte den Zählerstand {plausible['to'] + 50_000} melden.")
    phone.hears("Wie lautet Ihre Kundennummer?")
    said = phone.writes(f"4711032 und {ERIKA.postcode}")
    phone.hears("passen nicht zusammen", after=said)
    said = phone.writes("Wann haben Sie geöffnet?")
    phone.hears("Wie lautet Ihre Kundennummer?", after=said)
    said = phone.writes(f"{ERIKA.number}, {ERIKA.postcode}")
    phone.hears("ungewöhnlich viel", after=said)
    said = phone.writes(f"nein, {reading}")
    heard = phone.hears("Vorgangsnummer", after=said)

    assert _meter(house)["last_reading"]["value"] == reading
    told = " ".join(answer["text"] for answer in heard)
    reference = re.search(r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}", told)
    assert reference is not None, told
    found = Desk(house).ask("GET", f"/references/{reference[0].lower().replace('-', '')}")
    assert found.status_code == httpx.codes.OK
    assert found.json()["conversation"] == phone.conversation


def test_a_person_who_is_asked_for_in_a_form_knows_what_was_said(house: House) -> None:
    """Nothing is told twice: what the form had collected stands at the desk."""
    phone = Phone(house, "telegram", "7000000120", "Erika")
    phone.writes("Ich möchte meinen Zählerstand durchgeben.")
    phone.hears("Wie lautet Ihre Kundennummer?")
    said = phone.writes(ERIKA.number)
    phone.hears("Postleitzahl", after=said)
    said = phone.writes("Kann ich bitte mit jemandem reden?")
    phone.hears("Ein Mensch übernimmt", after=said)

    desk = Desk(house)
    desk.waits_for(phone.conversation)
    head = desk.thread(phone.conversation)["head"]
    assert head["reason"] == "asked_for_person"
    titles = {"de": "Kundennummer", "en": "Customer number"}
    known = {"name": "customer_number", "titles": titles, "value": ERIKA.number}
    assert known in head["facts"]
