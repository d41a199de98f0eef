"""The simulated messengers' page in a real browser: a customer writes, taps, and reads."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pforte.messengers.accounts import simulated_accounts
from pforte.messengers.faults import ChannelName
from pforte.messengers.server import Messengers
from pforte.messengers.web import Response, Server
from tests.browser.accessible import violations
from tests.browser.watched import nothing_breaks
from tests.way import call

USER = "4917604069001"
HOSTILE = '<img src=x onerror="document.title=1"> https://example.org/a?b=1.'


@pytest.fixture
def messengers(tmp_path: Path) -> Iterator[Messengers]:
    """Run the messengers beside a house that takes every webhook and says nothing."""
    house = Server(0, [("POST", "/webhooks/.*", lambda _: Response(200, b""))])
    house.start()
    base = f"http://127.0.0.1:{house.server_address[1]}"
    known = Messengers(0, tmp_path, base, simulated_accounts(tmp_path))
    known.start()
    yield known
    known.stop()
    house.stop()


type Opener = Callable[..., Page]


@pytest.fixture
def open_phone(browser: Browser, messengers: Messengers) -> Iterator[Opener]:
    """Open a phone; nothing may break its policy or throw."""
    with browser.new_context(locale="de-DE") as context, nothing_breaks() as watch:

        def open_page(
            path: str = f"/phone/whatsapp?user={USER}",
            before: Callable[[Page], None] | None = None,
        ) -> Page:
            page = context.new_page()
            if before:
                before(page)
            watch(page)
            page.goto(f"http://127.0.0.1:{messengers.port}{path}")
            return page

        yield open_page


def whatsapp_sends(messengers: Messengers, **message: object) -> None:
    account = messengers.whatsapp.account
    answer = call(
        "POST",
        f"http://127.0.0.1:{messengers.port}/whatsapp/v25.0/{account.account}/messages",
        headers={"Authorization": f"Bearer {account.access_token}"},
        json={"messaging_product": "whatsapp", "to": USER, **message},
    )
    assert answer.is_success, answer.text


def interactive(kind: str, action: Mapping[str, object]) -> dict[str, object]:
    return {"type": kind, "body": {"text": "Welche?"}, "action": action}


def write(page: Page, words: str) -> None:
    page.get_by_label("Nachricht", exact=True).fill(words)
    page.keyboard.press("Enter")


def test_write_and_read(messengers: Messengers, open_phone: Opener) -> None:
    """What the customer writes gets its ticks, and the answer appears without a reload."""
    page = open_phone()
    write(page, "Hallo")
    mine = page.locator(".customer-side .bubble")
    expect(mine).to_contain_text("Hallo")
    expect(mine.get_by_role("img", name="zugestellt")).to_be_visible()
    whatsapp_sends(messengers, type="text", text={"body": "Guten Tag"})
    expect(page.locator(".house-side .bubble")).to_contain_text("Guten Tag")
    expect(page.get_by_label("Nachricht", exact=True)).to_have_value("")


def test_nothing_typed_early_is_lost(messengers: Messengers, open_phone: Opener) -> None:
    """Who writes while the page still asks for the customers is heard all the same."""
    held: list[Route] = []

    def hold(page: Page) -> None:
        page.route("**/control/customers?*", lambda route: held.append(route))

    page = open_phone(before=hold)
    write(page, "Hallo")
    expect(page.get_by_label("Nachricht", exact=True)).to_have_value("")
    expect(page.locator("#known option")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".customer-side .bubble")).to_contain_text("Hallo")


def test_buttons_and_rows(messengers: Messengers, open_phone: Opener) -> None:
    """A tapped button or list row stands in the chat as the customer's choice."""
    page = open_phone()
    write(page, "Hallo")
    expect(page.locator(".customer-side")).to_have_count(1)
    reply = {"type": "reply", "reply": {"id": "yes!", "title": "Ja, diese"}}
    whatsapp_sends(
        messengers, type="interactive", interactive=interactive("button", {"buttons": [reply]})
    )
    page.get_by_role("button", name="Ja, diese").click()
    expect(page.locator(".customer-side").last).to_contain_text("Ja, diese")
    row = {"id": "gas!", "title": "Gas", "description": "Abrechnung 2025"}
    rows = {"button": "Auswählen", "sections": [{"rows": [row]}]}
    whatsapp_sends(messengers, type="interactive", interactive=interactive("list", rows))
    expect(page.locator(".house-side .meta").last).to_have_attribute("title", "gelesen")
    page.get_by_text("Auswählen").click()
    page.get_by_role("button", name="Gas").click()
    expect(page.locator(".customer-side").last).to_contain_text("Gas")
    assert [e.payload for e in messengers.store.entries("whatsapp", USER) if e.payload] == [
        "yes!",
        "gas!",
    ]


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
@pytest.mark.parametrize("kind", ["buttons", "quick replies"])
def test_options_on_messenger_and_instagram(
    messengers: Messengers, open_phone: Opener, channel: ChannelName, kind: str
) -> None:
    """Both kinds of options are tapped as on the other phones, at the first customer's number."""
    page = open_phone(f"/phone/{channel}")
    write(page, "Hallo")
    expect(page.locator(".customer-side")).to_have_count(1)
    [customer] = messengers.store.customers(channel)
    if kind == "buttons":
        button = {"type": "postback", "title": "Ja, diese", "payload": "yes!"}
        template = {"template_type": "button", "text": "Welche?", "buttons": [button]}
        content: dict[str, object] = {"attachment": {"type": "template", "payload": template}}
    else:
        reply = {"content_type": "text", "title": "Ja, diese", "payload": "yes!"}
        content = {"text": "Welche?", "quick_replies": [reply]}
    account = {"messenger": messengers.messenger, "instagram": messengers.instagram}[
        channel
    ].account
    answer = call(
        "POST",
        f"http://127.0.0.1:{messengers.port}/{channel}/v25.0/me/messages",
        headers={"Authorization": f"Bearer {account.access_token}"},
        json={"recipient": {"id": customer["user"]}, "message": content},
    )
    assert answer.is_success, answer.text
    page.get_by_role("button", name="Ja, diese").click()
    expect(page.locator(".customer-side").last).to_contain_text("Ja, diese")
    entries = messengers.store.entries(channel, customer["user"])
    assert [entry.payload for entry in entries if entry.payload] == ["yes!"]


def test_text_is_never_markup(messengers: Messengers, open_phone: Opener) -> None:
    """What anybody writes is shown letter by letter; only its addresses become links."""
    page = open_phone()
    write(page, HOSTILE)
    expect(page.locator(".customer-side .bubble")).to_contain_text(HOSTILE)
    whatsapp_sends(messengers, type="text", text={"body": HOSTILE})
    answer = page.locator(".house-side .bubble")
    expect(answer).to_contain_text(HOSTILE)
    expect(answer.get_by_role("link")).to_have_attribute("href", "https://example.org/a?b=1")
    expect(page.locator("img")).to_have_count(0)


def test_several_customers(messengers: Messengers, open_phone: Opener) -> None:
    """Each customer has a chat of their own, and one can change between them."""
    page = open_phone()
    write(page, "Hallo von mir")
    expect(page.locator(".customer-side")).to_have_count(1)
    page.get_by_label("Sie schreiben als").select_option("Neuer Kunde")
    page.wait_for_url("**/phone/whatsapp?user=4917604069002")
    expect(page.locator("#status")).to_have_text("WhatsApp · nachgestellt")
    expect(page.locator("#thread > div")).to_have_count(0)
    write(page, "Hallo von jemand anderem")
    expect(page.locator(".customer-side")).to_have_count(1)
    page.get_by_label("Sie schreiben als").select_option("Kunde 9001")
    expect(page.locator(".customer-side")).to_contain_text("Hallo von mir")


def test_refused_words_stay(messengers: Messengers, open_phone: Opener) -> None:
    """Words that the messenger does not take stay in the box, with the reason beside them."""
    page = open_phone("/phone/telegram?user=nobody")
    write(page, "Hallo")
    expect(page.get_by_role("alert")).to_contain_text("Telegram")
    expect(page.get_by_label("Nachricht", exact=True)).to_have_value("Hallo")


def test_english_and_telegram(messengers: Messengers, open_phone: Opener) -> None:
    """The page speaks English as well, and a tap on Telegram is no message."""
    page = open_phone("/phone/telegram?user=7000000001&lang=en")
    page.get_by_label("Message", exact=True).fill("hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".customer-side")).to_have_count(1)
    token = messengers.telegram.account.access_token
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes!"}]]}
    call(
        "POST",
        f"http://127.0.0.1:{messengers.port}/telegram/bot{token}/sendMessage",
        json={"chat_id": 7000000001, "text": "Really?", "reply_markup": keyboard},
    )
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".line")).to_have_text("tapped “Yes”")


@pytest.mark.parametrize(("width", "height"), [(1280, 420), (390, 760), (320, 480)])
def test_all_messengers_stand_in_one_row_above_a_whole_phone(
    open_phone: Opener, width: int, height: int
) -> None:
    """However small the window: where one is and where one writes are in sight."""

    def narrow(page: Page) -> None:
        page.set_viewport_size({"width": width, "height": height})

    page = open_phone("/phone/email", before=narrow)
    rows = page.locator("#messengers a").evaluate_all("all => all.map((one) => one.offsetTop)")
    assert len(rows) == 5
    assert len(set(rows)) == 1
    expect(page.locator("#messengers [aria-current]")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#composer")).to_be_in_viewport(ratio=1)


def test_a_mail_comes_from_an_address(open_phone: Opener) -> None:
    """Who writes a mail is asked for an address, and it is taken letter by letter."""
    page = open_phone("/phone/email")
    page.get_by_label("Sie schreiben als").select_option("Andere Adresse …")
    other = page.get_by_label("E-Mail-Adresse")
    expect(other).to_have_attribute("inputmode", "email")
    expect(other).to_have_attribute("placeholder", "name@example.org")
    other.fill("jo+strom@example.org")
    other.press("Enter")
    page.wait_for_url("**/phone/email?user=jo%2Bstrom%40example.org")


def test_the_page_has_its_icon(messengers: Messengers, open_phone: Opener) -> None:
    """The browser asks for nothing that is not there."""
    icon = open_phone().locator("link[rel=icon]").get_attribute("href")
    answer = call("GET", f"http://127.0.0.1:{messengers.port}{icon}")
    assert answer.is_success
    assert answer.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser: Browser, messengers: Messengers, scheme: str) -> None:
    """Axe finds nothing wrong with the page, colours included, in light and dark."""
    context = browser.new_context(locale="de-DE", color_scheme=scheme)  # type: ignore[arg-type]  # one of the literals
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{messengers.port}/phone/whatsapp?user={USER}")
    write(page, "Hallo")
    ticks = page.locator(".customer-side").get_by_role("img", name="zugestellt")
    expect(ticks).to_have_count(1)
    whatsapp_sends(messengers, type="text", text={"body": "Guten Tag"})
    expect(page.locator(".house-side .meta")).to_have_attribute("title", "gelesen")
    assert violations(page) == []
    context.close()
