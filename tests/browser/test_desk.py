"""The desk in a real browser, over fakes: what agents see, and that nothing typed is lost."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from conversation.conversation import BOT, Conversation
from conversation.event import Reply, event_from_json
from conversation.message import Button, Change, Content
from desk.agent import agent_of
from desk.claiming import claim_this
from tests.browser.accessible import violations
from tests.gateway import serving
from tests.unit.desk.scenes import ANNA, JONAS, House, conversation_id


class Desk:
    """A served desk, and a stand-in for `converse` that takes what agents write at once."""

    def __init__(self) -> None:
        self.house = House()
        self.url = ""
        self.lets_in = True
        self.who: dict[str, Any] = ANNA
        self._lock = threading.RLock()

    def handle(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Answer a request, then work on what arrived."""
        with self._lock:
            answer = self.house.desk(event, context)
            for message in self.house.inbound_queue.receive():
                self._happen(message.group, event_from_json(message.body))
                self.house.inbound_queue.delete(message.receipt)
            return answer

    def claims(self, headers: Mapping[str, str]) -> dict[str, Any] | None:
        """Verify tokens as the stub directory gives them out."""
        token = headers.get("authorization", "")
        if self.lets_in and token == f"Bearer token of {ANNA['email']}":
            return self.who
        return None

    def do[R](self, act: Callable[[], R]) -> R:
        """Let something happen between two requests."""
        with self._lock:
            return act()

    def has(self, name: str, **fields: Any) -> Conversation:
        """Let Anna have a conversation."""
        waiting = self.house.waiting(name, **fields)
        claim_this(self.house.outside, agent_of({"jwt": {"claims": ANNA}}), waiting.id)
        return waiting

    def _happen(self, id_: str, event: Any) -> None:
        conversation = self.house.table.conversation(id_)
        assert conversation is not None
        if isinstance(event, Reply):
            self.house.said(
                conversation,
                "agent",
                event.text,
                agent=event.agent,
                event_id=event.id,
                state="sent",
            )
        else:
            ended = {"assignee": BOT, "escalation": None, "epoch": conversation.epoch + 1}
            self.house.put(conversation.model_copy(update=ended))


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Serve a desk."""
    desk = Desk()
    with serving(desk.handle, desk.claims) as desk.url:
        yield desk


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a browser of somebody who reads German."""
    with browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900}) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext, desk: Desk) -> Iterator[Page]:
    """Open the desk; a test fails if the page raises an error or breaks its own policy."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    page.goto(f"{desk.url}/desk")
    yield page
    assert wrong == []


def _enter(page: Page, password: str = "open sesame") -> None:
    page.get_by_label("E-Mail").fill(ANNA["email"])
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden").click()


def _sign_in(page: Page, password: str = "open sesame") -> None:
    _enter(page, password)
    if password == "open sesame":
        expect(page.get_by_role("heading", name="Warten")).to_be_visible()


def _row(page: Page, text: str) -> Any:
    return page.locator(".row", has_text=text)


def _reply_box(page: Page) -> Any:
    return page.locator("#reply")


def test_an_agent_takes_the_next_answers_and_is_done(page: Page, desk: Desk) -> None:
    """From the sign-in to "Erledigt" with keys alone: who waits longest is answered."""
    desk.house.waiting("Clara", minutes=2)
    yusuf = desk.house.waiting("Yusuf Demir", minutes=18, question="Wo ist mein Stand?")
    desk.house.said(yusuf, "customer", "Wo ist mein Stand?", 18)
    _sign_in(page, "guess")
    expect(page.get_by_role("alert")).to_have_text("E-Mail oder Passwort stimmt nicht.")
    _sign_in(page)
    expect(page).to_have_title("(2) Pforte")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Yusuf Demir")).to_be_visible()
    expect(page.locator(".entries")).to_contain_text("Anna Weber ist jetzt für Sie da.")
    expect(page).to_have_title("(1) Pforte")
    _reply_box(page).fill("Ich sehe nach.\nEinen Moment.")
    _reply_box(page).press("Control+Enter")
    expect(_reply_box(page)).to_have_value("")
    sent = page.locator(".entry.agent")
    expect(sent).to_contain_text("Ich sehe nach.")
    expect(sent).to_contain_text("Sie · ")
    expect(sent).to_contain_text("gesendet")
    expect(sent).to_have_count(1)
    page.get_by_role("button", name="Erledigt").click()
    expect(page.locator(".who")).to_have_text("Der digitale Assistent führt dieses Gespräch.")
    expect(_row(page, "Yusuf Demir")).to_have_count(0)


def test_polling_disturbs_nobody_who_writes_or_reads(page: Page, desk: Desk) -> None:
    """New messages move neither the caret, nor the focus, nor what is being read."""
    yusuf = desk.has("Yusuf")
    for n in range(40):
        desk.house.said(yusuf, "customer", f"Nachricht {n}", 50 - n)
    _sign_in(page)
    _row(page, "Yusuf").click()
    expect(page.locator(".entries")).to_contain_text("Nachricht 39")
    box = _reply_box(page)
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
    _sign_in(page)
    _row(page, "Yusuf").click()
    _reply_box(page).fill("Für Yusuf")
    _row(page, "Clara").click()
    expect(page.get_by_role("heading", name="Clara")).to_be_visible()
    expect(_reply_box(page)).to_have_value("")
    expect(_row(page, "Yusuf")).to_contain_text("Entwurf: Für Yusuf")
    with page.expect_response(lambda answer: "Für Clara" in (answer.request.post_data or "")):
        _reply_box(page).fill("Für Clara")
        _row(page, "Yusuf").click()
    expect(_reply_box(page)).to_have_value("Für Yusuf")
    page.reload()
    _sign_in(page)
    _row(page, "Clara").click()
    expect(_reply_box(page)).to_have_value("Für Clara")


@pytest.mark.parametrize("arrived", [False, True])
def test_a_broken_line_loses_no_reply(page: Page, desk: Desk, arrived: bool) -> None:
    """What did not get through says so and can be sent again; what did stands there once."""
    desk.has("Yusuf")
    _sign_in(page)
    _row(page, "Yusuf").click()
    expect(_reply_box(page)).to_be_visible()
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
    _reply_box(page).fill("Guten Tag")
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


def test_customers_words_are_never_markup(page: Page, desk: Desk) -> None:
    """Names, messages, questions and buttons of strangers are shown letter by letter."""
    evil = "<img src=x onerror='window.evil=1'><script>window.evil=1</script>"
    yusuf = desk.house.waiting(evil, question=evil, facts={evil: evil})
    content = Content(text=f"{evil} javascript:evil()", buttons=(Button(title=evil, payload="/"),))
    desk.house.said(yusuf, "customer", content=content)
    _sign_in(page)
    page.locator(".row").first.click()
    expect(page.locator(".bubble")).to_contain_text(evil)
    expect(page.locator(".context")).to_contain_text(evil)
    expect(page.locator(".head h2")).to_have_text(evil)
    assert page.evaluate("window.evil") is None
    assert page.locator("img, .bubble script, a").count() == 0


def test_somebody_was_faster(page: Page, desk: Desk) -> None:
    """Who comes too late is told so, and by whom the conversation is answered."""
    yusuf = desk.house.waiting("Yusuf")
    _sign_in(page)
    _row(page, "Ist mein Zählerstand").click()
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
    expect(_reply_box(page)).to_have_count(0)


def test_a_lost_session_asks_again_and_keeps_the_draft(page: Page, desk: Desk) -> None:
    """When the token ends, the page asks for the password; what was typed is still there."""
    desk.has("Yusuf")
    _sign_in(page)
    _row(page, "Yusuf").click()
    _reply_box(page).fill("Noch nicht fertig")
    desk.lets_in = False
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Ihre Entwürfe sind noch da.")
    desk.lets_in = True
    _sign_in(page)
    expect(_reply_box(page)).to_have_value("Noch nicht fertig")


def test_who_has_left_stays_out(page: Page, desk: Desk) -> None:
    """A token that was being renewed when somebody signed out lets nobody in again."""
    _sign_in(page)
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
    _sign_in(page)
    _row(page, "Yusuf").click()
    _reply_box(page).fill("Nur für mich")
    desk.lets_in = False
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    desk.lets_in, desk.who = True, JONAS
    held: list[Route] = []
    page.route("**/overview", lambda route: held.append(route))
    with page.expect_request("**/overview"):
        _enter(page)
    seen_before_an_answer = _row(page, "Yusuf").count()
    for route in held:
        route.continue_()
    page.unroute("**/overview")
    assert seen_before_an_answer == 0
    expect(page.locator(".here")).to_have_text("Jonas Beck")
    expect(page.get_by_text("Kein Gespräch offen")).to_be_visible()
    expect(page.get_by_text("Nur für mich")).to_have_count(0)


def test_tokens_are_in_memory_only(page: Page, desk: Desk) -> None:
    """Nothing that lets somebody in is left in the browser's storage."""
    _sign_in(page)
    page.get_by_role("button", name="English").click()
    stores = "[localStorage, sessionStorage].map(store => JSON.stringify(store)).join('')"
    assert page.evaluate(stores) == '{"pforte.language":"en"}{}'
    assert page.evaluate("document.cookie") == ""
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_draft_is_not_left_behind_unseen(page: Page, desk: Desk) -> None:
    """Whoever ends a conversation with words left in the box is asked once."""
    desk.has("Yusuf")
    _sign_in(page)
    _row(page, "Yusuf").click()
    _reply_box(page).fill("Noch etwas")
    page.get_by_role("button", name="Erledigt").click()
    expect(page.get_by_role("button", name="Trotz Entwurf erledigen?")).to_be_visible()
    expect(_row(page, "Yusuf")).to_have_count(1)


def test_unread_conversations_are_marked(page: Page, desk: Desk) -> None:
    """A message in a conversation that is not open is seen in the list, until it is opened."""
    yusuf = desk.has("Yusuf")
    desk.has("Clara")
    _sign_in(page)
    _row(page, "Clara").click()
    desk.house.now += 60_000
    desk.do(lambda: desk.house.said(yusuf, "customer", "Noch eine Frage"))
    mark = _row(page, "Yusuf").get_by_role("img", name="ungelesen")
    expect(mark).to_be_visible()
    _row(page, "Yusuf").click()
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
        _sign_in(page)
        expect(page.locator(".row")).to_have_count(4)
        assert violations(page) == []
        _row(page, "Yusuf").click()
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
        _sign_in(page)
        expect(page.locator(".row")).to_have_count(4)
        sticks_out = "document.documentElement.scrollWidth > innerWidth"
        expect(page.locator(".thread")).to_be_hidden()
        assert not page.evaluate(sticks_out)
        _row(page, "Yusuf").click()
        expect(page.locator(".entry.failed")).to_be_visible()
        expect(page.locator(".lists")).to_be_hidden()
        expect(_reply_box(page)).to_be_in_viewport()
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
    _sign_in(page)
    if language == "en":
        page.get_by_role("button", name="English").click()
    _row(page, "Erika").click()
    expect(_row(page, "Erika").locator(".channel")).to_have_text(name)
    expect(page.locator(".chip").first).to_contain_text(name)
    expect(page.locator(".context dt", has_text=name)).to_have_count(1)


def test_an_empty_desk_says_so(page: Page, desk: Desk) -> None:
    """Where there is nothing, words say what that means and what one can do."""
    _sign_in(page)
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
    _sign_in(page)
    _row(page, "Yusuf").click()
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
