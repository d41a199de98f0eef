"""The sample portal in a real browser: who signs in is known in the chat, and nobody after them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conversation.message import Content
from pforte.portal.server import VALID_S, Portal
from tests.browser.accessible import violations
from tests.gateway import serving
from tests.unit.webchat.house import NOW, House
from webchat.company import Company

ERIKA, MEHMET = "4711023", "5510982"


@dataclass
class Firm:
    """A portal and a house that believes it; `now` (ms) is the clock of both."""

    now: int = NOW
    url: str = ""
    portal: Portal | None = None

    def __post_init__(self) -> None:
        self.house = House(clock=lambda: self.now, company=self._company)

    def handle(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Answer a request, and every message with who the house knows to write."""
        answer = self.house.webchat(event, context)
        for _, said in self.house.arrived():
            known = said.incoming.signed_in
            number = known.claims["customer_number"] if known else "niemand"
            self.house.keep(said, Content(text=f"{number}: {said.incoming.name}"))
        return answer

    def _company(self) -> Company:
        assert self.portal is not None
        return Company.model_validate(self.portal.connection())


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Firm]:
    """Serve house and portal, on two origins."""
    company = Firm()
    with serving(company.handle) as house:
        company.portal = Portal(0, tmp_path, house, lambda: company.now // 1000)
        company.url = f"http://127.0.0.1:{company.portal.port}"
        company.portal.start()
        yield company
        company.portal.stop()


@pytest.fixture
def page(context: BrowserContext, company: Firm) -> Page:
    """Open the portal; nothing may break its policy or throw."""
    return _open(context, company)


def _open(context: BrowserContext, company: Firm) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(company.url)
    return page


def _sign_in(page: Page, customer: str) -> None:
    page.get_by_label("Wer sind Sie?").select_option(customer)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Guten Tag")).to_be_visible()


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()


def _say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Nachricht")
    if not box.is_visible():
        page.get_by_role("button", name="Schreiben Sie uns").click()
    box.fill(text)
    page.keyboard.press("Enter")


def _answer(page: Page) -> Any:
    return page.locator(".assistant .bubble").last


def test_the_chat_knows_who_is_signed_in(page: Page, company: Firm) -> None:
    """Name and customer number come with the first message; no token is stored or in an address."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    _sign_in(page, ERIKA)
    _say(page, "Hallo")

    expect(_answer(page)).to_have_text("4711023: Erika Sommer")
    stored = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "eyJ" not in stored
    assert not [url for url in seen if "eyJ" in url]
    assert violations(page) == []


def test_the_conversation_is_there_on_another_device(
    page: Page, company: Firm, browser: Browser
) -> None:
    """Another browser in which the same customer signs in shows what was said."""
    _sign_in(page, ERIKA)
    _say(page, "Hallo")
    expect(_answer(page)).to_have_text("4711023: Erika Sommer")
    with browser.new_context(locale="de-DE") as elsewhere:
        phone = _open(elsewhere, company)
        _sign_in(phone, ERIKA)
        phone.get_by_role("button", name="Schreiben Sie uns").click()
        expect(_answer(phone)).to_have_text("4711023: Erika Sommer")


def test_nothing_of_one_customer_is_there_for_the_next(page: Page, company: Firm) -> None:
    """After signing out neither messages nor what was typed are found, by nobody or by another."""
    _sign_in(page, ERIKA)
    _say(page, "Hallo")
    expect(_answer(page)).to_have_text("4711023: Erika Sommer")
    page.get_by_role("textbox", name="Nachricht").fill("Meine IBAN ist geheim")

    _sign_out(page)
    expect(page.get_by_role("textbox", name="Nachricht")).to_have_count(0)
    kept = page.evaluate("JSON.stringify({...localStorage})")
    assert "geheim" not in kept
    _say(page, "Hallo")
    expect(_answer(page)).to_have_text(re.compile("^niemand:"))
    expect(page.locator(".assistant .bubble")).to_have_count(1)

    _sign_in(page, MEHMET)
    _say(page, "Hallo")
    expect(_answer(page)).to_have_text("5510982: Mehmet Öztürk")
    expect(page.locator(".assistant .bubble")).to_have_count(1)


def test_an_expired_token_is_renewed_unnoticed(page: Page, company: Firm) -> None:
    """The chat asks the page for a new token, and the message is sent once."""
    _sign_in(page, ERIKA)
    _say(page, "Eins")
    expect(page.locator(".assistant .bubble")).to_have_count(1)
    company.now += (VALID_S + 120) * 1000
    _say(page, "Zwei")

    expect(page.locator(".assistant .bubble")).to_have_count(2)
    expect(page.locator(".you .bubble")).to_have_text(["Eins", "Zwei"])
    expect(page.locator(".offline")).to_have_text("")


def test_who_is_signed_out_elsewhere_is_nobody_here(page: Page, company: Firm) -> None:
    """Where the page has no token any more, the customer's conversation is closed."""
    _sign_in(page, ERIKA)
    _say(page, "Hallo")
    expect(_answer(page)).to_have_text("4711023: Erika Sommer")
    page.evaluate("fetch('/session', { method: 'DELETE' })")
    company.now += (VALID_S + 120) * 1000
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_text("4711023: Erika Sommer")).to_have_count(0)


@pytest.mark.parametrize(("query", "locale"), [("?lang=en", "de-DE"), ("", "en-GB")])
def test_the_portal_and_its_chat_are_read_in_english(
    browser: Browser, company: Firm, query: str, locale: str
) -> None:
    """By the address, or by the browser's own language."""
    with browser.new_context(locale=locale) as context:
        page = context.new_page()
        page.goto(company.url + query)
        page.get_by_label("Who are you?").select_option(ERIKA)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Hello, Erika Sommer!")).to_be_visible()
        expect(page.get_by_text("Electricity: ")).to_be_visible()
        expect(page).to_have_title("My account – Stadtwerke Musterstadt")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_role("button", name="Write to us").click()
