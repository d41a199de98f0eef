"""Take what visitors send along, and let each open the files of the own conversation."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from aws.keeping import fate_of
from conversation.errors import Malformed, NotFound, TooLarge
from conversation.media import (
    EXTENSIONS,
    UPLOAD_LIMIT,
    aside_key,
    clean_name,
    job_of,
    kind_of,
    object_key,
    place_of,
)
from conversation.message import Attachment, Message
from conversation.model import Model
from conversation.ports import Media, MediaQueue, Table
from conversation.sniff import sniffed
from webchat.visitor import ACCOUNT, CHANNEL, Visitor

LINKED_FOR = 300
"""Seconds for which a link to a file holds."""


class SentFile(Model):
    """A file that the page has uploaded under an id of its own."""

    id: UUID
    name: Annotated[str, Field(max_length=300)] = ""
    mime_type: Annotated[str, Field(max_length=100)]
    size: Annotated[int, Field(ge=1, le=UPLOAD_LIMIT)]


class ShownFile(Model):
    """A file as the visitor sees it; `size` in bytes where it is known."""

    name: str
    mime_type: str
    size: int | None


@dataclass(frozen=True)
class Cabinet:
    """Where files lie, and who is asked to look at what visitors send."""

    media: Media
    queue: MediaQueue

    def upload(self, visitor: Visitor, file: UUID, body: bytes, said: str) -> None:
        """Set bytes aside; nothing happens with them until a message names them.

        Raises TooLarge, Malformed where they are of no kind that is kept.
        """
        if len(body) > UPLOAD_LIMIT:
            raise TooLarge(f"A file has at most {UPLOAD_LIMIT} bytes.")
        if not sniffed(body, said):
            raise Malformed("Files of this kind are not accepted.")
        self.media.put(aside_key(_place(visitor, file)), body, "application/octet-stream")

    def attached(self, visitor: Visitor, sent: SentFile) -> Attachment:
        """Let a file be looked at and kept, and return it as its message names it."""
        if sent.mime_type not in EXTENSIONS:
            raise Malformed("Files of this kind are not accepted.")
        place = _place(visitor, sent.id)
        attachment = Attachment(
            kind=kind_of(sent.mime_type),
            mime_type=sent.mime_type,
            filename=clean_name(sent.name, sent.mime_type),
            size=sent.size,
            place=place,
        )
        self.queue.send(job_of(place, CHANNEL, ACCOUNT, attachment, visitor.address))
        return attachment

    def link(self, table: Table, messages: tuple[Message, ...], number: int) -> str:
        """Return a link to one of the files of a message. Raises NotFound."""
        parts = (part for message in messages for part in message.content.attachments)
        places = [part.place for part in parts if part.place]
        place = places[number] if number < len(places) else ""
        fate = fate_of(table, place) if place else None
        if fate is None or fate.refused:
            raise NotFound("This file is not here, or not any more.")
        return self.media.link(object_key(place), fate, LINKED_FOR)


def shown_files(message: Message) -> tuple[ShownFile, ...]:
    """Return the files of a message, in their order."""
    return tuple(
        ShownFile(name=part.filename, mime_type=part.mime_type, size=part.size)
        for part in message.content.attachments
        if part.place
    )


def _place(visitor: Visitor, file: UUID) -> str:
    return place_of(visitor.conversation, file.hex, 0)
