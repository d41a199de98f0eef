"""Fetch one file from its messenger, or say for good why it cannot be had."""

from dataclasses import dataclass

from aws.keeping import Keeper
from channels.base import Call
from channels.files import Enclosed, Lost
from channels.mail_files import taken_out
from channels.registry import channel_named
from conversation.errors import Unavailable
from conversation.event import FileRefused
from conversation.media import (
    DELETED,
    GONE,
    TOLD,
    TOO_LARGE,
    UNREACHABLE,
    Fate,
    MediaJob,
    aside_key,
)
from conversation.ports import Inbound, MediaQueue, Vault
from media.line import Fetched, Line, Overlong

TRIES = 10
"""Receives of a job that fetch, in more than an hour; the next only says that it was in vain."""


@dataclass(frozen=True)
class House:
    """What fetching works with."""

    keeper: Keeper
    queue: MediaQueue
    inbound: Inbound
    vault: Vault
    line: Line


def fetch(house: House, job: MediaJob, received: int) -> None:
    """Fetch and keep a file unless that was done; records why where it never can be.

    Its conversation hears of what whoever sent it can do something about. Forgets all files of a
    message that was taken back. Raises Unavailable where a later try may do.
    """
    keeper = house.keeper
    fate = keeper.fate(job.place)
    if job.deleted or (fate is not None and fate.refused == DELETED):
        keeper.forget(job.place)  # a try that died may have left its bytes
        return
    if fate is None:
        fate = keeper.refuse(job, UNREACHABLE) if received > TRIES else _decided(house, job)
    _tell(house, job, fate)


def _decided(house: House, job: MediaJob) -> Fate:
    """Fetch a file, and keep it or record why not."""
    keeper = house.keeper
    limit = channel_named(job.channel).abilities.file_in
    found = Overlong(job.size) if (job.size or 0) > limit else _found(house, job, limit)
    if isinstance(found, Lost):
        return keeper.refuse(job, found.reason, limit=limit if found.reason == TOO_LARGE else None)
    if isinstance(found, Overlong):
        return keeper.refuse(job, TOO_LARGE, found.size, limit)
    # A messenger that tells no type in its webhook tells one with the file.
    said = job.model_copy(update={"mime_type": job.mime_type or found.mime_type})
    return keeper.keep(said, found.body, limit)


def _tell(house: House, job: MediaJob, fate: Fate) -> None:
    """Let the customer hear of it; a repeat, and the files beside it, are one and the same event.

    It comes after the record, which a try that died may have left: then the repeat tells it.
    """
    if not job.address or fate.refused not in TOLD:
        return
    conversation, message, _ = job.place.split("/")
    event = FileRefused(
        id=f"file_refused:{message}",
        at=house.keeper.clock(),
        address=job.address,
        reason=fate.refused,
        limit=fate.limit,
    )
    house.inbound.send(conversation, event)


def _found(house: House, job: MediaJob, limit: int) -> Fetched | Overlong | Lost:
    if not job.reference:
        body = house.keeper.media.get(aside_key(job.place))
        return Lost(GONE) if body is None else Fetched(body)
    secrets = house.vault.account(job.channel, job.account)
    if secrets is None:
        raise Unavailable("the account is not connected")
    channel = channel_named(job.channel)
    step = channel.locate(job.reference)
    if isinstance(step, Enclosed):
        return _enclosed(house, step)
    if isinstance(step, Call):
        step = channel.located(house.line.call(channel, step, secrets))
    return step if isinstance(step, Lost) else house.line.download(channel, step, secrets, limit)


def _enclosed(house: House, place: Enclosed) -> Fetched | Lost:
    mail = house.keeper.media.get(place.key)
    body = taken_out(mail, place.part) if mail else None
    return Fetched(body) if body is not None else Lost(GONE)
