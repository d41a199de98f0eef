"""Files in the web chat: looked at before they are kept, seen in the own conversation only."""

import base64
from typing import Any

import pytest

from aws.keeping import Keeper
from conversation.media import UPLOAD_LIMIT, MediaJob, aside_key, object_key
from conversation.message import Attachment, Content
from tests.gateway import http_event
from tests.unit.media.samples import HTML, JPEG, PDF, SVG
from tests.unit.webchat.house import House
from webchat.routes import FILE_LIMIT

FILE = "6d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e"
MESSAGE = "7d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e"
SENT = {"id": FILE, "name": "Zähler.JPG", "mime_type": "image/jpeg", "size": len(JPEG)}


@pytest.fixture
def house() -> House:
    return House()


def _upload(house: House, token: str, body: bytes, mime_type: str = "image/jpeg") -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": mime_type}
    answer = house.webchat(http_event("PUT", f"/webchat/files/{FILE}", body, headers), None)
    return int(answer["statusCode"])


def _say(house: House, token: str, **said: Any) -> int:
    return house.call("POST", "messages", {"id": MESSAGE, **said}, token).status


def _conversation(house: House, token: str) -> str:
    return house.identity.conversation(house.address(token))


def _kept(house: House, place: str, body: bytes = JPEG) -> None:
    keeper = Keeper(house.table, house.media, house.clock, 90)
    keeper.keep(MediaJob(place=place, channel="webchat", account="web"), body, UPLOAD_LIMIT)


def test_a_photo_is_set_aside_queued_and_said(house: House) -> None:
    """Nothing that a visitor sends lies where agents open it before it was looked at."""
    token = house.visitor()
    assert _upload(house, token, JPEG) == 201
    assert not house.media_queue.jobs
    assert _say(house, token, text="Mein Zähler", file=SENT) == 202
    [job] = house.media_queue.jobs
    assert list(house.media.objects) == [aside_key(job.place)]
    assert (job.channel, job.reference, job.filename) == ("webchat", "", "Zähler.jpg")
    [(_, event)] = house.arrived()
    content = event.incoming.content
    assert content is not None
    assert content.text == "Mein Zähler"
    [part] = content.attachments
    assert (part.kind, part.place, part.size) == ("image", job.place, len(JPEG))
    assert job.place.startswith(f"{_conversation(house, token)}/")


def test_a_file_needs_no_words(house: House) -> None:
    """A photo alone is a message."""
    token = house.visitor()
    assert _upload(house, token, JPEG) == 201
    assert _say(house, token, file=SENT) == 202


@pytest.mark.parametrize("body", [HTML, SVG, b"MZ\x90\x00", b""])
def test_what_is_not_kept_is_refused_at_the_door(house: House, body: bytes) -> None:
    """The visitor learns it while the panel is open; nothing is stored."""
    assert _upload(house, house.visitor(), body) == 400
    assert not house.media.objects


def test_a_file_that_is_too_large_is_refused(house: House) -> None:
    """Before it is unpacked, where it is far too large."""
    token = house.visitor()
    assert _upload(house, token, JPEG + bytes(UPLOAD_LIMIT)) == 413
    assert len(base64.b64encode(bytes(UPLOAD_LIMIT))) <= FILE_LIMIT
    assert not house.media.objects


def test_other_addresses_take_no_more_than_before(house: House) -> None:
    """Only files may be large."""
    answer = house.call("POST", "messages", "x" * 70_000, house.visitor())
    assert answer.status == 413


@pytest.mark.parametrize(
    "said",
    [
        {"file": {**SENT, "mime_type": "text/html"}},
        {"file": {**SENT, "size": UPLOAD_LIMIT + 1}},
        {"file": {**SENT, "id": "../../raw"}},
        {"file": SENT, "choice": {"message_id": "1.0", "index": 0}},
        {},
    ],
)
def test_odd_words_about_files_are_refused(house: House, said: dict[str, Any]) -> None:
    """A clear 400, and nothing is queued."""
    assert _say(house, house.visitor(), **said) == 400
    assert not house.media_queue.jobs
    assert not house.arrived()


def test_files_need_the_visitors_token(house: House) -> None:
    """Nobody stores files without one."""
    headers = {"Content-Type": "image/jpeg"}
    answer = house.webchat(http_event("PUT", f"/webchat/files/{FILE}", JPEG, headers), None)
    assert answer["statusCode"] == 401
    assert not house.media.objects


def _agents_file(house: House, token: str) -> str:
    """Let an agent send a file; returns the message's id as the visitor sees it."""
    place = f"{_conversation(house, token)}/{'e' * 32}/0"
    part = Attachment(
        kind="document", mime_type="application/pdf", filename="Plan.pdf", size=9, place=place
    )
    house.commit(house.address(token), [("agent", Content(text="Bitte", attachments=(part,)))])
    _kept(house, place, PDF)
    [message] = house.call("GET", "messages", token=token).json["messages"]
    assert message["files"] == [{"name": "Plan.pdf", "mime_type": "application/pdf", "size": 9}]
    return str(message["id"])


def test_a_visitor_opens_what_an_agent_sent(house: House) -> None:
    """By a link that is made when it is asked for, and ends soon."""
    token = house.visitor()
    message = _agents_file(house, token)
    answer = house.call("GET", f"files/{message}/0", token=token)
    assert answer.status == 200
    key = object_key(f"{_conversation(house, token)}/{'e' * 32}/0")
    assert answer.json["url"].startswith(f"https://bucket.example/{key}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_else_opens_it(house: House) -> None:
    """Another visitor has another conversation, whatever they ask for."""
    token = house.visitor()
    message = _agents_file(house, token)
    assert house.call("GET", f"files/{message}/0", token=house.visitor()).status == 404
    assert house.call("GET", f"files/{message}/1", token=token).status == 404
    assert house.call("GET", f"files/{message}/0").status == 401


def test_what_was_not_kept_is_not_opened(house: House) -> None:
    """Until it was looked at there is nothing to open, for the sender too."""
    token = house.visitor()
    place = f"{_conversation(house, token)}/{'e' * 32}/0"
    part = Attachment(kind="image", mime_type="image/jpeg", filename="a.jpg", place=place)
    house.commit(house.address(token), [("customer", Content(attachments=(part,)))])
    [message] = house.call("GET", "messages", token=token).json["messages"]
    assert house.call("GET", f"files/{message['id']}/0", token=token).status == 404
    _kept(house, place)
    assert house.call("GET", f"files/{message['id']}/0", token=token).status == 200
