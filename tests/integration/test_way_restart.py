"""A house that is stopped and started goes on where it was: one house of its own, opened twice."""

from pathlib import Path

from pforte.house.local import ANYWHERE, open_house
from tests.way import ANNA, JONAS, Desk, Phone

PERSON = "Ich möchte mit einem Menschen sprechen."
LAST_WORDS = "Welche Tarife gibt es für Strom?"


def test_stopping_and_starting_loses_nothing(tmp_path: Path) -> None:
    """Chats, the queue, claims, logins and unanswered questions are there after a restart."""
    with open_house(tmp_path, preferred_ports=ANYWHERE) as (house, _):
        waiting = Phone(house, "whatsapp", "4917604069040", "Wartet")
        served = Phone(house, "telegram", "7000000060", "Wird bedient")
        hurried = Phone(house, "whatsapp", "4917604069041", "Kurz davor")
        for phone in (waiting, served):
            phone.writes(PERSON)
            phone.hears("Ihre Vorgangsnummer")
        anna = Desk(house, ANNA)
        reference = anna.waits_for(waiting.conversation)["summary"]["reference"]
        epoch = anna.claim(served.conversation)
        hurried.writes(LAST_WORDS)  # and nobody waits for the answer

    with open_house(tmp_path, preferred_ports=ANYWHERE) as (again, _):
        waiting, served, hurried = (
            Phone(again, phone.channel, phone.user) for phone in (waiting, served, hurried)
        )
        hurried.hears("MusterFlex (monatlich kündbar)")
        anna, jonas = Desk(again, ANNA), Desk(again, JONAS)
        assert anna.waits_for(waiting.conversation)["summary"]["reference"] == reference
        assert jonas.said(waiting.conversation, "customer") == [PERSON]
        anna.reply(served.conversation, epoch, "Da bin ich wieder.")
        heard = [said["text"] for said in served.hears("Da bin ich wieder.")]
        assert heard[1:] == ["Anna ist jetzt für Sie da.", "Da bin ich wieder."]
        jonas.reply(waiting.conversation, jonas.claim(waiting.conversation), "Guten Tag!")
        waiting.hears("Guten Tag!")
        hurried.writes("Wann haben Sie geöffnet?")
        assert len(hurried.hears("Kundenzentrum am Marktplatz")) == 2
