"""Web chat, WhatsApp and Telegram as one conversation in a house that runs, an agent amid it."""

from playwright.sync_api import expect

from conversation.link import code_in
from pforte.house.house import House
from tests.browser.way import Opener, nobody_waits, open_page, reply, sign_in, write
from tests.way import Desk, Phone

__all__ = ["nobody_waits", "open_page"]


def test_web_chat_whatsapp_and_telegram_are_one_conversation(
    house: House, open_page: Opener
) -> None:
    """Asked on the web, answered on WhatsApp, ended on Telegram: one thread, one reference."""
    visitor = open_page(f"{house.url}/webchat/demo")
    visitor.get_by_role("button", name="Schreiben Sie uns").click()
    write(visitor, "Ich möchte mit einem Menschen sprechen, es geht um meinen Zähler.")
    visitor.get_by_role("button", name="Lieber in").click()
    region = visitor.get_by_role("region", name="In einem Messenger weiterschreiben")
    code = region.locator("code").inner_text()
    link = region.get_by_role("link", name="In WhatsApp öffnen").get_attribute("href")
    assert (link or "").endswith(code)

    whatsapp = Phone(house, "whatsapp", "4917604088001", "Ada Kern")
    whatsapp.writes("Diese Nachricht war schon unterwegs.")
    whatsapp.writes(f"Hier geht es weiter: {code}")
    write(visitor, "Und diese kommt noch aus dem Web.")
    whatsapp.hears("behält ihren Platz")
    thread = visitor.get_by_role("log")
    expect(thread).to_contain_text("geht jetzt in WhatsApp weiter")

    desk = sign_in(open_page, house)
    expect(desk.locator(".row")).to_have_count(1)
    desk.get_by_role("button", name="Nächstes Gespräch").click()
    entries = desk.locator(".entries")
    expect(entries).to_contain_text("Zuvor in WhatsApp")
    expect(entries).to_contain_text("Mit WhatsApp verbunden")
    for words in ("war schon unterwegs", "noch aus dem Web", "es geht um meinen Zähler"):
        expect(desk.locator(".entry.customer", has_text=words)).to_have_count(1)
    expect(visitor.get_by_text("Anna ist für Sie da")).to_be_visible()
    whatsapp.writes("Ich bin jetzt unterwegs und schreibe von hier.")
    expect(desk.locator(".entry.customer").last).to_contain_text("schreibe von hier")
    reply(desk, "Guten Tag, ich sehe Ihren Zähler.")
    whatsapp.hears("ich sehe Ihren Zähler")

    asked = whatsapp.writes("weiter in Telegram")
    second = code_in(whatsapp.hears("15 Minuten", after=asked)[-1]["text"])
    desk.locator("#reply").fill("Was ich gerade schreibe")
    telegram = Phone(house, "telegram", "8800001", "Ada Kern")
    telegram.writes(f"/start {second}")
    telegram.hears("Ihr Gespräch geht hier weiter")
    whatsapp.writes("Noch eine von der alten Seite.")
    expect(desk.locator(".entry.customer", has_text="alten Seite")).to_have_count(1)
    telegram.writes("Jetzt bin ich hier.")
    expect(desk.locator(".entry.customer").last).to_contain_text("Jetzt bin ich hier")
    expect(desk.locator("#reply")).to_have_value("Was ich gerade schreibe")
    reply(desk, "Ihr Zähler ist vermerkt.")
    telegram.hears("Ihr Zähler ist vermerkt.")
    reachable = desk.locator(".context section", has_text="Erreichbar über")
    for channel in ("Web", "WhatsApp", "Telegram"):
        expect(reachable).to_contain_text(channel)
    expect(desk.locator(".entry.agent.failed")).to_have_count(0)

    own = Desk(house)
    [row] = own.overview()["mine"]
    customers = own.said(row["conversation"], "customer")
    assert len(customers) == len(set(customers)), customers
    desk.get_by_role("button", name="Telegram von diesem Gespräch trennen").click()
    desk.get_by_role("button", name="Trennen", exact=True).first.click()
    telegram.hears("Die Verbindung ist getrennt")
    expect(reachable).not_to_contain_text("Telegram")
    desk.get_by_role("button", name="Erledigt").click()
    whatsapp.hears("ist abgeschlossen")
