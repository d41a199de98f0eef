"""Messaging windows at the desk: told before one types, with what works when they are closed.

The page's clock is the house's: pages go by the date of its answers.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from conversation.conversation import Conversation
from conversation.template import Template
from conversation.window import DAY
from tests.browser.accessible import violations
from tests.browser.desk import Desk, context, page, reply_box, row, sign_in
from tests.gateway import serving
from tests.unit.desk.scenes import FRONT_DOOR, House, conversation_id

__all__ = ["context", "page"]

MINUTE = 60_000
HOUR = 60 * MINUTE

TEMPLATES = [
    {
        "name": "answer_ready",
        "language": "en",
        "body": "Hello {{1}}, we have an answer to your request {{2}} now.",
        "parameters": [
            {"de": "Name", "en": "Name", "suggest": "name"},
            {"de": "Vorgangsnummer", "en": "Reference number", "suggest": "reference"},
        ],
    },
    {
        "name": "answer_ready",
        "language": "de",
        "header": "Stadtwerke Musterstadt",
        "body": "Guten Tag {{1}}, zu {{2}} haben wir eine Antwort. Es geht um {{3}}, wie bestellt.",
        "footer": "Ihr Kundenservice",
        "parameters": [
            {"de": "Name", "en": "Name", "suggest": "name"},
            {"de": "Vorgangsnummer", "en": "Reference number", "suggest": "reference"},
            {"de": "Thema", "en": "Subject"},
        ],
        "buttons": ["Antwort lesen"],
    },
]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Serve a desk whose clock tests move."""
    desk = Desk()
    templates = tuple(Template.model_validate(written) for written in TEMPLATES)
    desk.house = House(front_door=FRONT_DOOR.model_copy(update={"templates": templates}))
    with serving(desk.handle, desk.claims, desk.house.clock) as desk.url:
        yield desk


def _anna_has(desk: Desk, heard: int, channel: str = "whatsapp", **more: Any) -> Conversation:
    """Let Anna have Yusuf, who wrote so long ago (ms)."""
    address = f"{channel}:4930123:491711234042"
    at = desk.house.now - heard
    yusuf = desk.has("Yusuf Demir", channel=channel, heard={address: at}, **more)
    desk.house.said(yusuf, "customer", "Wann kommt der neue Zähler?", heard / MINUTE)
    return yusuf


def _open(page: Page) -> None:
    sign_in(page)
    row(page, "Yusuf").click()


def _link(desk: Desk, yusuf: Conversation) -> None:
    """Let Yusuf be reached on Telegram too."""
    known = desk.house.table.conversation(yusuf.id)
    assert known is not None
    addresses = (*known.addresses, "telegram:stadtwerke_bot:7000000011")
    desk.house.put(known.model_copy(update={"addresses": addresses}))


def test_one_sees_how_long_one_may_write(page: Page, desk: Desk) -> None:
    """The time left stands at the reply box and goes down; in the last hour it warns."""
    _anna_has(desk, DAY - 3 * HOUR - 12 * MINUTE - 30_000)
    _open(page)
    left = page.locator(".window")
    expect(left).to_have_text("Noch 3 Std. 12 Min. frei schreiben")
    expect(left).not_to_have_class(re.compile("soon"))
    desk.house.now += 2 * HOUR + 13 * MINUTE
    expect(left).to_have_text("Noch 59 Min. frei schreiben")
    expect(left).to_have_class(re.compile("soon"))
    page.get_by_role("button", name="English").click()
    expect(left).to_have_text("59 min left to write freely")


def test_the_window_closes_while_one_types(page: Page, desk: Desk) -> None:
    """At its end the box says so by itself; what was typed stays, and cannot be sent in vain."""
    yusuf = _anna_has(desk, DAY - 2 * MINUTE)
    _open(page)
    reply_box(page).fill("Der Zähler kommt am Montag.")
    desk.house.now += 3 * MINUTE
    closed = page.locator(".closed")
    expect(closed).to_contain_text("Auf WhatsApp können Sie gerade nicht frei schreiben")
    expect(reply_box(page)).to_have_value("Der Zähler kommt am Montag.")
    expect(page.get_by_role("button", name="Senden", exact=False).last).to_be_disabled()
    reply_box(page).press("Control+Enter")
    expect(reply_box(page)).to_have_value("Der Zähler kommt am Montag.")
    records = desk.house.table.all_records(yusuf.id)
    assert not any(m.author == "agent" for record in records for m in record.messages)

    def hear() -> None:
        known = desk.house.table.conversation(yusuf.id)
        assert known is not None
        heard = {known.answer_to: desk.house.now}
        desk.house.put(known.model_copy(update={"heard": heard}))

    desk.do(hear)
    expect(closed).to_have_count(0)
    expect(page.locator(".window")).to_contain_text("23 Std. 59 Min.")


def test_a_reply_that_comes_too_late_loses_nothing(page: Page, desk: Desk) -> None:
    """The window closed on the way: a clear word, and the text is back in the box."""
    _anna_has(desk, DAY - HOUR)
    _open(page)
    reply_box(page).fill("Der Zähler kommt am Montag.")

    def late(route: Route) -> None:
        desk.house.now += 2 * HOUR
        route.continue_()

    page.route("**/replies", late)
    reply_box(page).press("Control+Enter")
    expect(page.locator(".notice")).to_contain_text("Das Zeitfenster des Messengers ist zu.")
    expect(reply_box(page)).to_have_value("Der Zähler kommt am Montag.")
    expect(page.locator(".closed")).to_be_visible()


def test_a_template_is_filled_seen_and_sent(page: Page, desk: Desk) -> None:
    """In the customer's language first; what is known stands there; the preview is what is sent."""
    yusuf = _anna_has(desk, 2 * DAY)
    _open(page)
    expect(reply_box(page)).to_have_count(0)
    kept_back = "nicht gesendet, das Zeitfenster des Messengers ist zu"
    expect(page.locator(".entry.line .late")).to_have_text(kept_back)
    page.get_by_role("button", name="Vorlage ausfüllen").click()
    expect(page.get_by_label("Vorlage", exact=True)).to_have_value("answer_ready de")
    expect(page.get_by_label("Name")).to_have_value("Yusuf Demir")
    expect(page.get_by_label("Vorgangsnummer", exact=True)).to_have_value("SM-YUSU-2K7M")
    send = page.get_by_role("button", name="Vorlage senden")
    expect(send).to_be_disabled()
    expect(page.locator(".missing")).to_have_text("Thema")
    page.get_by_label("Thema").fill("  Ihren \t neuen    Zähler ")
    body = (
        "Guten Tag Yusuf Demir, zu SM-YUSU-2K7M haben wir eine Antwort. "
        "Es geht um Ihren neuen Zähler, wie bestellt."
    )
    preview = page.locator(".preview")
    expect(preview.locator(".text")).to_have_text(body)
    for words in ("Stadtwerke Musterstadt", "Ihr Kundenservice", "Antwort lesen"):
        expect(preview).to_contain_text(words)
    send.click()
    entry = page.locator(".entry.agent")
    expect(entry).to_contain_text(body)
    expect(entry).to_contain_text("gesendet")
    sent = desk.house.table.all_records(yusuf.id)[-1].messages[-1]
    assert sent.content.text == f"Stadtwerke Musterstadt\n\n{body}\n\nIhr Kundenservice"
    expect(page.locator(".template")).to_have_count(0)


def test_another_template_and_back(page: Page, desk: Desk) -> None:
    """The other language is one choice away; cancelling leads back to the offers."""
    _anna_has(desk, 2 * DAY)
    _open(page)
    page.get_by_role("button", name="Vorlage ausfüllen").click()
    expect(page.get_by_label("Vorlage", exact=True).locator("option")).to_have_text(
        [
            "Guten Tag [Name], zu [Vorgangsnummer] haben wir eine … · Deutsch",
            "Hello [Name], we have an answer to your request … · Englisch",
        ]
    )
    page.get_by_label("Vorlage", exact=True).select_option("answer_ready en")
    expect(page.locator(".preview")).to_contain_text("Hello Yusuf Demir, we have an answer")
    expect(page.get_by_label("Thema")).to_have_count(0)
    page.get_by_label("Name").fill("x" * 1100)
    expect(page.locator(".template .problem")).to_contain_text("Zu lang:")
    expect(page.get_by_role("button", name="Vorlage senden")).to_be_disabled()
    page.get_by_role("button", name="Abbrechen").click()
    expect(page.locator(".closed")).to_be_visible()


def test_a_template_that_was_not_taken_comes_back(page: Page, desk: Desk) -> None:
    """A refusal brings the form back with what was filled in, and says why."""
    _anna_has(desk, 2 * DAY)
    _open(page)
    page.get_by_role("button", name="Vorlage ausfüllen").click()
    page.get_by_label("Thema").fill("Ihren Zähler")
    refusal = {"title": "Bad request", "status": 400, "detail": "There is no such template."}
    page.route("**/templates", lambda route: route.fulfill(status=400, json=refusal))
    page.get_by_role("button", name="Vorlage senden").click()
    expect(page.locator(".template .problem")).to_contain_text("There is no such template.")
    expect(page.get_by_label("Thema")).to_have_value("Ihren Zähler")


def test_the_answer_goes_where_it_can(page: Page, desk: Desk) -> None:
    """Another address of the customer's is offered, said, and taken back again."""
    yusuf = _anna_has(desk, 2 * DAY)
    _link(desk, yusuf)
    _open(page)
    page.get_by_role("button", name="Auf Telegram ••• 011 antworten").click()
    line = page.locator(".window")
    expect(line).to_contain_text("Antwort geht an Telegram ••• 011")
    page.get_by_role("button", name="Ändern").click()
    expect(page.locator(".closed")).to_be_visible()
    page.get_by_role("button", name="Auf Telegram").click()
    reply_box(page).fill("Der Zähler kommt am Montag.")
    with page.expect_request("**/replies") as asked:
        reply_box(page).press("Control+Enter")
    sent: Any = asked.value.post_data_json
    assert sent["to"] == "1:telegram:••• 011"
    expect(page.locator(".entry.agent")).to_contain_text("gesendet")


def test_after_a_day_on_messenger_only_people_write(page: Page, desk: Desk) -> None:
    """One may still type, and reads until when; after seven days there is nothing but to wait."""
    _anna_has(desk, 2 * DAY, "messenger")
    _open(page)
    expect(page.locator(".window")).to_contain_text("Nur noch Menschen dürfen hier schreiben, bis")
    expect(reply_box(page)).to_be_visible()
    desk.house.now += 5 * DAY
    closed = page.locator(".closed")
    expect(closed).to_contain_text("nur sieben Tage lang")
    expect(closed).to_contain_text("Sobald dort wieder geschrieben wird")
    expect(closed.get_by_role("button")).to_have_count(0)


def test_what_the_messenger_refused_is_explained_with_the_same_offers(
    page: Page, desk: Desk
) -> None:
    """Though we took the window for open: the reason at the message, and what works instead."""
    yusuf = _anna_has(desk, HOUR)
    reasons = {f"{yusuf.id}.3.00": "window_closed (131047)"}
    more: dict[str, Any] = {"agent": "anna-1", "state": "failed", "reasons": reasons}
    desk.house.said(yusuf, "agent", "Guten Tag", 1, **more)
    _open(page)
    expect(page.locator(".entry.failed")).to_contain_text("Nehmen Sie eine Vorlage")
    expect(page.locator(".closed")).to_contain_text("WhatsApp hat Ihre letzte Nachricht nicht")
    expect(page.get_by_role("button", name="Vorlage ausfüllen")).to_be_visible()
    expect(reply_box(page)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, desk: Desk, scheme: Any) -> None:
    """The closed box and the form pass axe's rules; nothing sticks out of a narrow page."""
    _link(desk, _anna_has(desk, 2 * DAY))
    with browser.new_context(locale="de-DE", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{desk.url}/desk")
        _open(page)
        expect(page.locator(".closed")).to_be_visible()
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        sticks_out = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(sticks_out)
        page.get_by_role("button", name="Vorlage ausfüllen").click()
        expect(page.get_by_label("Thema")).to_be_visible()
        assert not page.evaluate(sticks_out)
        assert violations(page) == []
        page.get_by_role("button", name="Vorlage senden").scroll_into_view_if_needed()
        expect(page.get_by_role("button", name="Vorlage senden")).to_be_in_viewport()


def test_hostile_words_in_the_form_are_text(page: Page, desk: Desk) -> None:
    """A customer's name is suggested letter by letter, and previewed so."""
    evil = "<img src=x onerror='window.evil=1'>"
    id_ = conversation_id("Yusuf Demir")
    _anna_has(desk, 2 * DAY)

    def rename() -> None:
        known = desk.house.table.conversation(id_)
        assert known is not None
        desk.house.put(known.model_copy(update={"name": evil}))

    desk.do(rename)
    sign_in(page)
    page.locator(".row").first.click()
    page.get_by_role("button", name="Vorlage ausfüllen").click()
    expect(page.locator(".preview")).to_contain_text(evil)
    assert page.evaluate("window.evil") is None
    assert page.locator(".preview img").count() == 0
