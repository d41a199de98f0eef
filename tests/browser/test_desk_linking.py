"""The desk when conversations are linked: the page goes on where the customer does."""

from playwright.sync_api import Page, expect

from conversation.conversation import BOT, Conversation
from conversation.event import Cut
from conversation.link import Link
from tests.browser.accessible import violations
from tests.browser.desk import Desk, context, desk, page, sign_in

__all__ = ["context", "desk", "page"]


def _merge(desk: Desk, merged: Conversation, home: Conversation) -> None:
    """Merge one conversation of Anna's into an older one, which is hers from then on."""
    house = desk.house
    source = house.table.conversation(merged.id)
    target = house.table.conversation(home.id)
    assert source is not None
    assert target is not None
    house.put(
        source.model_copy(
            update={
                "merged_into": home.id,
                "last_own": source.sequence,
                "assignee": BOT,
                "escalation": None,
                "timers": {},
            }
        )
    )
    link = Link(
        conversation=merged.id,
        address=source.addresses[0],
        epoch=target.epoch,
        theirs=source.epoch,
        last=source.sequence,
        since=target.sequence + 1,
        at=house.now,
    )
    house.put(
        target.model_copy(
            update={
                "links": (link,),
                "addresses": (*target.addresses, *source.addresses),
                "answer_to": source.addresses[0],
            }
        )
    )
    house.said(home, "system", "linked: telegram", address=None)


def _uneven(page: Page) -> list[float]:
    """Return by how many pixels the value of an address stands higher or lower than its label."""
    offsets: list[float] = page.evaluate("""() => {
      const top = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getBoundingClientRect().top;
      };
      return [...document.querySelectorAll(".context dl > div")]
        .map((row) => ["dd", "dt"].map((one) => top(row.querySelector(one).firstChild)))
        .map(([value, label]) => value - label);
    }""")
    return [offset for offset in offsets if abs(offset) > 1]


def test_the_page_follows_a_merged_conversation_with_its_draft(page: Page, desk: Desk) -> None:
    """What was open goes on in the older one: draft kept, earlier words above the link, cut asked.

    The cut is sent to the conversation that the address came from.
    """
    older = desk.has("Karla Brandt", minutes=30)
    desk.house.said(older, "customer", "Guten Tag, eine Frage zum Abschlag.", minutes=28)
    newer = desk.has("Karla", channel="telegram", user="5550001")
    desk.house.said(newer, "customer", "Ich bin es noch einmal.", minutes=2)
    sign_in(page)
    page.locator(".row", has_text="Karla").filter(has_text="Telegram").click()
    page.locator("#reply").fill("Guten Tag Frau Bra")
    desk.do(lambda: _merge(desk, newer, older))
    desk.do(lambda: desk.house.said(older, "customer", "Und jetzt hier.", minutes=0))

    expect(page.get_by_role("alert")).to_contain_text("mit einem älteren verbunden")
    expect(page.locator(".head h2")).to_have_text("Karla Brandt")
    expect(page.locator("#reply")).to_have_value("Guten Tag Frau Bra")
    texts = page.locator(".entries > li:not(.day)").all_inner_texts()
    order = [
        next(n for n, text in enumerate(texts) if words in text)
        for words in (
            "eine Frage zum Abschlag",
            "Zuvor in Telegram",
            "Ich bin es noch einmal",
            "Mit Telegram verbunden (",
            "Und jetzt hier",
        )
    ]
    assert order == sorted(order), texts
    assert violations(page) == []
    assert _uneven(page) == []

    page.get_by_role("button", name="Telegram von diesem Gespräch trennen").click()
    expect(page.get_by_text("Telegram trennen?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Behalten").click()
    sent: list[tuple[str, object]] = []
    desk._happen = lambda id_, event: sent.append((id_, event))  # type: ignore[method-assign]  # a cut changes nothing here
    page.get_by_role("button", name="Telegram von diesem Gespräch trennen").click()
    page.get_by_role("button", name="Trennen", exact=True).click()
    expect(page.get_by_text("Telegram trennen?")).to_have_count(0)
    desk.do(lambda: None)
    assert [(id_, type(event)) for id_, event in sent] == [(newer.id, Cut)]
