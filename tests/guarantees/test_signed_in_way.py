"""From the portal's token to the back end: a request is done, and nobody is asked who they are."""

import asyncio
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from conversation.turn import ActionCall
from tests.guarantees.example import example_bot
from tests.guarantees.house import START, House
from tests.unit.actions.customer import executor
from tests.unit.backend.sample import TOKEN, Company, company
from tests.unit.webchat.company import claims, token
from tests.unit.webchat.company import company as signing
from tests.unit.webchat.house import House as Chat

pytestmark = pytest.mark.enable_socket

ERIKA = {"sub": "customer-4711023", "name": "Erika Sommer", "customer_number": "4711023"}
READING = "Ich möchte meinen Zählerstand melden, es sind {value} kWh."
_numbers = count(1)


class OwnActions:
    """The example bot's actions, run here."""

    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Run an action and return its result."""
        try:
            result = asyncio.run(executor().run({"domain": {}, **call.payload}))
        except ActionExecutionRejection:
            return {"rejected": True}
        assert result is not None
        found: dict[str, Any] = result.model_dump()
        return found


@pytest.fixture
def back_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Run the company's back end, and name it to the actions."""
    with company() as opened:
        monkeypatch.setenv("PFORTE_BACKEND_URL", opened.url)
        monkeypatch.setenv("PFORTE_BACKEND_TOKEN", TOKEN)
        yield opened


@pytest.fixture
def house() -> House:
    """A house with the example bot and its actions."""
    house = House(example_bot())
    house.actions = OwnActions()  # type: ignore[assignment]  # as `ports.Actions` has it
    return house


def _says(house: House, bearer: str, text: str) -> str:
    """Write in the web chat, and return all that is answered."""
    chat = Chat(clock=lambda: START, company=signing)
    message = {"id": f"00000000-0000-4000-8000-{next(_numbers):012}", "text": text}
    assert chat.call("POST", "messages", message, bearer).status == 202
    [(conversation, event)] = chat.arrived()
    before = len(house.table.all_records(conversation))
    house.inbound.send(conversation, event)
    house.rest()
    records = house.table.all_records(conversation)[before:]
    said = [m for record in records for m in record.messages if m.author in ("bot", "system")]
    return "\n".join(message.content.text for message in said if message.address)


def test_a_reading_is_taken_without_a_question_who_one_is(house: House, back_end: Company) -> None:
    """One message, one question less: the back end has the reading of the right customer."""
    told = _says(house, token(claims(**ERIKA)), READING.format(value=8100))
    for _ in range(2):
        if not re.search("SM-", told):
            told += "\n" + _says(house, token(claims(**ERIKA)), "ja, das stimmt")

    assert re.search(r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}", told), told
    assert "Kundennummer" not in told
    assert "Postleitzahl" not in told
    [meter] = back_end.http.get("/v1/customers/4711023/meters").json()["meters"]
    assert meter["last_reading"]["value"] == 8100


def test_a_visitor_is_asked(house: House, back_end: Company) -> None:
    """The same words without the company's token lead to the question."""
    visitor = Chat(clock=lambda: START).visitor()
    assert "Kundennummer" in _says(house, visitor, READING.format(value=8100))


def test_somebody_elses_number_has_to_be_proven(house: House, back_end: Company) -> None:
    """Being signed in opens the own contracts alone: for another number the postcode is asked."""
    other = "Ich möchte den Zählerstand für die Kundennummer 5510982 melden."
    assert "Postleitzahl" in _says(house, token(claims(**ERIKA)), other)
