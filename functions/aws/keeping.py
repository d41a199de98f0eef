"""Take files over: what comes in is set aside and queued, what is fit is kept, the fate recorded.

The bytes of everything that customers send pass `keep`: no other way leads into `media/`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aws.values import conversation_pk
from conversation.media import (
    DELETED,
    KIND,
    TOO_LARGE,
    UNSAFE,
    Fate,
    MediaJob,
    aside_key,
    clean_name,
    conversation_of,
    deleted_key,
    fate_key,
    job_of,
    object_key,
    places_beside,
)
from conversation.message import Attachment
from conversation.ports import Media, MediaQueue, Scanner, Table
from conversation.sniff import sniffed
from conversation.turn import Item

_UNKNOWN = "application/octet-stream"

_DAY = 86_400

_KEYS = (object_key, aside_key)
"""Where the bytes of a file may lie."""


@dataclass(frozen=True)
class Keeper:
    """Where files are kept, and for how many days; `scanner` None where nobody looks."""

    table: Table
    media: Media
    clock: Callable[[], int]
    days: int
    scanner: Scanner | None = None

    def fate(self, place: str) -> Fate | None:
        """Return what became of a file, None where it is still being fetched."""
        return fate_of(self.table, place)

    def keep(self, job: MediaJob, body: bytes, limit: int) -> Fate:
        """Keep a file if its bytes are of a kind that is kept, and record what became of it."""
        size, mime_type = len(body), sniffed(body, job.mime_type)
        if size > limit:
            return self.refuse(job, TOO_LARGE, size, limit)
        if not mime_type:
            return self.refuse(job, KIND, size)
        if not self._is_clean(job.place, body):
            return self.refuse(job, UNSAFE, size)
        self.media.put(object_key(job.place), body, mime_type)
        name = clean_name(job.filename, mime_type)
        fate = self._record(job.place, Fate(mime_type=mime_type, filename=name, size=size))
        if _is_deleted(self.table, job.place):  # while it was being fetched
            return self.forget(job.place)
        return fate

    def refuse(
        self, job: MediaJob, reason: str, size: int | None = None, limit: int | None = None
    ) -> Fate:
        """Record that a file is not kept, and why."""
        fate = Fate(refused=reason, size=size or job.size, limit=limit)
        return self._record(job.place, fate)

    def forget(self, place: str) -> Fate:
        """Remove all files of a message that was taken back; what comes later is not kept."""
        fate = Fate(refused=DELETED)
        self._put(conversation_of(place), deleted_key(place), fate)
        self.media.remove([key(each) for each in places_beside(place) for key in _KEYS])
        return fate

    def _is_clean(self, place: str, body: bytes) -> bool:
        if self.scanner is None:
            return True
        self.media.put(aside_key(place), body, _UNKNOWN)
        return self.scanner.is_clean(aside_key(place))

    def _record(self, place: str, fate: Fate) -> Fate:
        """Record it; of two who fetched the same file, the refusal never undoes what was kept."""
        self._put(conversation_of(place), fate_key(place), fate)
        return fate

    def _put(self, conversation: str, sk: str, fate: Fate) -> None:
        item = Item(
            sk=sk,
            body=fate.model_dump(exclude_defaults=True),
            expires=self.clock() // 1000 + self.days * _DAY,
        )
        self.table.put_item(conversation, item, sequence=0 if fate.refused else 1)


def fate_of(table: Table, place: str) -> Fate | None:
    """Return what became of a file, None where it is still being fetched or long gone."""
    if _is_deleted(table, place):
        return Fate(refused=DELETED)
    body = table.item(conversation_pk(conversation_of(place)), fate_key(place))
    return None if body is None else Fate.model_validate(body)


def _is_deleted(table: Table, place: str) -> bool:
    return table.item(conversation_pk(conversation_of(place)), deleted_key(place)) is not None


def set_aside(
    media: Media,
    queue: MediaQueue,
    attachment: Attachment,
    body: bytes,
    place: str,
    channel: str,
    account: str,
) -> Attachment:
    """Set bytes aside, to be looked at and kept; returns the attachment as its message names it.

    For what comes in with its bytes: a part of a mail, a visitor's picture. May be repeated.
    Raises Unavailable.
    """
    media.put(aside_key(place), body, _UNKNOWN)
    queue.send(job_of(place, channel, account, attachment.model_copy(update={"reference": ""})))
    return attachment.model_copy(update={"place": place, "size": len(body)})
