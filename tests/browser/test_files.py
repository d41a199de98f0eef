"""Files in a real browser, over fakes: seen at the desk, sent from it, and both in the web chat."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from aws.keeping import Keeper
from conversation.conversation import Conversation
from conversation.media import KIND, TOO_LARGE, MediaJob, place_of
from conversation.message import Attachment, AttachmentKind, Content
from tests.browser.accessible import violations
from tests.browser.desk import Desk, desk, page, reply_box, row, sign_in
from tests.browser.test_webchat import Brain, _open_panel
from tests.gateway import serving
from tests.unit.media.samples import HTML, JPEG, OGG, PDF, png

__all__ = ["desk", "page"]

PICTURE = png(320, 200)
SHOT: FilePayload = {"name": "Zähler.png", "mimeType": "image/png", "buffer": PICTURE}
BILL: FilePayload = {"name": "Rechnung.pdf", "mimeType": "application/pdf", "buffer": PDF}


def _bucket(route: Route, objects: dict[str, tuple[bytes, str]]) -> None:
    """Answer for the bucket: what lies there, as what it was kept."""
    key = route.request.url.partition("bucket.example/")[2].partition("?")[0]
    found = objects.get(key)
    if found is None:
        route.fulfill(status=403)
    else:
        route.fulfill(body=found[0], content_type=found[1])


@pytest.fixture
def context(browser: Browser, desk: Desk) -> Iterator[BrowserContext]:
    """Open an agent's browser, which finds the house's files in a bucket."""
    with browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900}) as context:
        objects = desk.house.media.objects
        context.route("https://bucket.example/**", lambda route: _bucket(route, objects))
        yield context


def _sent(desk: Desk, conversation: Conversation, event: str, *kinds: AttachmentKind) -> list[str]:
    """Let the customer have sent files; returns their places."""
    places = [place_of(conversation.id, event * 32, number) for number in range(len(kinds))]
    parts = tuple(
        Attachment(kind=kind, reference="1", place=place)
        for kind, place in zip(kinds, places, strict=True)
    )
    desk.house.said(conversation, "customer", content=Content(attachments=parts))
    return places


def _job(place: str, name: str = "") -> MediaJob:
    return MediaJob(place=place, channel="telegram", account="1", filename=name)


def _opened(desk: Desk, page: Page) -> Conversation:
    """Let Anna have a conversation and look at it."""
    yusuf = desk.has("Yusuf", channel="telegram")
    desk.house.said(yusuf, "customer", "Hier sind meine Unterlagen.")
    sign_in(page)
    row(page, "Yusuf").click()
    expect(page.locator(".entries")).to_contain_text("Hier sind meine Unterlagen.")
    return yusuf


def test_what_a_customer_sends_is_seen_heard_and_saved(page: Page, desk: Desk) -> None:
    """A photo is shown, a voice note played, a document saved; what is missing says why."""
    yusuf = _opened(desk, page)
    places = desk.do(lambda: _sent(desk, yusuf, "a", "image", "voice", "document", "video"))
    entries = page.locator(".entries")
    expect(entries.get_by_text("Foto · wird geholt …")).to_be_visible()

    def settle() -> None:
        keeper: Keeper = desk.house.outside.keeper
        keeper.keep(_job(places[0], "Zähler.png"), PICTURE, 10**6)
        keeper.keep(_job(places[1]), OGG, 10**6)
        keeper.keep(_job(places[2], "Rechnung März.pdf"), PDF, 10**6)
        keeper.refuse(_job(places[3]), TOO_LARGE, 31_000_000, 20_000_000)

    desk.do(settle)
    picture = entries.get_by_role("img", name="Foto Zähler.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    expect(entries.get_by_text("Rechnung März.pdf")).to_be_visible()
    too_large = "Video · konnte nicht aufbewahrt werden: zu groß (31 MB, höchstens 20 MB)"
    expect(entries.get_by_text(too_large)).to_be_visible()
    with page.context.expect_page() as tab:
        entries.get_by_role("button", name="Foto Zähler.png öffnen").click()
    assert tab.value.url.startswith(f"https://bucket.example/media/{places[0]}")
    entries.get_by_role("button", name="Anhören").click()
    player = entries.locator("audio")
    expect(player).to_have_attribute("src", re.compile(f"/media/{places[1]}"))
    assert violations(page) == []


def test_an_agent_sends_files_back(page: Page, desk: Desk) -> None:
    """Chosen, pasted or dropped: uploaded at once, sent with the words, shown in the thread."""
    yusuf = _opened(desk, page)
    page.locator("#files").set_input_files([SHOT, BILL])
    attached = page.get_by_role("list", name="Dateien zu dieser Antwort")
    expect(attached.get_by_role("listitem")).to_have_count(2)
    expect(attached).not_to_contain_text("wird hochgeladen")
    attached.get_by_role("button", name="Rechnung.pdf verwerfen").click()
    expect(attached.get_by_role("listitem")).to_have_count(1)
    reply_box(page).evaluate(
        """(box, bytes) => {
          const transfer = new DataTransfer();
          const file = new File([new Uint8Array(bytes)], "Plan.png", { type: "image/png" });
          transfer.items.add(file);
          for (const type of ["dragover", "drop"]) {
            const more = { bubbles: true, cancelable: true, dataTransfer: transfer };
            box.dispatchEvent(new DragEvent(type, more));
          }
        }""",
        list(PICTURE),
    )
    expect(attached.get_by_role("listitem")).to_have_count(2)
    reply_box(page).fill("Bitte sehr.")
    assert violations(page) == []
    page.get_by_role("button", name="Senden Ctrl").click()
    sent = page.locator(".entry.agent")
    expect(sent).to_contain_text("Bitte sehr.")
    expect(sent.get_by_role("img")).to_have_count(2)
    expect(attached).to_have_count(0)
    records = desk.do(lambda: desk.house.table.all_records(yusuf.id))
    names = [part.filename for part in records[-1].messages[0].content.attachments]
    assert names == ["Zähler.png", "Plan.png"]


def test_what_cannot_go_is_said_before_it_is_sent(page: Page, desk: Desk) -> None:
    """The kind, the size, and what a file really is: each with a sentence, and no way to send."""
    _opened(desk, page)
    page.locator("#files").set_input_files(
        {"name": "Brief.txt", "mimeType": "text/plain", "buffer": b"Guten Tag"}
    )
    attached = page.get_by_role("list", name="Dateien zu dieser Antwort")
    expect(attached).to_contain_text("Telegram nimmt diese Art von Datei nicht an.")
    expect(page.get_by_role("button", name="Senden Ctrl")).to_be_disabled()
    attached.get_by_role("button", name="verwerfen").click()
    large: FilePayload = {
        "name": "Plan.png",
        "mimeType": "image/png",
        "buffer": PICTURE + bytes(4_100_000),
    }
    page.locator("#files").set_input_files(large)
    expect(attached).to_contain_text("Zu groß für Telegram: 4,1 MB, höchstens 4 MB.")
    attached.get_by_role("button", name="verwerfen").click()
    lie: FilePayload = {"name": "Plan.png", "mimeType": "image/png", "buffer": HTML}
    page.locator("#files").set_input_files(lie)
    expect(attached).to_contain_text("Diese Art von Datei kann nicht gesendet werden.")
    expect(page.get_by_role("button", name="Senden Ctrl")).to_be_disabled()
    assert not desk.house.media.objects


def test_more_files_than_a_reply_takes_are_not_left_out_silently(page: Page, desk: Desk) -> None:
    """Ten hang on a reply; whoever chooses eleven is told that one is missing."""
    _opened(desk, page)
    plans: list[FilePayload] = [
        {"name": f"Plan {number}.png", "mimeType": "image/png", "buffer": PICTURE}
        for number in range(11)
    ]
    page.locator("#files").set_input_files(plans)
    attached = page.get_by_role("list", name="Dateien zu dieser Antwort")
    expect(attached.get_by_role("listitem")).to_have_count(10)
    expect(page.get_by_text("Höchstens 10 Dateien auf einmal")).to_be_visible()


@pytest.fixture
def brain() -> Iterator[Brain]:
    """Serve the web chat."""
    brain = Brain()
    with serving(brain.handle) as brain.url:
        yield brain


def test_a_visitor_sends_a_photo_and_opens_a_plan(browser: Browser, brain: Brain) -> None:
    """Told by name and size in the panel; what comes from a person opens in a tab of its own."""
    with browser.new_context(locale="de-DE") as context:
        objects = brain.house.media.objects
        context.route("https://bucket.example/**", lambda route: _bucket(route, objects))
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(f"{brain.url}/webchat/demo")
        _open_panel(page)
        page.locator("input[type=file]").set_input_files(SHOT)
        expect(page.locator(".you .file")).to_contain_text("Zähler.png")
        expect(page.get_by_text("Sie sagten:")).to_be_visible()
        [job] = brain.house.media_queue.jobs
        assert list(objects) == [f"quarantine/{job.place}"]
        address = brain.last_address
        place = place_of(brain.house.conversation(address).id, "e" * 32, 0)
        plan = Attachment(
            kind="document",
            mime_type="application/pdf",
            filename="Plan.pdf",
            size=120_000,
            place=place,
        )

        def answer() -> None:
            said = Content(text="Hier ist der Plan.", attachments=(plan,))
            brain.house.commit(address, [("agent", said)], agent="anna")
            house = brain.house
            keeper = Keeper(house.table, house.media, house.clock, 90)
            keeper.keep(_job(place, "Plan.pdf"), PDF, 10**6)

        brain.do(answer)
        opener = page.get_by_role("button", name="Plan.pdf öffnen")
        expect(opener).to_contain_text("Plan.pdf · 120 kB")
        assert violations(page) == []
        with context.expect_event("request", lambda asked: f"media/{place}" in asked.url):
            opener.click()
        page.locator("input[type=file]").set_input_files(
            {"name": "Seite.png", "mimeType": "image/png", "buffer": HTML}
        )
        expect(page.get_by_text("Nicht gesendet.")).to_be_visible()


def test_a_picture_that_is_too_large_is_made_smaller(browser: Browser, brain: Brain) -> None:
    """A phone's photo of many megabytes fits, and nobody has to know how."""
    with browser.new_context(locale="de-DE") as context:
        page = context.new_page()
        page.goto(f"{brain.url}/webchat/demo")
        _open_panel(page)
        assert _choose_noise(page) > 4_000_000
        expect(page.get_by_text("Sie sagten:")).to_be_visible()
        [(body, _)] = brain.house.media.objects.values()
        assert body.startswith(JPEG[:3])
        assert len(body) < 4_000_000
        [job] = brain.house.media_queue.jobs
        assert job.mime_type == "image/jpeg"
        large: FilePayload = {
            "name": "Brief.pdf",
            "mimeType": "application/pdf",
            "buffer": PDF + bytes(5_000_000),
        }
        page.locator("input[type=file]").set_input_files(large)
        expect(page.get_by_text("Die Datei ist zu groß: 5 MB, höchstens 4 MB.")).to_be_visible()


def _choose_noise(page: Page) -> int:
    """Choose a picture that does not compress, and return how many bytes it has."""
    size: int = page.locator("input[type=file]").evaluate(
        """async (input) => {
          const canvas = new OffscreenCanvas(1400, 1100);
          const pen = canvas.getContext("2d");
          const data = pen.createImageData(1400, 1100);
          for (let at = 0; at < data.data.length; at += 65536)
            crypto.getRandomValues(data.data.subarray(at, at + 65536));
          for (let at = 3; at < data.data.length; at += 4) data.data[at] = 255;
          pen.putImageData(data, 0, 0);
          const blob = await canvas.convertToBlob();
          const transfer = new DataTransfer();
          transfer.items.add(new File([blob], "Groß.png", { type: "image/png" }));
          input.files = transfer.files;
          input.dispatchEvent(new Event("change"));
          return blob.size;
        }"""
    )
    return size


def test_a_refusal_for_its_kind_is_told(page: Page, desk: Desk) -> None:
    """In English too, and in words that help."""
    yusuf = _opened(desk, page)
    [place] = desk.do(lambda: _sent(desk, yusuf, "b", "image"))
    desk.do(lambda: desk.house.outside.keeper.refuse(_job(place), KIND, 900))
    page.get_by_role("button", name="English").click()
    refused = "Photo · could not be kept: this kind of file is not accepted"
    expect(page.locator(".entries").get_by_text(refused)).to_be_visible()
