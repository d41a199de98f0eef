"""The desk behind a local address, over fakes, and a page that shows it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from conversation.conversation import BOT, Conversation
from conversation.event import Reply, event_from_json
from conversation.message import Content
from desk.agent import agent_of
from desk.claiming import claim_this
from tests.browser.watched import nothing_breaks
from tests.gateway import serving
from tests.unit.desk.scenes import ANNA, House


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
            content = Content(text=event.text, attachments=event.attachments)
            more: dict[str, Any] = {"agent": event.agent, "event_id": event.id, "state": "sent"}
            self.house.said(conversation, "agent", content=content, **more)
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
    """Open the desk."""
    with nothing_breaks() as watch:
        page = context.new_page()
        watch(page)
        page.goto(f"{desk.url}/desk")
        yield page


def enter(page: Page, password: str = "open sesame") -> None:
    """Ask to be let in."""
    page.get_by_label("E-Mail").fill(ANNA["email"])
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden").click()


def sign_in(page: Page, password: str = "open sesame") -> None:
    """Sign in, and wait for the lists where the password is right."""
    enter(page, password)
    if password == "open sesame":
        expect(page.get_by_role("heading", name="Warten")).to_be_visible()


def row(page: Page, text: str) -> Locator:
    """Find a conversation in the lists."""
    return page.locator(".row", has_text=text)


def reply_box(page: Page) -> Locator:
    """Find where an agent writes."""
    return page.locator("#reply")
