"""Tell which files can be sent where, and take them along with a reply."""

from collections.abc import Iterable
from uuid import UUID

from channels.registry import CHANNELS
from conversation.address import Address
from conversation.errors import Malformed
from conversation.media import UPLOAD_LIMIT, kind_of, place_of
from conversation.message import Attachment
from desk.outside import Outside


def attached(
    outside: Outside, conversation: str, address: str, files: Iterable[UUID]
) -> tuple[Attachment, ...]:
    """Return the files of a reply as its message names them.

    Raises Malformed where one is not kept, or the channel does not take it.
    """
    found = []
    for file in files:
        place = upload_place(conversation, file)
        fate = outside.keeper.fate(place)
        if fate is None or fate.refused:
            raise Malformed("A file of this reply is not kept any more: attach it again.")
        channel = Address.parse(address).channel
        if (fate.size or 0) > CHANNELS[channel].abilities.files.get(fate.mime_type, -1):
            raise Malformed(f"{fate.filename} cannot be sent on {channel}.")
        found.append(
            Attachment(
                kind=kind_of(fate.mime_type),
                mime_type=fate.mime_type,
                filename=fate.filename,
                size=fate.size,
                place=place,
            )
        )
    return tuple(found)


def sendable(channels: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return what can be sent on each channel: the kinds, each with its most bytes."""
    return {
        channel: {
            mime_type: min(limit, UPLOAD_LIMIT)
            for mime_type, limit in CHANNELS[channel].abilities.files.items()
        }
        for channel in channels
    }


def upload_place(conversation: str, file: UUID) -> str:
    """Return the name of a file that an agent sends; the page made its id."""
    return place_of(conversation, file.hex, 0)
