"""Echoes in the running house: our own change nothing, a person's elsewhere silence the bot."""

import pytest

from pforte.house.house import House
from tests.way import Desk, Phone

ANSWER = "Kundenzentrum am Marktplatz"
EACH = pytest.mark.parametrize(
    ("channel", "user"),
    [
        ("messenger", "5200000000000201"),
        ("instagram", "5300000000000201"),
        ("whatsapp", "4917604069201"),
    ],
)


@EACH
def test_a_person_in_another_app_silences_the_bot(house: House, channel: str, user: str) -> None:
    """Asked, answered by the bot; then a person writes elsewhere, and the bot leaves it to them."""
    phone, desk = Phone(house, channel, user, "Anderswo"), Desk(house)
    phone.writes("Wann haben Sie geöffnet?")
    phone.hears(ANSWER)
    phone.writes("Welche Tarife gibt es für Strom?")  # our own echoes have silenced nobody
    phone.hears("MusterFlex")
    phone.does(inbox="Ich schaue gleich selbst nach Ihrem Tarif.")
    seen = desk.entry(phone.conversation, "Ich schaue gleich", lambda entry: entry["elsewhere"])
    assert (seen["author"], seen["state"]) == ("agent", "")
    phone.writes("Wann haben Sie morgen geöffnet?")
    phone.writes("Ich möchte mit einem Menschen von Ihnen sprechen.")
    heard = phone.hears("Ihre Vorgangsnummer")
    assert sum(ANSWER in said["text"] for said in heard) == 1
    desk.waits_for(phone.conversation)
    assert desk.said(phone.conversation, "agent") == ["Ich schaue gleich selbst nach Ihrem Tarif."]
