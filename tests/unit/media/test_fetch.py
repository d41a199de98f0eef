"""A file's way: asked for with the account's secrets, kept or refused for good, never lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from aws.keeping import Keeper, set_aside
from conversation.errors import Unavailable
from conversation.event import Event, FileRefused, event_from_json
from conversation.media import (
    DELETED,
    GONE,
    KIND,
    TOO_LARGE,
    UNREACHABLE,
    UNSAFE,
    Fate,
    MediaJob,
    place_of,
)
from conversation.message import Attachment
from media.batch import LONGEST_WAIT, take
from media.fetch import TRIES, House, fetch
from media.line import Line
from tests.fake_queues import MemoryInbound, MemoryQueue
from tests.fakes import MemoryMedia, MemoryMediaQueue, MemoryTable, MemoryVault
from tests.unit.media.samples import HTML, JPEG, PDF, SVG

NOW = 1_795_000_000_000
CONVERSATION, EVENT = "c" * 32, "e" * 32
PLACE = place_of(CONVERSATION, EVENT, 0)
KEY = f"media/{PLACE}"
ACCOUNTS = {
    (channel, "1"): {"access_token": "very-secret"}
    for channel in ("whatsapp", "telegram", "messenger", "instagram")
}


class Scan:
    """A scanner that finds what it is told to find."""

    def __init__(self, clean: bool | Exception) -> None:
        self.clean = clean
        self.seen: list[str] = []

    def is_clean(self, key: str) -> bool:
        """Say whether it is clean."""
        self.seen.append(key)
        if isinstance(self.clean, Exception):
            raise self.clean
        return self.clean


@dataclass
class World:
    """Messengers that answer by path, and everything that fetching touches."""

    answers: Mapping[str, httpx.Response]
    scanner: Scan | None = None
    requests: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = NOW
        self.table = MemoryTable(lambda: self.now)
        self.media = MemoryMedia()
        self.queue = MemoryMediaQueue()
        self.inbound_queue = MemoryQueue(lambda: self.now, 25)
        client = httpx.Client(transport=httpx.MockTransport(self._handle))
        self.house = House(
            keeper=Keeper(self.table, self.media, lambda: self.now, 90, self.scanner),
            queue=self.queue,
            inbound=MemoryInbound(self.inbound_queue, MemoryQueue(lambda: self.now, 25)),
            vault=MemoryVault(ACCOUNTS),
            line=Line(client, "", lambda: 0.0, lambda _: ["157.240.1.35"]),
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers[request.url.path]
        stream = httpx.ByteStream(found.content)
        return httpx.Response(found.status_code, headers=found.headers, stream=stream)

    def take(self, received: int = 1, **job: Any) -> bool:
        """Let the queue hand out a job; returns whether it was done."""
        wanted = MediaJob(place=PLACE, account="1", **job)
        event = {
            "Records": [
                {
                    "messageId": "m1",
                    "receiptHandle": "r1",
                    "body": wanted.to_json(),
                    "attributes": {"ApproximateReceiveCount": str(received)},
                }
            ]
        }
        return not take(self.house, event)["batchItemFailures"]

    @property
    def told(self) -> list[Event]:
        """Return what conversations hear."""
        return [event_from_json(each) for each in self.inbound_queue.all_messages()]

    @property
    def fate(self) -> Fate | None:
        """Return what became of the file."""
        return self.house.keeper.fate(PLACE)


def _whatsapp(**file: Any) -> World:
    url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=5"
    file = {"status_code": 200, "content": JPEG, **file}
    return World(
        {
            "/v25.0/4711": httpx.Response(200, json={"url": url, "mime_type": "image/jpeg"}),
            "/whatsapp_business/attachments/": httpx.Response(**file),
        }
    )


def test_whatsapp_tells_the_address_and_wants_the_token_twice() -> None:
    """A media id becomes an address, an address becomes a file in the bucket."""
    world = _whatsapp()
    assert world.take(channel="whatsapp", reference="4711", mime_type="image/jpeg")
    assert world.media.objects == {KEY: (JPEG, "image/jpeg")}
    assert world.fate == Fate(mime_type="image/jpeg", filename="file.jpg", size=len(JPEG))
    assert [request.headers["authorization"] for request in world.requests] == [
        "Bearer very-secret"
    ] * 2


def test_telegram_tells_a_path_below_the_token() -> None:
    """getFile, then the file itself."""
    world = World(
        {
            "/botvery-secret/getFile": httpx.Response(
                200, json={"ok": True, "result": {"file_path": "documents/file 5.pdf"}}
            ),
            "/file/botvery-secret/documents/file 5.pdf": httpx.Response(200, content=PDF),
        }
    )
    assert world.take(channel="telegram", reference="BAAD", filename="../Rechnung.PDF")
    assert json.loads(world.requests[0].content) == {"file_id": "BAAD"}
    assert world.fate == Fate(mime_type="application/pdf", filename="Rechnung.pdf", size=len(PDF))


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_messenger_and_instagram_tell_the_address_itself(channel: str) -> None:
    """Nothing is asked first, and no token goes along."""
    world = World({"/v/photo": httpx.Response(200, content=JPEG)})
    assert world.take(channel=channel, reference="https://scontent.fbcdn.net/v/photo?oh=1")
    assert "authorization" not in world.requests[0].headers
    assert world.media.objects == {KEY: (JPEG, "image/jpeg")}


@pytest.mark.parametrize("body", [HTML, SVG])
def test_a_page_that_is_called_a_photo_is_refused(body: bytes) -> None:
    """It is not in the bucket, and the agent is told why."""
    world = _whatsapp(content=body, headers={"Content-Type": "image/jpeg"})
    assert world.take(channel="whatsapp", reference="4711", mime_type="image/jpeg")
    assert not world.media.objects
    assert world.fate == Fate(refused=KIND, size=len(body))


def test_what_telegram_says_is_too_large_is_not_asked_for() -> None:
    """The agent reads how large it is and what would have passed."""
    world = World({})
    assert world.take(channel="telegram", reference="BAAD", size=31_000_000)
    assert world.fate == Fate(refused=TOO_LARGE, size=31_000_000, limit=20_000_000)
    assert not world.requests


def test_a_size_that_telegram_finds_too_big_is_told_too() -> None:
    """getFile itself may say so."""
    body = {"ok": False, "error_code": 400, "description": "Bad Request: file is too big"}
    world = World({"/botvery-secret/getFile": httpx.Response(400, json=body)})
    assert world.take(channel="telegram", reference="BAAD")
    assert world.fate == Fate(refused=TOO_LARGE, limit=20_000_000)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(400, json={"error": {"code": 100, "message": "does not exist"}}),
    ],
)
def test_what_the_messenger_no_longer_has_is_refused_at_once(answer: httpx.Response) -> None:
    """Nobody waits an hour for what is gone."""
    world = World({"/v25.0/4711": answer})
    assert world.take(channel="whatsapp", reference="4711")
    assert world.fate == Fate(refused=GONE)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_trouble_is_tried_again_and_given_up_in_the_end(status: int) -> None:
    """The waits grow; after the last try the agent is told, and no job waits for ever."""
    world = World({"/v25.0/4711": httpx.Response(status, json={"error": {"code": 1}})})
    for received in range(1, TRIES + 1):
        assert not world.take(received, channel="whatsapp", reference="4711")
        assert world.fate is None
    waits = [seconds for _, seconds in world.queue.postponed]
    assert waits == sorted(waits)
    assert 3600 < sum(waits) < 4 * 3600
    assert waits[-1] == LONGEST_WAIT
    assert world.take(TRIES + 1, channel="whatsapp", reference="4711")
    assert world.fate == Fate(refused=UNREACHABLE)
    assert len(world.requests) == TRIES


def test_an_account_that_is_not_connected_is_waited_for() -> None:
    """A channel that is being connected anew loses nothing."""
    world = World({})
    world.house = replace(world.house, vault=MemoryVault())
    assert not world.take(channel="whatsapp", reference="4711")
    assert world.fate is None


def test_a_repeated_job_does_nothing() -> None:
    """A standard queue hands jobs out twice at times."""
    world = _whatsapp()
    assert world.take(channel="whatsapp", reference="4711")
    asked = len(world.requests)
    assert world.take(2, channel="whatsapp", reference="4711")
    assert len(world.requests) == asked


def test_what_was_kept_is_never_undone() -> None:
    """Of two who fetch the same file at once, the slower may find its link expired."""
    world = _whatsapp()
    world.take(channel="whatsapp", reference="4711")
    job = MediaJob(place=PLACE, channel="whatsapp", account="1")
    world.house.keeper.refuse(job, GONE)
    assert world.fate is not None
    assert not world.fate.refused


def test_what_is_known_of_a_file_ends_with_it() -> None:
    """After the days of retention nothing is told of it any more."""
    world = _whatsapp()
    world.take(channel="whatsapp", reference="4711")
    world.now += 90 * 86_400_000 + 1000
    assert world.fate is None


def test_bytes_that_came_along_are_kept_by_the_same_way() -> None:
    """A mail's part, a visitor's picture: set aside, looked at, kept."""
    world = World({})
    part = Attachment(kind="image", mime_type="image/jpeg", filename="Zähler.jpeg")
    placed = set_aside(world.media, world.queue, part, JPEG, PLACE, "webchat", "web")
    assert (placed.place, placed.size) == (PLACE, len(JPEG))
    [job] = world.queue.jobs
    assert world.take(**job.model_dump(exclude={"place", "account"}))
    assert world.media.objects[KEY] == (JPEG, "image/jpeg")
    assert world.fate == Fate(mime_type="image/jpeg", filename="Zähler.jpg", size=len(JPEG))


def test_what_was_never_set_aside_is_gone() -> None:
    """A job without its bytes ends."""
    world = World({})
    assert world.take(channel="webchat")
    assert world.fate == Fate(refused=GONE)


def test_a_file_is_kept_only_when_the_scanner_says_that_it_is_clean() -> None:
    """Until then it lies where no agent can open it."""
    world = _whatsapp()
    scanner = Scan(clean=True)
    world.scanner = scanner
    world.__post_init__()
    assert world.take(channel="whatsapp", reference="4711")
    assert scanner.seen == [f"quarantine/{PLACE}"]
    assert world.media.objects[f"quarantine/{PLACE}"] == (JPEG, "application/octet-stream")
    assert KEY in world.media.objects


def test_a_file_in_which_something_was_found_is_not_kept() -> None:
    """The agent is told so; nothing lies under `media/`."""
    world = _whatsapp()
    world.scanner = Scan(clean=False)
    world.__post_init__()
    assert world.take(channel="whatsapp", reference="4711")
    assert world.fate == Fate(refused=UNSAFE, size=len(JPEG))
    assert KEY not in world.media.objects


def test_a_scanner_that_is_out_is_waited_for() -> None:
    """What nobody looked at is not shown."""
    world = _whatsapp()
    world.scanner = Scan(clean=Unavailable("out"))
    world.__post_init__()
    assert not world.take(channel="whatsapp", reference="4711")
    assert world.fate is None
    assert KEY not in world.media.objects


def test_a_message_that_is_taken_back_takes_its_files_along() -> None:
    """Nothing of it lies in the bucket any longer, whether it was kept or only set aside."""
    world = _whatsapp()
    world.scanner = Scan(clean=True)
    world.__post_init__()
    assert world.take(channel="whatsapp", reference="4711")
    beside = place_of(CONVERSATION, EVENT, 1)
    world.media.put(f"media/{beside}", PDF, "application/pdf")
    other = f"media/{place_of(CONVERSATION, 'f' * 32, 0)}"
    world.media.put(other, PDF, "application/pdf")
    assert world.take(channel="whatsapp", deleted=True)
    assert world.media.objects.keys() == {other}
    assert world.fate == world.house.keeper.fate(beside) == Fate(refused=DELETED)


def test_what_is_taken_back_before_it_is_fetched_is_not_fetched() -> None:
    """Jobs come in any order; a try that died may have left bytes, and they go as well."""
    world = _whatsapp()
    assert world.take(channel="whatsapp", deleted=True)
    world.media.put(KEY, JPEG, "image/jpeg")
    assert world.take(channel="whatsapp", reference="4711")
    assert not world.requests
    assert not world.media.objects
    assert world.fate == Fate(refused=DELETED)


def test_what_is_taken_back_while_it_is_fetched_is_not_kept() -> None:
    """The word comes between the look at it and the bucket."""
    world = _whatsapp()

    class Meanwhile(Scan):
        def is_clean(self, key: str) -> bool:
            assert world.take(channel="whatsapp", deleted=True)
            return super().is_clean(key)

    world.scanner = Meanwhile(clean=True)
    world.__post_init__()
    assert world.take(channel="whatsapp", reference="4711")
    assert not world.media.objects
    assert world.fate == Fate(refused=DELETED)


WHO = "whatsapp:1:5"


@pytest.mark.parametrize("number", [0, 3])
def test_whoever_sent_what_is_not_kept_hears_of_it_once(number: int) -> None:
    """A repeat, and the files beside it in the same message, are one event."""
    world = _whatsapp(content=SVG)
    for _ in range(2):
        assert world.take(channel="whatsapp", reference="4711", address=WHO)
    other = MediaJob(
        place=place_of(CONVERSATION, EVENT, number), channel="whatsapp", account="1", address=WHO
    )
    fetch(world.house, other.model_copy(update={"size": 10**9}), 1)
    [told] = world.told
    assert told == FileRefused(id=f"file_refused:{EVENT}", at=NOW, address=WHO, reason=KIND)


def test_a_file_that_is_too_large_is_told_with_what_would_pass() -> None:
    """The limit goes along."""
    world = _whatsapp()
    assert world.take(channel="whatsapp", reference="4711", size=10**9, address=WHO)
    [told] = world.told
    assert isinstance(told, FileRefused)
    assert (told.reason, told.limit) == (TOO_LARGE, 25_000_000)


def test_nobody_hears_of_what_they_can_do_nothing_about() -> None:
    """Of a file that is gone, one that is kept, and one that came with no message to us."""
    gone = _whatsapp(status_code=404)
    assert gone.take(channel="whatsapp", reference="4711", address=WHO)
    kept = _whatsapp()
    assert kept.take(channel="whatsapp", reference="4711", address=WHO)
    echo = _whatsapp(content=HTML)
    assert echo.take(channel="whatsapp", reference="4711")
    assert gone.told == kept.told == echo.told == []


def test_a_refusal_that_could_not_be_told_is_told_by_the_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file is not fetched again for it."""
    world = _whatsapp(content=HTML)

    def refuse(*_: object) -> None:
        raise Unavailable("throttled")

    monkeypatch.setattr(world.house.inbound, "send", refuse)
    assert not world.take(channel="whatsapp", reference="4711", address=WHO)
    monkeypatch.undo()
    asked = len(world.requests)
    assert world.take(received=2, channel="whatsapp", reference="4711", address=WHO)
    assert len(world.told) == 1
    assert len(world.requests) == asked
