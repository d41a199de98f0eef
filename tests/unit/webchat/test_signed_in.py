"""A customer who is signed in to the company's portal writes in the web chat, on every device."""

import pytest

from conversation.message import Content
from tests.unit.webchat.company import SECONDS, claims, company, token
from tests.unit.webchat.house import House
from webchat.company import Company

HELLO = {"id": "00000000-0000-4000-8000-000000000001", "text": "Hallo"}


def _house(known: Company | None = None) -> House:
    return House(company=lambda: known or company())


def test_what_is_written_comes_with_who_the_company_says_it_is() -> None:
    """The event names the customer: name for people, claims for the bot, and the address."""
    house = _house()
    said = token(claims(name="Erika Sommer", customer_number="4711023", locale="de"))

    assert house.call("POST", "messages", HELLO, said).status == 202

    [(group, event)] = house.arrived()
    incoming = event.incoming
    user = house.identity.customer("https://portal.example", "c-17")
    assert incoming.address == f"webchat:web:{user}"
    assert group == house.identity.conversation(incoming.address)
    assert incoming.name == "Erika Sommer"
    assert incoming.signed_in is not None
    assert incoming.signed_in.claims == {"customer_number": "4711023"}
    assert incoming.signed_in.language == "de"


def test_a_customer_has_one_conversation_on_all_devices_and_others_do_not_see_it() -> None:
    """Whatever key signed, and when: the same iss and sub read the same thread, others do not."""
    house = _house()
    house.call("POST", "messages", HELLO, token(claims()))
    [(_, event)] = house.arrived()
    house.keep(event, Content(text="Guten Tag"))

    on_the_phone = house.call("GET", "messages", token=token(claims(exp=SECONDS + 9), "EdDSA"))
    another = house.call("GET", "messages", token=token(claims(sub="c-18")))
    nobody = house.call("GET", "messages", token=house.visitor())

    assert [m["text"] for m in on_the_phone.json["messages"]] == ["Hallo", "Guten Tag"]
    assert another.json["messages"] == nobody.json["messages"] == []


def test_what_was_written_before_signing_in_stays_with_the_browser() -> None:
    """A shared browser gives nobody's conversation to whoever signs in after them."""
    house = _house()
    visitor = house.visitor()
    house.call("POST", "messages", HELLO, visitor)
    [(_, event)] = house.arrived()
    house.keep(event)

    signed_in = house.call("GET", "messages", token=token(claims()))

    assert signed_in.json["messages"] == []
    assert event.incoming.signed_in is None
    assert event.incoming.address == house.address(visitor)


def test_an_expired_token_is_told_so_and_changes_nothing() -> None:
    """The page learns that it has to get a new token; nothing was taken."""
    house = _house()

    answer = house.call("POST", "messages", HELLO, token(claims(exp=SECONDS - 3600)))

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["detail"] == "The token has expired: get a new one."
    assert house.arrived() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_no_company_is_connected_nobody_is_believed(method: str) -> None:
    """A house without keys takes no signed token, whoever signed it."""
    house = House()
    answer = house.call(method, "messages", HELLO if method == "POST" else None, token(claims()))
    assert answer.status == 401
    assert house.arrived() == []


def test_a_token_in_the_address_is_none() -> None:
    """Addresses are logged and sent on: a token there lets nobody in."""
    house = _house()
    assert house.call("GET", f"messages?token={token(claims())}").status == 401
