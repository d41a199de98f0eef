"""Take part in a whole house through its pages: the desk, the web chat, the phones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from pforte.house.house import House
from pforte.house.local import seeded_passwords
from tests.browser.watched import nothing_breaks
from tests.way import ANNA, PATIENCE, Desk

type Opener = Callable[..., Page]


@pytest.fixture(autouse=True)
def nobody_waits(house: House) -> None:
    """Begin with an empty queue, so that a test knows who is next."""
    Desk(house).empty_the_queue()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open pages, each in a browser of its own; none may throw or break its own policy."""
    contexts: list[BrowserContext] = []
    with nothing_breaks() as watch:

        def open_in(address: str, **more: Any) -> Page:
            context = browser.new_context(locale="de-DE", **more)
            context.set_default_timeout(PATIENCE * 1000)
            contexts.append(context)
            page = context.new_page()
            watch(page)
            page.goto(address)
            return page

        yield open_in
        for context in contexts:
            context.close()


def sign_in(open_page: Opener, house: House) -> Page:
    """Open the desk as Anna."""
    page = open_page(f"{house.url}/desk")
    page.get_by_label("E-Mail").fill(ANNA)
    page.get_by_label("Passwort").fill(seeded_passwords(Path(house.state))[ANNA])
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Warten")).to_be_visible()
    return page


def reply(desk: Page, text: str) -> Locator:
    """Answer the open conversation; returns what the desk shows of it."""
    desk.locator("#reply").fill(text)
    desk.get_by_role("button", name="Senden").click()
    return desk.locator(".entry.agent", has_text=text)


def write(page: Page, words: str) -> None:
    """Write as a customer, in the web chat or on a phone."""
    page.get_by_role("textbox", name="Nachricht").fill(words)
    page.keyboard.press("Enter")
