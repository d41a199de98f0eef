"""Simulated messengers serve what customers send, and fetch what the house links to."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pforte.messengers.server import Messengers
from pforte.messengers.web import Request, Response, Server
from tests.unit.media.samples import HTML, PDF, png
from tests.unit.messengers.conftest import Phone, StubHouse, local_client

pytestmark = pytest.mark.enable_socket

PICTURE = png()
USERS = {
    "whatsapp": "4917604069001",
    "telegram": "7000000001",
    "messenger": "5200000000000001",
    "instagram": "5300000000000001",
}


def _file(body: bytes = PICTURE, mime_type: str = "image/png") -> dict[str, Any]:
    data = base64.b64encode(body).decode()
    return {"data": data, "mime_type": mime_type, "name": "Zähler.png", "caption": "Bitte"}


@pytest.fixture
def bucket() -> Iterator[str]:
    """Serve our files by their links, as the bucket does."""
    kinds = {"/photo": ("image/png", PICTURE), "/pdf": ("application/pdf", PDF)}

    def serve(request: Request) -> Response:
        mime_type, body = kinds[request.path]
        return Response(200, body, {"Content-Type": mime_type})

    server = Server(0, [("GET", "/photo|/pdf", serve)])
    server.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.stop()


def _reference(house: StubHouse) -> str:
    [event] = house.events(1)
    assert event.content is not None
    assert event.content.text == "Bitte"
    [part] = event.content.attachments
    assert part.kind == "image"
    return part.reference


def _tokens(messengers: Messengers, channel: str) -> str:
    known = {str(name): secrets for name, _, secrets in messengers.accounts}
    return known[channel]["access_token"]


def test_whatsapp_tells_where_a_file_lies_and_wants_the_token_twice(
    house: StubHouse, messengers: Messengers, phone: Phone
) -> None:
    """An id, an address, the bytes; without the token neither."""
    phone.does("whatsapp", USERS["whatsapp"], file=_file())
    reference = _reference(house)
    bearer = {"Authorization": f"Bearer {_tokens(messengers, 'whatsapp')}"}
    told = phone.http.get(f"/whatsapp/v25.0/{reference}", headers=bearer).json()
    assert (told["mime_type"], told["file_size"]) == ("image/png", len(PICTURE))
    assert phone.http.get(told["url"], headers=bearer).content == PICTURE
    assert phone.http.get(told["url"]).status_code == 401
    assert phone.http.get(f"/whatsapp/v25.0/{reference}").status_code == 401


def test_telegram_tells_a_path_below_the_token(
    house: StubHouse, messengers: Messengers, phone: Phone
) -> None:
    """getFile, then the file; an unknown id is a 400."""
    phone.does("telegram", USERS["telegram"], file=_file())
    token = _tokens(messengers, "telegram")
    asked = {"file_id": _reference(house)}
    told = phone.http.post(f"/telegram/bot{token}/getFile", json=asked).json()["result"]
    fetched = phone.http.get(f"/telegram/file/bot{token}/{told['file_path']}")
    assert fetched.content == PICTURE
    unknown = phone.http.post(f"/telegram/bot{token}/getFile", json={"file_id": "1"})
    assert unknown.status_code == 400
    assert phone.http.get(f"/telegram/file/botx/{told['file_path']}").status_code == 404


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_meta_serves_files_to_whoever_knows_the_address(
    house: StubHouse, messengers: Messengers, phone: Phone, channel: str
) -> None:
    """The webhook itself holds the address."""
    phone.does(channel, USERS[channel], file=_file())
    assert local_client("").get(_reference(house)).content == PICTURE


def test_a_photo_without_a_file_is_a_sample(house: StubHouse, phone: Phone) -> None:
    """What nobody chose is a picture all the same, and the phone shows it."""
    entry = phone.does("whatsapp", USERS["whatsapp"], photo="Bitte")
    assert _reference(house) == entry["file"]
    shown = phone.http.get(f"/phone/file/{entry['file']}")
    assert shown.headers["content-type"] == "image/png"
    assert shown.content.startswith(b"\x89PNG")


def test_the_phone_saves_what_no_page_should_show(phone: Phone) -> None:
    """A page that a customer sent is not opened on this machine either."""
    entry = phone.does("telegram", USERS["telegram"], file=_file(HTML, "text/html"))
    shown = phone.http.get(f"/phone/file/{entry['file']}")
    assert shown.headers["content-type"] == "application/octet-stream"
    assert shown.headers["content-disposition"] == "attachment"
    assert phone.http.get("/phone/file/1").status_code == 404


def _send(messengers: Messengers, phone: Phone, channel: str, body: dict[str, Any]) -> Any:
    token = _tokens(messengers, channel)
    bearer = {"Authorization": f"Bearer {token}"}
    account = next(account for name, account, _ in messengers.accounts if name == channel)
    if channel == "telegram":
        method = body.pop("method")
        body = {"chat_id": int(USERS[channel]), **body}
        return phone.http.post(f"/telegram/bot{token}/{method}", json=body)
    if channel == "whatsapp":
        body = {"messaging_product": "whatsapp", "to": USERS[channel], **body}
        return phone.http.post(f"/whatsapp/v25.0/{account}/messages", json=body, headers=bearer)
    body = {"recipient": {"id": USERS[channel]}, "message": body}
    return phone.http.post(f"/{channel}/v25.0/me/messages", json=body, headers=bearer)


def _linked(channel: str, link: str, kind: str = "image") -> dict[str, Any]:
    if channel == "whatsapp":
        return {"type": kind, kind: {"link": link, "caption": "Sehen Sie"}}
    if channel == "telegram":
        method = {"image": "sendPhoto", "document": "sendDocument"}[kind]
        name = {"image": "photo", "document": "document"}[kind]
        return {"method": method, name: link, "caption": "Sehen Sie"}
    return {"attachment": {"type": kind, "payload": {"url": link}}}


@pytest.mark.parametrize("channel", sorted(USERS))
def test_what_the_house_links_to_arrives(
    messengers: Messengers, phone: Phone, bucket: str, channel: str
) -> None:
    """The messenger fetches it, and the phone shows it."""
    user = USERS[channel]
    phone.does(channel, user, text="hallo")
    answer = _send(messengers, phone, channel, _linked(channel, f"{bucket}/photo"))
    assert answer.status_code == 200, answer.text
    shown = phone.shows(channel, user, lambda entries: any(e["side"] == "house" for e in entries))
    [entry] = [entry for entry in shown if entry["side"] == "house"]
    assert entry["kind"] == "photo"
    assert phone.http.get(f"/phone/file/{entry['file']}").content == PICTURE


@pytest.mark.parametrize("channel", ["telegram", "messenger", "instagram"])
def test_what_cannot_be_fetched_is_refused(
    messengers: Messengers, phone: Phone, bucket: str, channel: str
) -> None:
    """A link that has ended, and a kind that does not go this way."""
    phone.does(channel, USERS[channel], text="hallo")
    for link in (f"{bucket}/nothing", f"{bucket}/pdf", "http://127.0.0.1:1/"):
        answer = _send(messengers, phone, channel, _linked(channel, link))
        assert answer.status_code == 400


def test_whatsapp_tells_later_that_it_could_not_fetch(
    messengers: Messengers, phone: Phone, bucket: str
) -> None:
    """The send is accepted; the status brings 131053."""
    user = USERS["whatsapp"]
    phone.does("whatsapp", user, text="hallo")
    answer = _send(messengers, phone, "whatsapp", _linked("whatsapp", f"{bucket}/pdf"))
    assert answer.status_code == httpx.codes.OK
    shown = phone.shows("whatsapp", user, lambda e: any(each["state"] == "failed" for each in e))
    [entry] = [entry for entry in shown if entry["state"] == "failed"]
    assert entry["code"] == "131053"
