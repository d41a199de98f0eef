"""Show what became of files, link to them for minutes, and take what agents send along."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote
from uuid import UUID

from conversation.errors import Gone, Malformed, NotFound, TooLarge
from conversation.media import (
    AWAITED,
    DELETED,
    UPLOAD_LIMIT,
    Fate,
    MediaJob,
    conversation_of,
    deleted_key,
    fate_key,
    object_key,
)
from conversation.model import Model
from desk.agent import Agent
from desk.entries import Entry
from desk.outside import Outside
from desk.replying import claimed_by
from desk.sendable import upload_place
from desk.shown import ShownFile, shown_file

LINKED_FOR = 300
"""Seconds for which a link to a file holds."""


class FileLink(Model):
    """An address at which a file may be read for `seconds`."""

    url: str
    seconds: int


class Uploaded(Model):
    """A file that can be sent."""

    id: UUID
    filename: str
    mime_type: str
    size: int


def with_files(outside: Outside, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Add to each entry what became of its files; they are read once per conversation."""
    listed = tuple(entries)
    places = {part.place for entry in listed for part in entry.attachments if part.place}
    fates: dict[str, Fate] = {}
    for conversation in {conversation_of(place) for place in places}:
        known = dict(outside.table.items(conversation, "A#"))
        for place in places:
            body = known.get(deleted_key(place), known.get(fate_key(place)))
            if body is not None and conversation_of(place) == conversation:
                fates[place] = Fate.model_validate(body)
    now = outside.clock()
    return tuple(
        entry.model_copy(update={"files": _files(entry, fates, now)})
        if any(part.place for part in entry.attachments)
        else entry
        for entry in listed
    )


def _files(entry: Entry, fates: Mapping[str, Fate], now: int) -> tuple[ShownFile, ...]:
    return tuple(shown_file(part, fates, now - entry.at < AWAITED) for part in entry.attachments)


def link(outside: Outside, conversation: str, event: str, number: str) -> FileLink:
    """Return a link to a file that is kept. Raises Gone where it was deleted, NotFound."""
    place = f"{conversation}/{event}/{number}"
    fate = outside.keeper.fate(place)
    if fate is not None and fate.refused == DELETED:
        raise Gone("Whoever sent this file has deleted it.")
    if fate is None or fate.refused:
        raise NotFound("This file is not kept.")
    url = outside.keeper.media.link(object_key(place), fate, LINKED_FOR)
    return FileLink(url=url, seconds=LINKED_FOR)


def upload(
    outside: Outside, agent: Agent, id_: str, file: UUID, body: bytes, headers: Mapping[str, str]
) -> Uploaded:
    """Keep a file that an agent is about to send; a repeat keeps it once.

    Raises Conflict, NotFound, TooLarge, Malformed where it is of no kind that is kept.
    """
    claimed_by(outside, agent, id_)
    if len(body) > UPLOAD_LIMIT:
        raise TooLarge(f"A file has at most {UPLOAD_LIMIT} bytes.")
    job = MediaJob(
        place=upload_place(id_, file),
        channel="desk",
        account="",
        mime_type=headers.get("content-type", ""),
        filename=unquote(headers.get("x-file-name", "")),
    )
    fate = outside.keeper.keep(job, body, UPLOAD_LIMIT)
    if fate.refused:
        raise Malformed("Files of this kind cannot be sent.")
    return Uploaded(
        id=file, filename=fate.filename, mime_type=fate.mime_type, size=fate.size or len(body)
    )
