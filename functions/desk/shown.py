"""Say what an agent sees of a file."""

from collections.abc import Mapping
from typing import Literal

from conversation.media import SHOWN, Fate
from conversation.message import Attachment, AttachmentKind
from conversation.model import Model

Way = Literal["image", "audio", "video", "file"]


class ShownFile(Model):
    """What an agent sees of an attachment; `state` is "" for what is no file.

    `way` is how the page shows a file that is kept. `reason` is one of `conversation.media.REASONS`
    where it is refused, `limit` (bytes) what would have been allowed.
    """

    place: str = ""
    state: Literal["", "fetching", "kept", "refused", "expired"] = ""
    way: Way = "file"
    mime_type: str = ""
    filename: str = ""
    size: int | None = None
    reason: str = ""
    limit: int | None = None


def shown_file(part: Attachment, fates: Mapping[str, Fate], is_awaited: bool) -> ShownFile:
    """Return what became of an attachment; `is_awaited`: it may still be on its way."""
    if not part.place:
        return ShownFile()
    fate = fates.get(part.place)
    if fate is None:
        return ShownFile(place=part.place, state="fetching" if is_awaited else "expired")
    if fate.refused:
        return ShownFile(
            place=part.place, state="refused", reason=fate.refused, size=fate.size, limit=fate.limit
        )
    return ShownFile(
        place=part.place,
        state="kept",
        way=_way(part.kind, fate.mime_type),
        mime_type=fate.mime_type,
        filename=fate.filename,
        size=fate.size,
    )


def _way(kind: AttachmentKind, mime_type: str) -> Way:
    """Say how a file is shown; voice notes of Instagram come as films without a picture."""
    if mime_type in SHOWN:
        return "image"
    if mime_type.startswith("audio/") or (mime_type == "video/mp4" and kind in {"audio", "voice"}):
        return "audio"
    return "video" if mime_type in {"video/mp4", "video/webm"} else "file"
