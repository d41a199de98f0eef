"""The whole way of a message in a house that runs: phones, the command, the desk, the web chat."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from pforte.house.house import House
from pforte.phone import DEFAULT_USERS
from tests.browser.way import Opener, nobody_waits, open_page, reply, sign_in, write
from tests.way import PATIENCE, Phone

__all__ = ["nobody_waits", "open_page"]

REFERENCE = re.compile(r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}")
HOSTILE = '<img src=x onerror="window.evil=1"><script>window.evil=1</script><b>fett</b>'


def _pforte(house: House, *words: str) -> str:
    """Run the command as somebody at a terminal does; returns what it printed."""
    done = subprocess.run(
        [Path(sys.executable).parent / "pforte", *words],
        env={**os.environ, "PFORTE_STATE": house.state},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _reference(text: str) -> str:
    found = REFERENCE.search(text)
    assert found, text
    return found.group()


def _phone_page(open_page: Opener, phone: Phone) -> Page:
    return open_page(f"{phone.house.messengers}/phone/{phone.channel}?user={phone.user}")


def _take_next(desk: Page, question: str) -> None:
    """Take the next conversation, which is the one about this question."""
    expect(desk.locator(".row", has_text=question)).to_be_visible()
    desk.get_by_role("button", name="Nächstes Gespräch").click()
    expect(desk.locator("#reply")).to_be_visible()
    expect(desk.locator(".entries")).to_contain_text(question)


def _resolve(desk: Page) -> None:
    desk.get_by_role("button", name="Erledigt").click()
    expect(desk.locator(".who")).to_have_text("Der digitale Assistent führt dieses Gespräch.")


def _heard(page: Page, words: str) -> Locator:
    """Wait until the phone shows an answer with these words; returns the last of them."""
    bubble = page.locator(".house-side .bubble", has_text=words).last
    expect(bubble).to_be_visible()
    return bubble


def _is_harmless(page: Page) -> None:
    """Make sure that nothing of what was written became part of the page."""
    assert page.evaluate("window.evil") is None
    roots = "[document, document.querySelector('pforte-chat')?.shadowRoot].filter(Boolean)"
    assert page.evaluate(f"{roots}.flatMap(r => [...r.querySelectorAll('img, b.x')]).length") == 0
    assert page.locator(".bubble script, .bubble b, .bubble img").count() == 0


def test_from_a_phone_to_a_person_and_back(house: House, open_page: Opener) -> None:
    """The bot answers; a person takes over, answers and is done; the phone shows it all."""
    # On a busy machine the command may end between the disclosure and the answer.
    assert _pforte(house, "phone", "whatsapp", "Wann haben Sie geöffnet?")
    Phone(house, "whatsapp", DEFAULT_USERS["whatsapp"]).hears("Mo–Fr von 8 bis 18 Uhr")
    assert _pforte(house, "phone", "telegram", "I want to talk to a human")
    phone = Phone(house, "telegram", DEFAULT_USERS["telegram"])
    [told] = phone.hears("A person is taking over and will answer you here.")
    reference = _reference(told["text"])

    desk = sign_in(open_page, house)
    expect(desk).to_have_title("(1) Pforte")
    _take_next(desk, "I want to talk to a human")
    expect(desk.locator(".head")).to_contain_text(reference)
    expect(desk).to_have_title("Pforte")
    page = _phone_page(open_page, phone)
    _heard(page, "Anna is here for you now.")
    sent = reply(desk, "Good morning, what can I do for you?")
    _heard(page, "Good morning, what can I do for you?")
    expect(sent.locator(".meta")).to_contain_text("gesendet")

    write(page, "My meter was swapped, is that on record?")
    expect(desk.locator(".entry.customer").last).to_contain_text("My meter was swapped")
    _resolve(desk)
    _heard(page, f"Your request {reference} is closed.")

    write(page, "One more thing: the number on it is wrong.")
    _heard(page, f"We will look at your request {reference} again")
    _take_next(desk, "One more thing")
    expect(desk.locator(".entry.customer").last).to_contain_text("One more thing")
    expect(desk.locator(".head")).to_contain_text(reference)
    _resolve(desk)
    expect(page.locator(".house-side", has_text=f"{reference} is closed.")).to_have_count(2)

    write(page, "Thank you very much!")
    _heard(page, "You're very welcome! All the best.")
    write(page, "When are you open?")
    _heard(page, "open Mon–Fri from 8 am to 6 pm")
    expect(desk.get_by_text("Niemand wartet.")).to_be_visible()
    expect(page.locator(".house-side", has_text="is here for you now")).to_have_count(2)


def test_from_the_web_chat_to_a_person_and_back_next_day(house: House, open_page: Opener) -> None:
    """A visitor asks, taps, wants a person, leaves, and finds the answer on the next day."""
    visitor = open_page(f"{house.url}/webchat/demo")
    visitor.get_by_role("button", name="Schreiben Sie uns").click()
    write(visitor, "Warum ist meine Rechnung so hoch?")
    visitor.get_by_role("button", name="Abschlag ändern").click()
    thread = visitor.get_by_role("log")
    expect(thread).to_contain_text("Wie lautet Ihre Kundennummer?")
    expect(visitor.get_by_role("button", name="Zählerstand melden")).to_be_disabled()
    write(visitor, "Ich möchte lieber mit einem Menschen sprechen.")
    expect(visitor.get_by_text("Sie müssen nicht hier warten.")).to_be_visible()
    reference = _reference(thread.inner_text())
    expect(visitor.get_by_text(f"Ihr Vorgang: {reference}")).to_be_visible()

    desk = sign_in(open_page, house)
    _take_next(desk, "Abschlag ändern")
    expect(desk.locator(".entry.customer").last).to_contain_text("lieber mit einem Menschen")
    expect(desk.locator(".head")).to_contain_text(reference)
    expect(visitor.get_by_text("Anna ist für Sie da")).to_be_visible()
    remembered = visitor.context.storage_state()
    visitor.context.close()
    reply(desk, "Guten Tag, ich habe Ihre Rechnung geprüft: Sie stimmt.")
    expect(desk.locator(".entry.agent .meta")).to_contain_text("gesendet")

    context = open_page(f"{house.url}/webchat/demo", storage_state=remembered)
    context.clock.set_system_time(datetime.now(UTC) + timedelta(days=1))
    context.reload()
    again = context.get_by_role("log")
    expect(again).to_contain_text("ich habe Ihre Rechnung geprüft")
    expect(again).to_contain_text("Warum ist meine Rechnung so hoch?")
    expect(context.locator(".person .name").last).to_contain_text("Anna")
    write(context, "Danke, dann weiß ich Bescheid.")
    expect(desk.locator(".entry.customer").last).to_contain_text("dann weiß ich Bescheid")
    _resolve(desk)
    expect(again).to_contain_text(f"Ihre Anfrage {reference} ist abgeschlossen.")


def test_text_stays_text_everywhere(house: House, open_page: Opener) -> None:
    """Markup of customers and agents is shown letter by letter: at the desk, phone and widget."""
    phone = Phone(house, "whatsapp", "4917604069050", HOSTILE)
    phone.writes(f"Ich möchte mit einem Menschen sprechen. {HOSTILE}")
    page = _phone_page(open_page, phone)
    visitor = open_page(f"{house.url}/webchat/demo")
    visitor.get_by_role("button", name="Schreiben Sie uns").click()
    desk = sign_in(open_page, house)

    _take_next(desk, HOSTILE)
    expect(desk.locator(".head h2")).to_have_text(HOSTILE)
    reply(desk, f"Antwort {HOSTILE}")
    _heard(page, f"Antwort {HOSTILE}")
    _is_harmless(page)
    _resolve(desk)

    write(visitor, f"Ich möchte mit einem Menschen sprechen. {HOSTILE}")
    _take_next(desk, HOSTILE)
    reply(desk, f"Antwort im Netz {HOSTILE}")
    expect(visitor.locator(".person .bubble")).to_have_text(f"Antwort im Netz {HOSTILE}")
    expect(visitor.locator(".you .bubble")).to_contain_text(HOSTILE)
    _is_harmless(visitor)
    _is_harmless(desk)
    _resolve(desk)
