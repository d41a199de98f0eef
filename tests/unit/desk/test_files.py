"""Files at the desk: seen with what became of them, opened for minutes, sent within limits."""

from collections.abc import Mapping
from typing import Any

import pytest

from channels.registry import CHANNELS
from conversation.conversation import Conversation
from conversation.event import Reply, event_from_json
from conversation.media import AWAITED, TOO_LARGE, UPLOAD_LIMIT, MediaJob, object_key, place_of
from conversation.message import Attachment, Change, Content
from tests.gateway import http_event
from tests.unit.desk.scenes import ANNA, JONAS, NOW, Answer, House
from tests.unit.media.samples import HTML, JPEG, PDF, SVG

API = "/desk/api"
EVENT = "e" * 32
FILE = "6d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e"
REPLY = "7d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e"


@pytest.fixture
def house() -> House:
    return House()


def _mine(house: House, channel: str = "whatsapp") -> Conversation:
    """Let Anna have a conversation."""
    waiting = house.waiting("Yusuf", channel=channel)
    return house.put(waiting.model_copy(update={"assignee": "agent:anna-1", "epoch": 3}))


def _photo(house: House, conversation: Conversation, minutes: float = 0, **part: Any) -> str:
    """Let the customer have sent a photo; returns its place."""
    place = place_of(conversation.id, EVENT, 0)
    photo = Attachment(kind="image", reference="4711", place=place, **part)
    house.said(conversation, "customer", content=Content(attachments=(photo,)), minutes=minutes)
    return place


def _job(place: str, **job: Any) -> MediaJob:
    return MediaJob(place=place, channel="whatsapp", account="1", **job)


def _file(house: House, conversation: Conversation) -> dict[str, Any]:
    thread = house.ask("GET", f"{API}/conversations/{conversation.id}").json
    [file] = thread["entries"][-1]["files"]
    return {name: value for name, value in file.items() if value not in ("", None)}


def _put(
    house: House,
    conversation: Conversation,
    body: bytes,
    mime_type: str = "image/jpeg",
    name: str = "Z%C3%A4hler.JPG",
    claims: Mapping[str, Any] | None = ANNA,
) -> Answer:
    headers = {"Content-Type": mime_type, "X-File-Name": name}
    path = f"{API}/conversations/{conversation.id}/files/{FILE}"
    answer = house.desk(http_event("PUT", path, body, headers, claims), None)
    return Answer(answer["statusCode"], answer["body"], answer["headers"])


def test_a_photo_is_being_fetched_then_kept(house: House) -> None:
    """The agent sees at once that there is one, and it itself as soon as it is here."""
    conversation = _mine(house)
    place = _photo(house, conversation)
    assert _file(house, conversation) == {"place": place, "state": "fetching", "way": "file"}
    house.outside.keeper.keep(_job(place, filename="IMG 1.JPEG"), JPEG, 1000)
    assert _file(house, conversation) == {
        "place": place,
        "state": "kept",
        "way": "image",
        "mime_type": "image/jpeg",
        "filename": "IMG 1.jpg",
        "size": len(JPEG),
    }


def test_what_was_refused_is_told_with_its_reason(house: House) -> None:
    """How large it was, and what would have passed."""
    conversation = _mine(house)
    place = _photo(house, conversation)
    house.outside.keeper.refuse(_job(place), TOO_LARGE, 31_000_000, 20_000_000)
    assert _file(house, conversation) == {
        "place": place,
        "state": "refused",
        "way": "file",
        "reason": "too_large",
        "size": 31_000_000,
        "limit": 20_000_000,
    }


def test_nothing_is_fetched_for_ever(house: House) -> None:
    """What is older than any fetching takes, and of which nothing is known, is kept no more."""
    conversation = _mine(house)
    _photo(house, conversation, minutes=AWAITED / 60_000 + 1)
    assert _file(house, conversation)["state"] == "expired"


def test_voice_notes_are_heard_and_unknown_kinds_are_saved(house: House) -> None:
    """A voice note of Instagram is a film by its bytes, and is played as sound."""
    conversation = _mine(house)
    place = place_of(conversation.id, EVENT, 0)
    note = Attachment(kind="audio", reference="4711", place=place)
    house.said(conversation, "customer", content=Content(attachments=(note,)))
    film = b"\x00\x00\x00\x20ftypmp42" + bytes(20)
    house.outside.keeper.keep(_job(place), film, 1000)
    assert _file(house, conversation)["way"] == "audio"


def test_an_edit_shows_its_own_photo(house: House) -> None:
    """Who replaced a photo is not shown with the old one."""
    conversation = _mine(house)
    _photo(house, conversation)
    place = place_of(conversation.id, "f" * 32, 0)
    other = Attachment(kind="image", reference="4712", place=place)
    change = Change(kind="edit", target="p1")
    house.said(conversation, "customer", content=Content(attachments=(other,)), change=change)
    assert _file(house, conversation)["place"] == place


def test_a_link_is_made_when_it_is_asked_for_and_ends_soon(house: House) -> None:
    """The thread itself holds none: it is read every two seconds, and by whoever looks on."""
    conversation = _mine(house)
    place = _photo(house, conversation)
    house.outside.keeper.keep(_job(place), JPEG, 1000)
    answer = house.ask("GET", f"{API}/files/{place}")
    assert answer.json == {
        "url": f"https://bucket.example/media/{place}?type=image/jpeg&seconds=300",
        "seconds": 300,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    thread = house.ask("GET", f"{API}/conversations/{conversation.id}")
    assert "bucket.example" not in thread.body


@pytest.mark.parametrize(
    "place",
    [
        f"{'q' * 32}/{EVENT}/0",
        f"{'q' * 32}/{EVENT}/..",
        f"..%2fraw/{EVENT}/0",
        f"{'q' * 32}/..%2f..%2fraw/0",
        f"{'q' * 32}/{EVENT}/0%2f1",
    ],
)
def test_no_link_leads_to_anything_but_a_file_that_is_kept(house: House, place: str) -> None:
    """A place that nobody kept has none, and no path leads out of `media/`."""
    assert house.ask("GET", f"{API}/files/{place}").status in {400, 404}


def test_what_was_refused_has_no_link(house: House) -> None:
    """There is nothing to open."""
    conversation = _mine(house)
    place = _photo(house, conversation)
    house.outside.keeper.refuse(_job(place), "unsafe")
    assert house.ask("GET", f"{API}/files/{place}").status == 404


def test_what_the_customer_deleted_has_no_link_and_says_so(house: House) -> None:
    """Not for whoever still has its address, nor where the message itself is still shown."""
    conversation = _mine(house)
    place = _photo(house, conversation)
    house.outside.keeper.keep(_job(place), JPEG, 1000)
    house.outside.keeper.forget(place)
    answer = house.ask("GET", f"{API}/files/{place}")
    assert (answer.status, answer.json["title"]) == (410, "Gone")
    shown = _file(house, conversation)
    assert shown == {"place": place, "state": "refused", "way": "file", "reason": "deleted"}


def test_the_page_shows_pictures_from_the_bucket_and_from_nowhere_else() -> None:
    """One more origin, for pictures and sound alone; scripts stay ours."""
    policy = House().ask("GET", "/desk", claims=None).headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["img-src"] == "'self' https://bucket.example"
    assert rules["media-src"] == "https://bucket.example"
    assert rules["script-src"] == rules["connect-src"] == "'self'"


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "messenger", "instagram", "webchat"])
def test_limits_are_known_before_anything_is_sent(house: House, channel: str) -> None:
    """The head tells what the channel takes, never more than our own door lets in."""
    conversation = _mine(house, channel)
    head = house.ask("GET", f"{API}/conversations/{conversation.id}").json["head"]
    told = head["files"][channel]
    assert told.keys() == CHANNELS[channel].abilities.files.keys()
    assert max(told.values()) <= UPLOAD_LIMIT


def test_a_file_is_uploaded_and_sent_with_a_reply(house: House) -> None:
    """The event names it; its bytes lie in the bucket under the conversation."""
    conversation = _mine(house)
    answer = _put(house, conversation, JPEG)
    assert answer.status == 201
    assert answer.json == {
        "id": FILE,
        "filename": "Zähler.jpg",
        "mime_type": "image/jpeg",
        "size": len(JPEG),
    }
    body = {"id": REPLY, "epoch": 3, "sent_at": NOW, "files": [FILE]}
    assert house.ask("POST", f"{API}/conversations/{conversation.id}/replies", body).status == 202
    [event] = map(event_from_json, house.inbound_queue.all_messages())
    assert isinstance(event, Reply)
    [part] = event.attachments
    assert (part.kind, part.filename, part.size) == ("image", "Zähler.jpg", len(JPEG))
    assert house.media.objects[object_key(part.place)] == (JPEG, "image/jpeg")
    assert part.place.startswith(f"{conversation.id}/")


def test_the_same_file_again_is_the_same_file(house: House) -> None:
    """An upload that got no answer is repeated."""
    conversation = _mine(house)
    assert _put(house, conversation, JPEG).json == _put(house, conversation, JPEG).json
    assert len(house.media.objects) == 1


@pytest.mark.parametrize("body", [HTML, SVG, b"MZ\x90\x00", b""])
def test_agents_cannot_send_what_nobody_should_open(house: House, body: bytes) -> None:
    """A page is no picture, for whoever sends it."""
    answer = _put(house, _mine(house), body)
    assert answer.status == 400
    assert not house.media.objects


def test_a_file_that_is_too_large_is_refused(house: House) -> None:
    """With the size that would do."""
    answer = _put(house, _mine(house), JPEG + bytes(UPLOAD_LIMIT))
    assert answer.status == 413
    assert str(UPLOAD_LIMIT) in answer.json["detail"]


def test_only_who_has_the_conversation_uploads_into_it(house: House) -> None:
    """Nobody leaves files in others' conversations."""
    assert _put(house, _mine(house), JPEG, claims=JONAS).status == 409
    assert not house.media.objects


def test_a_kind_that_the_channel_does_not_take_is_not_sent(house: House) -> None:
    """The page knows it before; the house knows it too."""
    conversation = _mine(house, "telegram")
    assert _put(house, conversation, b"Zeile\n", "text/plain", "a.txt").status == 201
    body = {"id": REPLY, "epoch": 3, "sent_at": NOW, "files": [FILE]}
    answer = house.ask("POST", f"{API}/conversations/{conversation.id}/replies", body)
    assert answer.status == 400
    assert "telegram" in answer.json["detail"]
    assert not house.inbound_queue.all_messages()


def test_a_file_that_nobody_uploaded_is_not_sent(house: House) -> None:
    """Nor one of another conversation."""
    conversation = _mine(house)
    body = {"id": REPLY, "epoch": 3, "sent_at": NOW, "files": [FILE]}
    path = f"{API}/conversations/{conversation.id}/replies"
    assert house.ask("POST", path, body).status == 400
    assert _put(house, conversation, PDF, "application/pdf", "a.pdf").status == 201
    assert house.ask("POST", path, {**body, "files": [FILE] * 11}).status == 400
    assert not house.inbound_queue.all_messages()
