"""One conversation over Telegram and WhatsApp in the running house."""

import time

from conversation.link import code_in
from pforte.house.house import House
from tests.way import Desk, Phone, eventually

ANSWER = "Kundenzentrum am Marktplatz"


def _code(phone: Phone, words: str) -> str:
    """Ask for the way to another messenger, and return the code."""
    asked = phone.writes(words)
    offered = phone.hears("15 Minuten", after=asked)[-1]["text"]
    found = code_in(offered)
    assert found, offered
    return found


def test_from_telegram_to_whatsapp_with_the_place_in_the_queue(house: House) -> None:
    """Who waits on Telegram goes on in WhatsApp: same reference, one row, one thread."""
    telegram = Phone(house, "telegram", "8700001", "Lina Brücke")
    whatsapp = Phone(house, "whatsapp", "4917604087001", "Lina")
    desk = Desk(house)
    telegram.writes("Ich möchte mit einem Menschen sprechen.")
    reference = telegram.hears("Ihre Vorgangsnummer")[-1]["text"].split()[-1]
    desk.waits_for(telegram.conversation)
    code = _code(telegram, "weiter in whatsap bitte")
    whatsapp.writes(f"Hallo, hier geht es weiter: {code}. Danke!")
    assert reference in whatsapp.hears("behält ihren Platz")[-1]["text"]
    telegram.hears("geht jetzt in WhatsApp weiter")
    whatsapp.writes("Mein Zähler steht übrigens im Keller, falls das hilft.")
    desk.entry(telegram.conversation, "im Keller", lambda entry: entry["channel"] == "whatsapp")
    waiting = [row["conversation"] for row in desk.overview()["queue"]]
    assert waiting.count(telegram.conversation) == 1
    assert whatsapp.conversation not in waiting
    epoch = desk.claim(whatsapp.conversation)
    desk.reply(telegram.conversation, epoch, "Guten Tag, Frau Brücke.")
    whatsapp.hears("Guten Tag, Frau Brücke.")
    thread = desk.thread(whatsapp.conversation)
    assert thread["head"]["conversation"] == telegram.conversation
    assert thread["head"]["reference"] == reference
    desk.resolve(telegram.conversation, epoch)
    whatsapp.hears(f"{reference} ist abgeschlossen")


def test_start_with_a_code_on_telegram_and_the_code_is_used_up(house: House) -> None:
    """What the deep link sends is understood; whoever tries the code later is told kindly."""
    whatsapp = Phone(house, "whatsapp", "4917604087002", "Timo")
    telegram, thief = Phone(house, "telegram", "8700002"), Phone(house, "telegram", "8700003")
    whatsapp.writes("Wann haben Sie geöffnet?")
    whatsapp.hears(ANSWER)
    code = _code(whatsapp, "weiter auf telegramm")
    telegram.writes(f"/start {code}")
    telegram.hears("Ihr Gespräch geht hier weiter")
    thief.writes(f"/start {code}")
    thief.hears("öffnet nichts")
    asked = telegram.writes("Welche Tarife gibt es für Strom?")
    telegram.hears("MusterFlex", after=asked)
    desk = Desk(house)
    assert "Welche Tarife gibt es für Strom?" in desk.said(whatsapp.conversation, "customer")
    assert ANSWER not in " ".join(said["text"] for said in telegram.answers())


def test_cut_by_the_customer_and_by_an_agent(house: House) -> None:
    """Both begin anew where they were cut, and the older messenger keeps what was said."""
    telegram = Phone(house, "telegram", "8700004", "Nora")
    whatsapp = Phone(house, "whatsapp", "4917604087004", "Nora")
    desk = Desk(house)
    telegram.writes("Wann haben Sie geöffnet?")
    telegram.hears(ANSWER)
    whatsapp.writes(_code(telegram, "Kann ich in WhatsApp weiterschreiben?"))
    whatsapp.hears("Ihr Gespräch geht hier weiter")
    whatsapp.writes("Verbindung trennen")
    whatsapp.hears("Die Verbindung ist getrennt")
    eventually(
        lambda: desk.thread(telegram.conversation)["head"]["reachable"],
        lambda found: len(found) == 1,
        "one address is left",
    )
    again = whatsapp.writes(_code(telegram, "weiter in WhatsApp"))
    whatsapp.hears("Ihr Gespräch geht hier weiter", after=again)
    linked = desk.thread(telegram.conversation)["head"]["reachable"][1]
    now = time.time_ns() // 1_000_000
    assert 0 <= now - linked["linked_at"] < 600_000
    cut = {"id": "6d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e", "address": linked["key"]}
    answer = desk.ask("POST", f"/conversations/{telegram.conversation}/cuts", cut)
    assert answer.status_code == 202, answer.text
    whatsapp.hears("Die Verbindung ist getrennt", after=again)
    asked = whatsapp.writes("Welche Tarife gibt es für Strom?")
    whatsapp.hears("MusterFlex", after=asked)
    assert "Welche Tarife gibt es für Strom?" in desk.said(whatsapp.conversation, "customer")
    assert "Welche Tarife gibt es für Strom?" not in desk.said(telegram.conversation, "customer")
