"""The web chat in a real browser, over fakes: what visitors see, and what never gets lost."""

import re
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from conversation.message import Content
from tests.browser.accessible import violations
from tests.gateway import serving
from tests.unit.webchat.house import REFERENCE, House, options

PERSON = "Lieber ein Mensch"


class Brain:
    """A house with a brain: both run in the gateway's one thread, between two requests."""

    def __init__(self) -> None:
        self.house = House()
        self.url = ""
        self.thinks = True
        self.last_address = ""
        self._todo: SimpleQueue[Callable[[], Any]] = SimpleQueue()

    def handle(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """Answer a request, then think."""
        while not self._todo.empty():
            self._todo.get()()
        answer = self.house.webchat(event, context)
        if self.thinks:
            self._think()
        return answer

    def do(self, act: Callable[[], Any]) -> None:
        """Let something happen before the next request."""
        self._todo.put(act)

    def _think(self) -> None:
        for _, event in self.house.arrived():
            self.last_address = event.incoming.address
            content = event.incoming.content or Content()
            if content.payload == f"/{PERSON.lower()}":
                self.house.keep(event)
                self.house.hand_over(self.last_address, "Ein Mensch antwortet Ihnen hier.")
            elif "Rechnung" in content.text:
                self.house.keep(event, options("Welche?", "Die letzte", "Eine andere", PERSON))
            else:
                self.house.keep(event, Content(text=f"Sie sagten: {content.text}"))


@pytest.fixture
def brain() -> Iterator[Brain]:
    """Serve the web chat."""
    brain = Brain()
    with serving(brain.handle) as brain.url:
        yield brain


@pytest.fixture
def page(context: BrowserContext, brain: Brain) -> Page:
    """Open the demo page; nothing may break its policy or throw."""
    return _open(context, brain)


def _open(context: BrowserContext, brain: Brain) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{brain.url}/webchat/demo")
    expect(page.locator(".launcher, .panel").locator("visible=true")).to_have_count(1)
    return page


def _say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Nachricht").fill(text)
    page.keyboard.press("Enter")


def _bubbles(page: Page) -> list[str]:
    return page.locator(".bubble").all_inner_texts()


def _open_panel(page: Page) -> None:
    page.get_by_role("button", name="Schreiben Sie uns").click()


def test_a_conversation_from_the_first_word_to_a_person(page: Page, brain: Brain) -> None:
    """Question, options, hand-over, a person with a first name: all in the panel, all in order."""
    _open_panel(page)
    expect(page.get_by_role("dialog", name="Stadtwerke Musterstadt")).to_be_visible()
    expect(page.locator(".head p")).to_have_text("Schreiben Sie, wann Sie möchten")
    _say(page, "Warum ist meine Rechnung so hoch?")
    page.get_by_role("button", name=PERSON).click()

    expect(page.get_by_text("Sie müssen nicht hier warten.")).to_be_visible()
    expect(page.get_by_text(f"Ihr Vorgang: {REFERENCE}")).to_be_visible()
    expect(page.get_by_role("button", name="Die letzte")).to_be_disabled()

    address = brain.last_address
    brain.do(lambda: brain.house.claim(address, "Jana Krause"))
    said = Content(text="Guten Tag!")
    brain.do(lambda: brain.house.commit(address, [("agent", said)], agent="agent-id-17"))
    expect(page.locator(".person .name")).to_have_text(re.compile(r"^Jana · \d\d:\d\d$"))
    expect(page.get_by_text("Sie müssen nicht hier warten.")).to_have_count(0)
    assert _bubbles(page) == [
        "Warum ist meine Rechnung so hoch?",
        "Welche?",
        PERSON,
        "Ein Mensch antwortet Ihnen hier.",
        "Jana ist jetzt für Sie da.",
        "Guten Tag!",
    ]


HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'


def test_what_people_write_is_never_markup(page: Page, brain: Brain) -> None:
    """Customer, bot, option and agent may write markup: it is shown as what they typed."""
    _open_panel(page)
    _say(page, HOSTILE)
    expect(page.locator(".assistant .bubble")).to_have_text(f"Sie sagten: {HOSTILE}")
    address = brain.last_address
    brain.do(lambda: brain.house.commit(address, [("bot", options(HOSTILE, HOSTILE))]))
    expect(page.locator(".options button")).to_have_text([HOSTILE])
    brain.do(lambda: brain.house.hand_over(address, HOSTILE))
    brain.do(lambda: brain.house.claim(address, HOSTILE))
    brain.do(
        lambda: brain.house.commit(address, [("agent", Content(text=HOSTILE))], agent="agent-id-17")
    )
    expect(page.locator(".person .bubble")).to_have_text([HOSTILE])

    assert page.evaluate("window.broken") is None
    inside = "document.querySelector('pforte-chat').shadowRoot.querySelectorAll('img, script')"
    assert page.evaluate(f"{inside}.length") == 0
    assert page.locator(".you .bubble").inner_text() == HOSTILE


def test_only_our_https_addresses_become_links(page: Page, brain: Brain) -> None:
    """A link in our text opens safely; other schemes and what customers write stay text."""
    _open_panel(page)
    _say(page, "https://evil.example javascript:alert(1)")
    expect(page.locator(".assistant .bubble")).to_contain_text("javascript:alert(1)")
    said = Content(text="Siehe https://stadt.example/a?b=c#d. Oder http://x.example")
    address = brain.last_address
    brain.do(lambda: brain.house.commit(address, [("bot", said)]))
    expect(page.locator(".bubble").last).to_contain_text("Siehe")

    links = page.locator(".bubble a")
    assert [links.nth(n).get_attribute("href") for n in range(links.count())] == [
        "https://evil.example",
        "https://stadt.example/a?b=c#d",
    ]
    assert page.locator(".you a").count() == 0
    assert links.last.get_attribute("rel") == "noopener noreferrer"


def test_nothing_typed_is_ever_lost(page: Page, context: BrowserContext, brain: Brain) -> None:
    """What was not sent outlives the page, arrives in order and once, and so does a draft."""
    tried: list[str] = []

    def lose(route: Route) -> None:
        """Let the first try arrive and lose its answer; then let nothing through."""
        if route.request.method != "POST":
            route.continue_()
            return
        if not tried:
            route.fetch()
        tried.append(route.request.post_data or "")
        route.abort()

    _open_panel(page)
    context.route("**/webchat/messages", lose)
    _say(page, "Der Zähler summt.")
    _say(page, "Und er blinkt.")
    page.get_by_role("textbox", name="Nachricht").fill("Was soll")
    expect(page.locator(".status")).to_have_text(["wird gesendet …"] * 2)
    expect(page.get_by_text("Keine Verbindung.")).to_be_visible()
    page.close()
    context.unroute("**/webchat/messages")

    again = _open(context, brain)

    expect(again.locator(".assistant .bubble").last).to_have_text("Sie sagten: Und er blinkt.")
    expect(again.get_by_role("textbox", name="Nachricht")).to_have_value("Was soll")
    expect(again.locator(".status")).to_have_count(0)
    assert [text for text in _bubbles(again) if not text.startswith("Sie sagten")] == [
        "Der Zähler summt.",
        "Und er blinkt.",
    ]
    assert len(set(tried)) == 1, "every repeat was the same, to the letter"


def test_what_the_house_refuses_can_be_changed(page: Page) -> None:
    """A refused message says so, and its text goes back where it was typed."""
    _open_panel(page)
    page.route("**/webchat/messages", lambda route: route.fulfill(status=400, body="{}"))
    _say(page, "Hallo")
    page.get_by_role("button", name="Ändern").click()

    expect(page.get_by_role("textbox", name="Nachricht")).to_have_value("Hallo")
    expect(page.locator(".you")).to_have_count(0)


def test_a_visitor_who_comes_back_finds_the_conversation(
    page: Page, context: BrowserContext, brain: Brain
) -> None:
    """Another day, another page of the site: the conversation is there, and what is new is told."""
    _open_panel(page)
    _say(page, "Hallo zusammen")
    expect(page.locator(".assistant .bubble")).to_have_text("Sie sagten: Hallo zusammen")
    page.keyboard.press("Escape")
    page.close()
    address = brain.last_address
    brain.do(lambda: brain.house.commit(address, [("agent", Content(text="Eine Antwort"))]))

    again = _open(context, brain)

    expect(again.locator(".badge")).to_have_text("1")
    _open_panel(again)
    expect(again.locator(".bubble").last).to_have_text("Eine Antwort")
    assert _bubbles(again)[0] == "Hallo zusammen"


def test_another_browser_finds_nothing(page: Page, browser: Browser, brain: Brain) -> None:
    """The conversation belongs to who has the token, not to the machine or the site."""
    _open_panel(page)
    _say(page, "Meine Kundennummer ist 4711")
    expect(page.locator(".assistant .bubble")).to_contain_text("4711")

    other = browser.new_context(locale="de-DE")
    stranger = _open(other, brain)
    _open_panel(stranger)
    _say(stranger, "Wer war das?")
    expect(stranger.locator(".assistant .bubble")).to_have_text("Sie sagten: Wer war das?")
    assert "4711" not in stranger.locator(".thread").inner_text()
    other.close()


def test_typing_is_shown_only_while_an_answer_is_on_its_way(page: Page, brain: Brain) -> None:
    """Three dots from acceptance to answer, and none while a person is waited for."""
    _open_panel(page)
    brain.thinks = False
    _say(page, "Eine Rechnung bitte")
    expect(page.locator(".typing")).to_be_visible()
    brain.thinks = True
    expect(page.get_by_role("button", name=PERSON)).to_be_enabled()
    expect(page.locator(".typing")).to_have_count(0)
    page.get_by_role("button", name=PERSON).click()
    expect(page.get_by_text("Sie müssen nicht hier warten.")).to_be_visible()
    brain.thinks = False
    _say(page, "Noch etwas")
    expect(page.locator(".you .bubble").last).to_have_text("Noch etwas")
    expect(page.locator(".status")).to_have_count(0)
    expect(page.locator(".typing")).to_have_count(0)


def test_the_keyboard_is_enough(page: Page) -> None:
    """Open, write two lines, send, close: the focus is always where one goes on."""
    launcher = page.get_by_role("button", name="Schreiben Sie uns")
    text = page.get_by_role("textbox", name="Nachricht")
    launcher.focus()
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    page.keyboard.type("eins")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("zwei")
    page.keyboard.press("Enter")
    expect(page.locator(".you .bubble")).to_have_text("eins\nzwei", use_inner_text=True)
    expect(text).to_have_value("")
    expect(text).to_be_focused()
    page.keyboard.press("Escape")
    expect(launcher).to_be_focused()


def test_a_blank_or_endless_text_is_not_sent(page: Page) -> None:
    """Nothing is sent, nothing is cut off: the length is told while it is too long."""
    _open_panel(page)
    _say(page, "   \n ")
    _say(page, "x" * 8_001)

    expect(page.get_by_text("8.001 von höchstens 8.000 Zeichen")).to_be_visible()
    expect(page.get_by_role("textbox", name="Nachricht")).to_have_value("x" * 8_001)
    expect(page.locator(".you")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_everybody_can_use_it(browser: Browser, brain: Brain, scheme: Any, width: int) -> None:
    """No violation of WCAG 2.2 AA or best practice: closed, with options, and waiting."""
    context = browser.new_context(
        locale="de-DE",
        color_scheme=scheme,
        viewport={"width": width, "height": 720},
        reduced_motion="reduce",
    )
    page = _open(context, brain)
    assert violations(page) == []
    _open_panel(page)
    _say(page, "Meine Rechnung")
    expect(page.get_by_role("button", name=PERSON)).to_be_enabled()
    expect(page.locator(".status, .typing")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("button", name=PERSON).click()
    expect(page.get_by_text("Sie müssen nicht hier warten.")).to_be_visible()
    expect(page.locator(".status, .typing")).to_have_count(0)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_a_small_screen_belongs_to_the_chat(browser: Browser, brain: Brain) -> None:
    """On a phone the panel fills the screen, and the focus stays in it."""
    context = browser.new_context(locale="de-DE", viewport={"width": 360, "height": 640})
    page = _open(context, brain)
    _open_panel(page)
    box = page.locator(".panel").bounding_box()

    assert box == {"x": 0, "y": 0, "width": 360, "height": 640}
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "PFORTE-CHAT"
    context.close()
