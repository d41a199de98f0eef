"""Agents at work in a real browser, over fakes: nothing typed is lost, and nobody else gets in."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from desk.agent import agent_of
from desk.claiming import claim_this
from tests.browser.desk import Desk, context, desk, enter, page, reply_box, row, sign_in
from tests.unit.desk.scenes import JONAS, conversation_id

__all__ = ["context", "desk", "page"]


def test_an_agent_takes_the_next_answers_and_is_done(page: Page, desk: Desk) -> None:
    """From the sign-in to "Erledigt" with keys alone: who waits longest is answered."""
    desk.house.waiting("Clara", minutes=2)
    yusuf = desk.house.waiting("Yusuf Demir", minutes=18, question="Wo ist mein Stand?")
    desk.house.said(yusuf, "customer", "Wo ist mein Stand?", 18)
    sign_in(page, "guess")
    expect(page.get_by_role("alert")).to_have_text("E-Mail oder Passwort stimmt nicht.")
    sign_in(page)
    expect(page).to_have_title("(2) Pforte")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Yusuf Demir")).to_be_visible()
    expect(page.locator(".entries")).to_contain_text("Anna Weber ist jetzt für Sie da.")
    expect(page).to_have_title("(1) Pforte")
    reply_box(page).fill("Ich sehe nach.\nEinen Moment.")
    reply_box(page).press("Control+Enter")
    expect(reply_box(page)).to_have_value("")
    sent = page.locator(".entry.agent")
    expect(sent).to_contain_text("Ich sehe nach.")
    expect(sent).to_contain_text("Sie · ")
    expect(sent).to_contain_text("gesendet")
    expect(sent).to_have_count(1)
    page.get_by_role("button", name="Erledigt").click()
    expect(page.locator(".who")).to_have_text("Der digitale Assistent führt dieses Gespräch.")
    expect(row(page, "Yusuf Demir")).to_have_count(0)


def test_polling_disturbs_nobody_who_writes_or_reads(page: Page, desk: Desk) -> None:
    """New messages move neither the caret, nor the focus, nor what is being read."""
    yusuf = desk.has("Yusuf")
    for n in range(40):
        desk.house.said(yusuf, "customer", f"Nachricht {n}", 50 - n)
    sign_in(page)
    row(page, "Yusuf").click()
    expect(page.locator(".entries")).to_contain_text("Nachricht 39")
    box = reply_box(page)
    box.fill("Guten Tag")
    box.evaluate("box => { window.box = box; box.setSelectionRange(3, 7); }")
    desk.do(lambda: desk.house.said(yusuf, "customer", "Sind Sie noch da?"))
    expect(page.locator(".entries")).to_contain_text("Sind Sie noch da?")
    kept = "box => [box === window.box, document.activeElement === box,"
    assert box.evaluate(f"{kept} box.selectionStart, box.selectionEnd, box.value]") == [
        *(True, True, 3, 7, "Guten Tag"),
    ]
    scroll = page.locator("#scroll")
    at_end = "e => e.scrollHeight - e.scrollTop - e.clientHeight < 2"
    assert scroll.evaluate(at_end)
    scroll.evaluate("e => { e.scrollTop = 100; }")
    desk.do(lambda: desk.house.said(yusuf, "customer", "Hallo?"))
    expect(page.get_by_role("button", name="Neue Nachricht")).to_be_visible()
    assert scroll.evaluate("e => e.scrollTop") == 100
    page.get_by_role("button", name="Neue Nachricht").click()
    expect(page.get_by_role("button", name="Neue Nachricht")).to_have_count(0)


def test_what_was_typed_stays(page: Page, desk: Desk) -> None:
    """Each conversation keeps its draft: in the page, and in the house when the page is gone."""
    desk.has("Yusuf")
    desk.has("Clara")
    sign_in(page)
    row(page, "Yusuf").click()
    reply_box(page).fill("Für Yusuf")
    row(page, "Clara").click()
    expect(page.get_by_role("heading", name="Clara")).to_be_visible()
    expect(reply_box(page)).to_have_value("")
    expect(row(page, "Yusuf")).to_contain_text("Entwurf: Für Yusuf")
    with page.expect_response(lambda answer: "Für Clara" in (answer.request.post_data or "")):
        reply_box(page).fill("Für Clara")
        row(page, "Yusuf").click()
    expect(reply_box(page)).to_have_value("Für Yusuf")
    page.reload()
    sign_in(page)
    row(page, "Clara").click()
    expect(reply_box(page)).to_have_value("Für Clara")


@pytest.mark.parametrize("arrived", [False, True])
def test_a_broken_line_loses_no_reply(page: Page, desk: Desk, arrived: bool) -> None:
    """What did not get through says so and can be sent again; what did stands there once."""
    desk.has("Yusuf")
    sign_in(page)
    row(page, "Yusuf").click()
    expect(reply_box(page)).to_be_visible()
    tries: list[Any] = []

    def lose(route: Route) -> None:
        """Lose the first request, or the answer to it."""
        tries.append(route.request.post_data_json)
        if len(tries) > 1:
            route.continue_()
            return
        if arrived:
            route.fetch()
        route.abort()

    reads = re.compile(r"/overview|/conversations/\w+\?")
    page.route("**/replies", lose)
    page.route(reads, lambda route: route.abort())
    reply_box(page).fill("Guten Tag")
    page.get_by_role("button", name="Senden").click()
    failed = page.locator(".entry.failed")
    expect(failed).to_contain_text("Nicht gesendet: keine Verbindung.")
    expect(page.locator(".offline")).to_contain_text("Keine Verbindung.")
    if not arrived:
        failed.get_by_role("button", name="Noch einmal senden").click()
    page.unroute(reads)
    expect(page.locator(".offline")).to_be_empty()
    expect(page.locator(".entry.agent")).to_have_count(1)
    expect(page.locator(".entry.agent .meta")).to_contain_text("gesendet")
    expect(failed).to_have_count(0)
    assert len({tried["id"] for tried in tries}) == 1
    records = desk.house.table.all_records(conversation_id("Yusuf"))
    assert [r.messages[0].author for r in records].count("agent") == 1


def test_somebody_was_faster(page: Page, desk: Desk) -> None:
    """Who comes too late is told so, and by whom the conversation is answered."""
    yusuf = desk.house.waiting("Yusuf")
    sign_in(page)
    row(page, "Ist mein Zählerstand").click()
    take = page.get_by_role("button", name="Übernehmen")
    expect(take).to_be_visible()

    def first_jonas(route: Route) -> None:
        jonas = agent_of({"jwt": {"claims": JONAS}})
        desk.do(lambda: claim_this(desk.house.outside, jonas, yusuf.id))
        route.continue_()

    page.route("**/claim", first_jonas)
    take.click()
    expect(page.locator(".notice")).to_contain_text("Jemand war schneller.")
    expect(page.locator(".who")).to_have_text("Jonas Beck hat dieses Gespräch.")
    expect(reply_box(page)).to_have_count(0)


def test_a_lost_session_asks_again_and_keeps_the_draft(page: Page, desk: Desk) -> None:
    """When the token ends, the page asks for the password; what was typed is still there."""
    desk.has("Yusuf")
    sign_in(page)
    row(page, "Yusuf").click()
    reply_box(page).fill("Noch nicht fertig")
    desk.lets_in = False
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Ihre Entwürfe sind noch da.")
    desk.lets_in = True
    sign_in(page)
    expect(reply_box(page)).to_have_value("Noch nicht fertig")


def test_who_has_left_stays_out(page: Page, desk: Desk) -> None:
    """A token that was being renewed when somebody signed out lets nobody in again."""
    sign_in(page)
    held: list[Route] = []
    page.route("**/desk/login", lambda route: held.append(route))
    with page.expect_request("**/desk/login"):
        desk.lets_in = False
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    desk.lets_in = True
    with page.expect_response("**/desk/login"):
        held[0].continue_()
    # The house answers one after the other: what the page asked with the new token is answered.
    page.evaluate("fetch('/desk').then(answer => answer.text())")
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(page.locator(".problem")).to_be_empty()


def test_whoever_comes_next_finds_nothing_of_the_last(page: Page, desk: Desk) -> None:
    """After the session of one person, another one signs in: no draft, no thread, no open row."""
    desk.has("Yusuf")
    sign_in(page)
    row(page, "Yusuf").click()
    reply_box(page).fill("Nur für mich")
    desk.lets_in = False
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    desk.lets_in, desk.who = True, JONAS
    held: list[Route] = []
    page.route("**/overview", lambda route: held.append(route))
    with page.expect_request("**/overview"):
        enter(page)
    seen_before_an_answer = row(page, "Yusuf").count()
    for route in held:
        route.continue_()
    page.unroute("**/overview")
    assert seen_before_an_answer == 0
    expect(page.locator(".here")).to_have_text("Jonas Beck")
    expect(page.get_by_text("Kein Gespräch offen")).to_be_visible()
    expect(page.get_by_text("Nur für mich")).to_have_count(0)


def test_tokens_are_in_memory_only(page: Page, desk: Desk) -> None:
    """Nothing that lets somebody in is left in the browser's storage."""
    sign_in(page)
    page.get_by_role("button", name="English").click()
    stores = "[localStorage, sessionStorage].map(store => JSON.stringify(store)).join('')"
    assert page.evaluate(stores) == '{"pforte.language":"en"}{}'
    assert page.evaluate("document.cookie") == ""
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_draft_is_not_left_behind_unseen(page: Page, desk: Desk) -> None:
    """Whoever ends a conversation with words left in the box is asked once."""
    desk.has("Yusuf")
    sign_in(page)
    row(page, "Yusuf").click()
    reply_box(page).fill("Noch etwas")
    page.get_by_role("button", name="Erledigt").click()
    expect(page.get_by_role("button", name="Trotz Entwurf erledigen?")).to_be_visible()
    expect(row(page, "Yusuf")).to_have_count(1)
