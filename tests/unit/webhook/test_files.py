"""What a message brings along is queued before the messenger is answered."""

from typing import Any

import pytest

from conversation.errors import Unavailable
from conversation.incoming import Incoming
from conversation.media import NUMBERED_UP_TO
from conversation.message import Attachment, Content
from tests.fakes import MemoryMediaQueue
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House
from tests.guarantees.messenger import (
    address,
    instagram_event,
    page_event,
    telegram_event,
    telegram_message,
    whatsapp_event,
    whatsapp_message,
)
from webhook.files import let_fetch

PHOTO = [
    {"file_id": "small", "width": 90, "height": 67},
    {"file_id": "large", "width": 1280, "height": 960, "file_size": 81_000},
]


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def test_a_photo_is_queued_and_its_message_says_where_it_will_be(house: House) -> None:
    """Job and message name the same place, below the conversation and the event."""
    house.write("", photo=PHOTO, caption="Mein Zähler")
    house.rest()
    [job] = house.media_queue.jobs
    [message] = [message for message in house.thread() if message.author == "customer"]
    [part] = message.content.attachments
    assert (job.reference, job.size, job.channel) == ("large", 81_000, "telegram")
    assert job.place == part.place == f"{house.conversation_of()}/{message.event_id}/0"


def test_a_repeat_names_the_same_place(house: House) -> None:
    """A webhook that comes again fetches nothing into a second place."""
    event = house.write("", photo=PHOTO)
    assert house.post(event) == 200
    assert len({job.place for job in house.media_queue.jobs}) == 1


def test_what_has_no_file_is_not_queued(house: House) -> None:
    """Texts, locations and contacts bring nothing to fetch."""
    house.write("Guten Tag")
    house.write("", location={"latitude": 48.1, "longitude": 11.5})
    assert not house.media_queue.jobs


def test_a_queue_that_does_not_take_it_makes_the_messenger_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the message nor its photo was taken over, so neither is lost."""

    def refuse(_: object) -> None:
        raise Unavailable("throttled")

    monkeypatch.setattr(house.media_queue, "send", refuse)
    event = telegram_message("5", 1, house.now, photo=PHOTO)
    assert house.post(event) == 503
    assert not house.inbound_queue.all_messages()
    monkeypatch.undo()
    assert house.post(event) == 200
    assert len(house.media_queue.jobs) == len(house.inbound_queue.all_messages()) == 1


def test_so_many_files_of_a_message_are_kept_and_no_more() -> None:
    """One message cannot fill the queue without end; what stands beyond stays a word."""
    parts = tuple(Attachment(kind="image", reference=str(n)) for n in range(NUMBERED_UP_TO + 5))
    incoming = Incoming(
        kind="message",
        channel="messenger",
        account="1",
        user="5",
        provider_id="m",
        content=Content(attachments=parts),
    )
    queue = MemoryMediaQueue()
    taken = let_fetch(queue, incoming, "c", "e").content
    assert taken is not None
    assert len(queue.jobs) == NUMBERED_UP_TO
    assert [bool(part.place) for part in taken.attachments].count(True) == NUMBERED_UP_TO
    assert len(taken.attachments) == len(parts)


WHO = "7"
META_PHOTO = {"attachments": [{"type": "image", "payload": {"url": "https://x.fbcdn.net/1"}}]}
BUSINESS = {"business_connection_id": "b", "chat": {"id": int(WHO), "type": "private"}}


def _whatsapp(**content: Any) -> dict[str, Any]:
    return whatsapp_event(
        {"messages": [whatsapp_message(WHO, content.pop("number"), 1, **content)]}
    )


def _business(**what: Any) -> dict[str, Any]:
    return telegram_event({"update_id": what.pop("update"), **what})


@pytest.mark.parametrize(
    ("channel", "photo", "deletion"),
    [
        (
            "whatsapp",
            _whatsapp(number=1, type="image", image={"id": "4711", "mime_type": "image/jpeg"}),
            _whatsapp(number=2, type="revoke", revoke={"original_message_id": "wamid.1"}),
        ),
        (
            "messenger",
            page_event(WHO, 1, message={"mid": "m1", **META_PHOTO}),
            page_event(WHO, 2, message={"mid": "m1", "is_deleted": True}),
        ),
        (
            "instagram",
            instagram_event(WHO, 1, message={"mid": "m1", **META_PHOTO}),
            instagram_event(WHO, 2, message={"mid": "m1", "is_deleted": True}),
        ),
        (
            "telegram",
            _business(
                update=1,
                business_message={
                    **BUSINESS,
                    "from": {"id": int(WHO), "is_bot": False, "first_name": "Erika"},
                    "message_id": 1,
                    "date": 1,
                    "photo": PHOTO,
                },
            ),
            _business(update=2, deleted_business_messages={**BUSINESS, "message_ids": [1]}),
        ),
    ],
)
def test_what_is_taken_back_names_the_files_that_it_had(
    house: House, channel: str, photo: dict[str, Any], deletion: dict[str, Any]
) -> None:
    """On every messenger that tells it; a repeat of it names the same."""
    assert house.post(photo) == 200
    assert [house.post(deletion), house.post(deletion)] == [200, 200]
    fetched, *forgotten = house.media_queue.jobs
    assert not fetched.deleted
    assert fetched.place.startswith(house.identity.conversation(address(WHO, channel)))
    assert [(job.deleted, job.place) for job in forgotten] == [(True, fetched.place)] * 2
