"""A picture both ways in the running house, on every messenger, and what is not let in."""

import base64
import uuid

import httpx
import pytest

from pforte.house.house import House
from tests.unit.media.samples import HTML, PDF, png
from tests.way import PATIENCE, Desk, Json, Phone, eventually, identity

PICTURE = png(40, 30)
CHANNELS = [
    ("whatsapp", "4917604069101"),
    ("telegram", "7000000101"),
    ("messenger", "5200000000000501"),
    ("instagram", "5300000000000501"),
]
ALL = pytest.mark.parametrize(("channel", "user"), CHANNELS)


def _file(body: bytes, mime_type: str, name: str, caption: str = "") -> Json:
    data = base64.b64encode(body).decode()
    return {"data": data, "mime_type": mime_type, "name": name, "caption": caption}


def _settled(desk: Desk, phone: Phone) -> Json:
    return _settled_in(desk, phone.conversation)


def _settled_in(desk: Desk, conversation: str) -> Json:
    """Wait until it is known what became of the newest file; returns that."""

    def files(seen: Json) -> list[Json]:
        return [file for entry in seen["entries"] for file in entry["files"] if file["state"]]

    def settled(seen: Json) -> bool:
        found = files(seen)
        return bool(found) and found[-1]["state"] != "fetching"

    seen = desk.sees(conversation, settled, "the file is kept or refused")
    return files(seen)[-1]


def _opened(desk: Desk, file: Json) -> httpx.Response:
    """Open a file by its link, as the page does: without the token."""
    linked = desk.ask("GET", f"/files/{file['place']}").json()
    return httpx.get(linked["url"], trust_env=False)


def _upload(desk: Desk, phone: Phone, body: bytes, mime_type: str, name: str) -> str:
    return _upload_into(desk, phone.conversation, body, mime_type, name)


def _upload_into(desk: Desk, conversation: str, body: bytes, mime_type: str, name: str) -> str:
    """Upload a file as the page does; returns its id."""
    file = str(uuid.uuid4())
    path = f"/conversations/{conversation}/files/{file}"
    headers = {"Content-Type": mime_type, "X-File-Name": name}
    answer = desk.put(path, body, headers)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return file


@ALL
def test_a_picture_goes_both_ways(house: House, channel: str, user: str) -> None:
    """The customer's photo is seen at the desk to the byte, the agent's on the phone."""
    phone, desk = Phone(house, channel, user, "Mit Bild"), Desk(house)
    phone.writes("Ich möchte mit einem Menschen sprechen.")
    desk.waits_for(phone.conversation)
    phone.does(file=_file(PICTURE, "image/png", "Zähler.PNG", "Mein Zähler"))
    kept = _settled(desk, phone)
    assert (kept["state"], kept["way"], kept["mime_type"]) == ("kept", "image", "image/png")
    opened = _opened(desk, kept)
    assert (opened.status_code, opened.content) == (200, PICTURE)
    assert opened.headers["content-type"] == "image/png"
    assert opened.headers["content-disposition"].startswith("inline")

    epoch = desk.claim(phone.conversation)
    sent = [
        _upload(desk, phone, PICTURE, "image/png", "Plan.png"),
        _upload(desk, phone, PDF, "application/pdf", "Rechnung.pdf"),
    ]
    desk.reply(phone.conversation, epoch, "Hier ist der Plan.", files=sent)
    phone.hears("Hier ist der Plan.")
    shown = _received(phone, 2)
    assert [_bytes(house, entry) for entry in shown] == [PICTURE, PDF]
    assert [entry["kind"] for entry in shown] == ["photo", "document"]
    desk.resolve(phone.conversation, epoch)


def _received(phone: Phone, number: int) -> list[Json]:
    """Wait until so many files of the house have arrived; returns them."""

    def enough(entries: list[Json]) -> bool:
        return len([entry for entry in entries if entry["file"]]) >= number

    return [entry for entry in phone.waits(enough, f"{number} files") if entry["file"]]


def _bytes(house: House, entry: Json) -> bytes:
    return httpx.get(f"{house.messengers}/phone/file/{entry['file']}", trust_env=False).content


def test_a_page_that_is_called_a_photo_is_not_kept(house: House) -> None:
    """The agent reads that it could not be kept, the customer what works instead."""
    phone, desk = Phone(house, "telegram", "7000000110", "Mit Trug"), Desk(house)
    phone.does(file=_file(HTML, "image/jpeg", "foto.jpg"))
    refused = _settled(desk, phone)
    assert (refused["state"], refused["reason"]) == ("refused", "kind")
    assert desk.ask("GET", f"/files/{refused['place']}").status_code == httpx.codes.NOT_FOUND
    phone.hears("als Foto oder als PDF")


def test_a_photo_that_is_taken_back_is_gone(house: House) -> None:
    """Its link leads nowhere any more, there is no other, and the thread says what happened."""
    phone, desk = Phone(house, "whatsapp", "4917604069113", "Mit Reue"), Desk(house)
    sent = phone.does(photo="Mein Zähler")
    kept = _settled(desk, phone)
    path = f"/files/{kept['place']}"
    linked = desk.ask("GET", path).json()["url"]
    assert httpx.get(linked, trust_env=False).status_code == httpx.codes.OK
    phone.does(delete={"provider_id": sent["provider_id"]})
    desk.sees(
        phone.conversation,
        lambda seen: any(entry["deleted"] for entry in seen["entries"]),
        "the photo is shown as deleted",
    )
    eventually(
        lambda: desk.ask("GET", path).status_code,
        lambda status: status == httpx.codes.GONE,
        "no link is made any more",
    )
    eventually(
        lambda: httpx.get(linked, trust_env=False).status_code,
        lambda status: status == httpx.codes.NOT_FOUND,
        "the bucket no longer has it",
    )


def test_a_document_is_saved_and_never_shown(house: House) -> None:
    """Its link says so, whatever the sender called it."""
    phone, desk = Phone(house, "whatsapp", "4917604069111", "Mit Dokument"), Desk(house)
    phone.does(file=_file(PDF, "application/pdf", "../Rechnung März.pdf"))
    kept = _settled(desk, phone)
    assert (kept["state"], kept["way"], kept["filename"]) == ("kept", "file", "Rechnung März.pdf")
    opened = _opened(desk, kept)
    assert opened.headers["content-type"] == "application/pdf"
    assert opened.headers["content-disposition"].startswith("attachment")


def test_a_voice_note_is_kept(house: House) -> None:
    """What a phone records is played at the desk."""
    phone, desk = Phone(house, "whatsapp", "4917604069112", "Mit Stimme"), Desk(house)
    phone.does(voice=3)
    kept = _settled(desk, phone)
    assert (kept["state"], kept["way"], kept["mime_type"]) == ("kept", "audio", "audio/ogg")


def test_links_are_nobody_elses(house: House) -> None:
    """Without an agent's token there is no link, and without a link no file."""
    phone, desk = Phone(house, "telegram", "7000000111", "Ohne Link"), Desk(house)
    phone.does(photo="Mein Zähler")
    kept = _settled(desk, phone)
    path = f"{house.url}/desk/api/files/{kept['place']}"
    assert httpx.get(path, trust_env=False).status_code == httpx.codes.UNAUTHORIZED
    linked = desk.ask("GET", f"/files/{kept['place']}").json()["url"]
    assert httpx.get(linked.split("?")[0], trust_env=False).status_code in {401, 403}
    changed = linked.replace("inline", "attachment")
    assert httpx.get(changed, trust_env=False).status_code == httpx.codes.FORBIDDEN


def test_a_picture_goes_both_ways_in_the_web_chat(house: House) -> None:
    """A visitor's photo is looked at first; what the agent sends opens for that visitor alone."""
    desk = Desk(house)
    with httpx.Client(base_url=f"{house.url}/webchat", trust_env=False, timeout=PATIENCE) as chat:
        token = chat.post("/visitors").json()["token"]
        chat.headers["Authorization"] = f"Bearer {token}"
        file = str(uuid.uuid4())
        kind = {"Content-Type": "image/png"}
        uploaded = chat.put(f"/files/{file}", content=PICTURE, headers=kind)
        assert uploaded.status_code == httpx.codes.CREATED
        sent = {"id": file, "name": "Zähler.png", "mime_type": "image/png", "size": len(PICTURE)}
        _say(chat, text="Ich möchte mit einem Menschen sprechen.")
        _say(chat, text="Mein Zähler", file=sent)
        visitor = identity(house).visitor(token)
        conversation = identity(house).conversation(f"webchat:web:{visitor}")
        kept = _settled_in(desk, conversation)
        assert (kept["state"], kept["way"]) == ("kept", "image")
        assert _opened(desk, kept).content == PICTURE

        desk.waits_for(conversation)
        epoch = desk.claim(conversation)
        plan = _upload_into(desk, conversation, PDF, "application/pdf", "Plan.pdf")
        desk.reply(conversation, epoch, "Hier ist der Plan.", files=[plan])

        def shown() -> list[Json]:
            messages: list[Json] = chat.get("/messages").json()["messages"]
            return [message for message in messages if message["who"] == "person"]

        [message] = eventually(
            lambda: [each for each in shown() if each["files"]], bool, "the visitor sees the plan"
        )
        assert [each["name"] for each in message["files"]] == ["Plan.pdf"]
        url = chat.get(f"/files/{message['id']}/0").json()["url"]
        assert httpx.get(url, trust_env=False).content == PDF
        other = chat.post("/visitors").json()["token"]
        stolen = chat.get(f"/files/{message['id']}/0", headers={"Authorization": f"Bearer {other}"})
        assert stolen.status_code == httpx.codes.NOT_FOUND
    desk.resolve(conversation, epoch)


def _say(chat: httpx.Client, **said: object) -> None:
    answer = chat.post("/messages", json={"id": str(uuid.uuid4()), **said})
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
