"""Who is signed in to the company's portal is known to the bot, to agents, and by language."""

from itertools import count

import pytest

from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.message import Content
from conversation.signed_in import SignedIn
from tests.fakes import StaticActions
from tests.guarantees.example import example_bot
from tests.guarantees.house import DAY, House

ERIKA = SignedIn(claims={"customer_number": "4711023"}, language="en")
READING = "Ich möchte meinen Zählerstand melden."
KNOWN = {"verified": True, "customer_number": "4711023", "verified_customer": "4711023"}
_numbers = count(1)


@pytest.fixture
def house() -> House:
    """A house with the example bot, whose actions answer nothing."""
    house = House(example_bot())
    house.actions = StaticActions(
        {name: {} for name in ("validate_meter_reading_form", "action_ask_meter_reading")}
    )
    return house


def _writes(house: House, text: str, signed_in: SignedIn | None, name: str = "Erika") -> str:
    """Let a customer write in the web chat; returns the conversation."""
    incoming = Incoming(
        kind="message",
        channel="webchat",
        account="web",
        user="u1",
        provider_id=str(next(_numbers)),
        content=Content(text=text),
        name=name,
        signed_in=signed_in,
    )
    conversation = house.identity.conversation(incoming.address)
    event = CustomerEvent(id=house.identity.event(incoming), at=house.now, incoming=incoming)
    house.inbound.send(conversation, event)
    house.rest()
    return conversation


def _slots(house: House) -> dict[str, object]:
    """Return what the last action was told of who writes."""
    told = house.actions.calls[-1].payload["tracker"]["slots"]
    return {name: told[name] for name in KNOWN}


def test_the_bot_knows_who_is_signed_in(house: House) -> None:
    """Its actions get the number that the company signed, and that it is proven."""
    _writes(house, READING, ERIKA)
    assert _slots(house) == KNOWN


def test_who_is_not_signed_in_is_not_known(house: House) -> None:
    """The same words of a visitor bring no number, and nothing proven."""
    _writes(house, READING, None)
    assert not any(_slots(house).values())


def test_half_of_what_the_bot_wants_to_know_proves_nothing(house: House) -> None:
    """A token without the customer number makes nobody a verified customer."""
    _writes(house, READING, SignedIn(claims={"email": "e@x.example"}))
    assert not any(_slots(house).values())


def test_signing_in_does_not_lapse_while_one_is(house: House) -> None:
    """A form goes on the next day: each message has shown again who writes."""
    _writes(house, READING, ERIKA)
    house.now += DAY
    calls = len(house.actions.calls)
    _writes(house, "8100", ERIKA)
    assert len(house.actions.calls) > calls
    assert _slots(house) == KNOWN


def test_another_number_in_a_form_is_not_overwritten(house: House) -> None:
    """Who names another customer number is to prove it: it is not silently their own again."""
    _writes(house, READING, ERIKA)
    _writes(house, "Die Kundennummer ist 5510982.", ERIKA)
    assert _slots(house)["customer_number"] == "5510982"
    _writes(house, "12345", ERIKA)
    assert _slots(house)["customer_number"] == "5510982"


def test_an_agent_sees_who_it_is_before_the_bot_asked_anything(house: House) -> None:
    """Who wants a person at once is not asked by them either."""
    conversation = _writes(house, "Ich möchte mit einem Menschen sprechen.", ERIKA)
    state = house.table.conversation(conversation)
    assert state is not None
    assert state.escalation is not None
    assert state.escalation.facts["customer_number"] == "4711023"
    assert state.name == "Erika"


def test_the_language_that_the_company_knows_is_spoken_first(house: House) -> None:
    """Where the first words tell no language, the company's record does."""
    conversation = _writes(house, "12345", ERIKA)
    state = house.table.conversation(conversation)
    assert state is not None
    assert state.language == "en"
