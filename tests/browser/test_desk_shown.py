"""What the desk shows in a real browser, over fakes: to everybody, on every screen, as text."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from conversation.message import Button, Change, Content
from tests.browser.accessible import violations
from tests.browser.desk import Desk, context, desk, page, reply_box, row, sign_in

__all__ = ["context", "desk", "page"]


def test_customers_words_are_never_markup(page: Page, desk: Desk) -> None:
    """Names, messages, questions and buttons of strangers are shown letter by letter."""
    evil = "<img src=x onerror='window.evil=1'><script>window.evil=1</script>"
    yusuf = desk.house.waiting(evil, question=evil, facts={evil: evil})
    content = Content(text=f"{evil} javascript:evil()", buttons=(Button(title=evil, payload="/"),))
    desk.house.said(yusuf, "customer", content=content)
    sign_in(page)
    page.locator(".row").first.click()
    expect(page.locator(".bubble")).to_contain_text(evil)
    expect(page.locator(".context")).to_contain_text(evil)
    expect(page.locator(".head h2")).to_have_text(evil)
    assert page.evaluate("window.evil") is None
    assert page.locator("img, .bubble script, a").count() == 0


def test_what_the_bot_knows_is_named_in_the_agents_language(page: Page, desk: Desk) -> None:
    """A slot is called what the bot's author calls it; one without a title by its own name."""
    desk.has("Yusuf", facts={"meter_number": "1ESY 44", "new_address": "Markt 1"})
    sign_in(page)
    row(page, "Yusuf").click()
    terms = page.locator(".context dt")
    expect(terms.filter(has_text="Zählernummer")).to_have_count(1)
    expect(terms.filter(has_text="New address")).to_have_count(1)
    page.get_by_role("button", name="English").click()
    expect(terms.filter(has_text="Meter number")).to_have_count(1)


def test_unread_conversations_are_marked(page: Page, desk: Desk) -> None:
    """A message in a conversation that is not open is seen in the list, until it is opened."""
    yusuf = desk.has("Yusuf")
    desk.has("Clara")
    sign_in(page)
    row(page, "Clara").click()
    desk.house.now += 60_000
    desk.do(lambda: desk.house.said(yusuf, "customer", "Noch eine Frage"))
    mark = row(page, "Yusuf").get_by_role("img", name="ungelesen")
    expect(mark).to_be_visible()
    row(page, "Yusuf").click()
    expect(mark).to_have_count(0)


def _full_house(desk: Desk) -> None:
    yusuf = desk.has("Yusuf Demir", facts={"zaehler": "1ESY 4471"})
    desk.house.said(yusuf, "customer", "moin, im portal steht 0", 9)
    desk.house.said(yusuf, "bot", "Ich sehe Ihre Meldung.", 8, state="sent", receipt=3)
    reasons = {f"{yusuf.id}.4.00": "window_closed"}
    desk.house.said(yusuf, "agent", "Guten Tag", 7, agent="anna-1", state="failed", reasons=reasons)
    desk.house.said(yusuf, "system", "blocked", 6, address=None)
    for name, minutes in (("Alt", 18), ("Mittel", 9), ("Neu", 1)):
        desk.house.waiting(name, minutes=minutes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, desk: Desk, scheme: Any) -> None:
    """The sign-in, the desk and its keys pass axe's rules in light and dark, contrast included."""
    _full_house(desk)
    with browser.new_context(locale="de-DE", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{desk.url}/desk")
        page.get_by_label("E-Mail").wait_for()
        assert violations(page) == []
        sign_in(page)
        expect(page.locator(".row")).to_have_count(4)
        assert violations(page) == []
        row(page, "Yusuf").click()
        expect(page.locator(".entry.failed")).to_be_visible()
        assert violations(page) == []
        page.set_viewport_size({"width": 375, "height": 700})
        assert violations(page) == []
        page.get_by_role("button", name="Zurück").click()
        assert violations(page) == []
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("button", name="Tasten").click()
        expect(page.get_by_role("button", name="Schließen")).to_be_focused()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Tasten")).to_be_focused()


@pytest.mark.parametrize("width", [320, 700])
def test_a_narrow_page_is_three_views(browser: Browser, desk: Desk, width: int) -> None:
    """List, thread and context are each a view with a way back, and nothing sticks out."""
    _full_house(desk)
    size: Any = {"width": width, "height": 640}
    with browser.new_context(locale="de-DE", viewport=size) as context:
        page = context.new_page()
        page.goto(f"{desk.url}/desk")
        sign_in(page)
        expect(page.locator(".row")).to_have_count(4)
        sticks_out = "document.documentElement.scrollWidth > innerWidth"
        expect(page.locator(".thread")).to_be_hidden()
        assert not page.evaluate(sticks_out)
        row(page, "Yusuf").click()
        expect(page.locator(".entry.failed")).to_be_visible()
        expect(page.locator(".lists")).to_be_hidden()
        expect(reply_box(page)).to_be_in_viewport()
        assert not page.evaluate(sticks_out)
        page.get_by_role("button", name="Worum es geht").click()
        expect(page.locator(".context")).to_be_visible()
        expect(page.locator(".thread")).to_be_hidden()
        page.get_by_role("button", name="Zum Gespräch").click()
        page.get_by_role("button", name="Zurück").click()
        expect(page.locator(".lists")).to_be_visible()


@pytest.mark.parametrize(("language", "name"), [("de", "E-Mail"), ("en", "E-mail")])
def test_mail_has_its_name_everywhere(page: Page, desk: Desk, language: str, name: str) -> None:
    """Row, head and the customer's addresses call mail what the agent's language calls it."""
    desk.has("Erika", channel="email", user="erika@example.org")
    sign_in(page)
    if language == "en":
        page.get_by_role("button", name="English").click()
    row(page, "Erika").click()
    expect(row(page, "Erika").locator(".channel")).to_have_text(name)
    expect(page.locator(".chip").first).to_contain_text(name)
    expect(page.locator(".context dt", has_text=name)).to_have_count(1)


def test_an_empty_desk_says_so(page: Page, desk: Desk) -> None:
    """Where there is nothing, words say what that means and what one can do."""
    sign_in(page)
    expect(page.get_by_text("Niemand wartet.")).to_be_visible()
    expect(page.get_by_text("Sie haben gerade kein Gespräch.")).to_be_visible()
    expect(page.get_by_text("Kein Gespräch offen")).to_be_visible()
    expect(page.get_by_role("button", name="Nächstes Gespräch")).to_be_disabled()
    expect(page).to_have_title("Pforte")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def test_what_was_changed_later_is_shown_where_it_was_said(page: Page, desk: Desk) -> None:
    """Earlier wordings on demand, a deletion without its words, reactions, what others answered."""
    yusuf = desk.has("Yusuf", sent={"whatsapp": 12})
    house = desk.house
    house.said(yusuf, "customer", "Zähler 123", 9, provider_id="a")
    house.said(yusuf, "customer", "Geheim 4711", 8, provider_id="b")
    house.said(yusuf, "agent", "Wir rufen an.", 7, elsewhere=True, provider_id="c")
    house.said(yusuf, "customer", "<b>Zähler 124</b>", change=Change(kind="edit", target="a"))
    house.said(yusuf, "customer", change=Change(kind="delete", target="b"))
    house.said(yusuf, "customer", change=Change(kind="reaction", target="c", emoji="👍"))
    house.said(yusuf, "system", "referral: https://m.me/x?ref=<i>", address=None)
    sign_in(page)
    row(page, "Yusuf").click()
    entries = page.locator(".entries")
    expect(page.locator(".chips")).to_contain_text("WhatsApp 13 gesendet")  # one by the claim
    expect(entries).to_contain_text("<b>Zähler 124</b>")
    expect(entries).to_contain_text("in einer anderen App geantwortet")
    expect(entries).to_contain_text("Reaktion 👍")
    expect(entries).to_contain_text("Kam über den Link: https://m.me/x?ref=<i>")
    expect(entries).to_contain_text("gelöscht")
    expect(entries).not_to_contain_text("4711")
    expect(page.get_by_text("Zähler 123")).to_be_hidden()
    page.get_by_text("bearbeitet").click()
    expect(page.get_by_text("Zähler 123")).to_be_visible()
    desk.do(lambda: house.said(yusuf, "customer", change=Change(kind="reaction", target="c")))
    expect(entries).not_to_contain_text("Reaktion 👍")
    expect(page.get_by_text("Zähler 123")).to_be_visible()
