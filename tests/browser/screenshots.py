"""Take the README's pictures from a house that really runs: `make screenshots`."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pforte.house.house import House
from pforte.house.local import ANYWHERE, open_house, seeded_passwords
from tests.browser.conftest import FLAGS, NAMES
from tests.templates import ROOT

PICTURES = ROOT / "docs" / "images"
AGENT = "anna@musterstadt.example"
PATIENCE = 60

PHONE = ("whatsapp", "4917604069002", "Sevgi Yılmaz")
CUSTOMERS = [
    (
        *("telegram", "7000000011", "Jörg Lindner"),
        ["Seit drei Wochen antwortet mir niemand auf meine Mails. So geht das nicht!"],
    ),
    (
        *PHONE,
        [
            "Guten Tag, wann haben Sie geöffnet?",
            "Meine letzte Rechnung ist doppelt so hoch wie sonst.",
            "Kann ich bitte mit einem Menschen sprechen?",
        ],
    ),
    (
        *("telegram", "7000000012", "Emily Carter"),
        ["Hi, I am moving abroad and want to cancel my electricity contract."],
    ),
    (
        *("whatsapp", "4917604069003", "Ahmet Kaya"),
        ["Ich kann die Mahnung gerade nicht bezahlen, geht das auch in Raten?"],
    ),
]
REPLY = "Guten Tag, ich sehe mir Ihre Rechnung gerade an und melde mich gleich hier."


def main() -> None:
    """Open a house of its own, let customers write, and photograph what everybody sees."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as state,
        open_house(Path(state), print, ANYWHERE) as (house, _),
        sync_playwright() as playwright,
    ):
        for channel, user, name, texts in CUSTOMERS:
            for text in texts:
                _write(house, channel, user, name, text)
        path = next((found for name in NAMES if (found := shutil.which(name))), None)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        _photograph_desk(browser, house, seeded_passwords(Path(state))[AGENT])
        _photograph_phone(browser, house)
        _photograph_webchat(browser, house)
        browser.close()


def _write(house: House, channel: str, user: str, name: str, text: str) -> None:
    """Write as a customer and wait for the answer."""
    with httpx.Client(base_url=f"{house.messengers}/control", timeout=PATIENCE) as phone:
        said = {"channel": channel, "user": user, "name": name, "text": text}
        written = phone.post("/messages", json=said).raise_for_status().json()
        asked = {"channel": channel, "user": user, "after": written["changed"], "wait": 20}
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline:
            entries = phone.get("/messages", params=asked).json()["messages"]
            if any(entry["side"] == "house" and entry["n"] > written["n"] for entry in entries):
                return
    raise TimeoutError(f"{name} was not answered")


def _photograph_desk(browser: Browser, house: House, password: str) -> None:
    with _page(browser, f"{house.url}/desk", 1440, 900) as page:
        page.get_by_label("E-Mail").fill(AGENT)
        page.get_by_label("Passwort").fill(password)
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("heading", name="Warten")).to_be_visible()
        for words in ("drei Wochen", "doppelt so hoch"):
            page.locator(".row", has_text=words).click()
            page.get_by_role("button", name="Übernehmen").click()
            expect(page.locator("#reply")).to_be_visible()
        page.locator("#reply").fill(REPLY)
        page.locator("#reply").press("Control+Enter")
        expect(page.locator(".entry.agent").last).to_contain_text("gelesen")
        page.screenshot(path=PICTURES / "desk-light.png", animations="disabled")
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=PICTURES / "desk-dark.png", animations="disabled")


def _photograph_phone(browser: Browser, house: House) -> None:
    channel, user, _ = PHONE
    with _page(browser, f"{house.messengers}/phone/{channel}?user={user}", 420, 860) as page:
        expect(page.get_by_text("gleich hier")).to_be_visible()
        page.screenshot(path=PICTURES / "phone.png", animations="disabled")


def _photograph_webchat(browser: Browser, house: House) -> None:
    with _page(browser, f"{house.url}/webchat/demo", 1200, 860) as page:
        page.get_by_role("button", name="Schreiben Sie uns").click()
        for text, answer in (
            ("Wie melde ich meinen Zählerstand?", "Kundennummer"),
            ("Ich möchte mit einem Menschen sprechen", "SM-"),
        ):
            page.get_by_role("textbox", name="Nachricht").fill(text)
            page.keyboard.press("Enter")
            expect(page.get_by_role("log")).to_contain_text(answer)
        page.screenshot(path=PICTURES / "webchat.png", animations="disabled")


@contextmanager
def _page(browser: Browser, address: str, width: int, height: int) -> Iterator[Page]:
    context = browser.new_context(
        locale="de-DE", viewport={"width": width, "height": height}, color_scheme="light"
    )
    context.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


if __name__ == "__main__":
    main()
