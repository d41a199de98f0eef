"""The web chat offers other messengers: by keyboard, accessibly, and only where there are some."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessible import violations
from tests.browser.test_webchat import PERSON, Brain, _open, _open_panel, _say, brain

__all__ = ["brain"]

TITLE = "In einem Messenger weiterschreiben"


def _connect(brain: Brain) -> None:
    connected = brain.house.vault.connected
    connected["telegram", "musterstadt_bot"] = {"access_token": "x"}
    connected["whatsapp", "100"] = {"access_token": "x", "public_name": "+49 30 230000001"}


def _waits(page: Page) -> None:
    _open_panel(page)
    _say(page, "Meine Rechnung")
    page.get_by_role("button", name=PERSON).click()
    expect(page.get_by_text("Sie müssen nicht hier warten.")).to_be_visible()
    expect(page.locator(".status, .typing")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 360)])
def test_who_waits_is_offered_other_messengers(
    browser: Browser, brain: Brain, scheme: Any, width: int
) -> None:
    """One tap brings links and a code; without a violation, and Escape leads back to the chat."""
    _connect(brain)
    context = browser.new_context(
        locale="de-DE", color_scheme=scheme, viewport={"width": width, "height": 720}
    )
    page = _open(context, brain)
    _waits(page)
    page.get_by_role("button", name="Lieber in Telegram oder WhatsApp weiter?").press("Enter")
    region = page.get_by_role("region", name=TITLE)
    code = region.locator("code").inner_text()
    telegram = region.get_by_role("link", name="In Telegram öffnen")
    expect(telegram).to_be_focused()
    expect(telegram).to_have_attribute("href", f"https://t.me/musterstadt_bot?start={code}")
    whatsapp = region.get_by_role("link", name="In WhatsApp öffnen").get_attribute("href")
    assert whatsapp is not None
    assert whatsapp.startswith("https://wa.me/4930230000001?text=")
    assert whatsapp.endswith(code)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    expect(region).to_be_hidden()
    expect(page.get_by_role("button", name=TITLE)).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_visible()
    context.close()


def test_nothing_is_offered_where_nothing_else_is_connected(browser: Browser, brain: Brain) -> None:
    """Neither in the head nor while waiting."""
    context = browser.new_context(locale="de-DE")
    page = _open(context, brain)
    _waits(page)
    expect(page.get_by_role("button", name=TITLE)).to_have_count(0)
    expect(page.get_by_text("weiter?")).to_have_count(0)
    context.close()
