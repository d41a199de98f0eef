"""Show what `pforte up` says when the house is open."""

import io

from rich.console import Console

from channels.registry import CHANNELS
from pforte.backend.seed import CUSTOMERS
from pforte.house.command import _welcome
from pforte.house.house import House


def test_all_addresses_and_somebody_to_try_are_said() -> None:
    """Who opens a house for the first time finds every door, a login, and a customer to be."""
    said = io.StringIO()
    house = House(
        stack="pforte",
        url="http://127.0.0.1:1",
        outputs={},
        messengers="http://127.0.0.1:2",
        back_end="http://127.0.0.1:3",
        portal="http://127.0.0.1:4",
    )
    _welcome(Console(file=said, width=200), house, {"anna@musterstadt.example": "a password"})
    written = said.getvalue()
    phones = [f"2/phone/{name}" for name, known in CHANNELS.items() if known.abilities.pushed]
    assert "2/phone/whatsapp" in phones
    for address in ("1/desk", "1/webchat/demo", *phones, "3", "4"):
        assert f"http://127.0.0.1:{address}\n" in written
    assert "anna@musterstadt.example" in written
    assert "a password" in written
    assert (CUSTOMERS[0].number, CUSTOMERS[0].postcode) == ("4711023", "12345")
    assert "4711023, postcode 12345" in written
