"""Say what becomes of a file: where it lies, what it may be, and why it was not kept.

A file is named by its *place*, `<conversation>/<event id>/<number>`: so are its object in the
bucket, `media/<place>`, and the item of the conversation that tells what became of it. As long as
there is no such item, it is being fetched.
"""

import re
import unicodedata
from typing import Final

from conversation.message import Attachment, AttachmentKind
from conversation.model import Model

MEDIA_LIMIT: Final = 25_000_000
"""Bytes of the largest file that is kept: it passes through a function's memory."""

UPLOAD_LIMIT: Final = 4_000_000
"""Bytes of a file that comes in by our own API: a function is called with 6 MB of base64."""

NUMBERED_UP_TO: Final = 30
"""So many files of one message are kept; no messenger sends more in one."""

AWAITED: Final = 86_400_000
"""How long (ms) a file can be on its way; of an older one nothing is kept any more."""

TOO_LARGE: Final = "too_large"
KIND: Final = "kind"
"""It is no file that we keep, whatever it says that it is."""
GONE: Final = "gone"
"""The messenger no longer has it."""
UNREACHABLE: Final = "unreachable"
"""It could not be fetched for more than an hour."""
FORBIDDEN: Final = "forbidden"
"""Its address is none of the messenger's."""
UNSAFE: Final = "unsafe"
"""The scan found something."""
DELETED: Final = "deleted"
"""Its sender took the message back."""

REASONS: Final = (TOO_LARGE, KIND, GONE, UNREACHABLE, FORBIDDEN, UNSAFE, DELETED)

TOLD: Final = frozenset({TOO_LARGE, KIND, UNSAFE})
"""Reasons that whoever sent the file can do something about."""

SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Pictures that pages show; others are for download."""

EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "text/plain": "txt",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}
"""All kinds that are kept, by the type that is told to browsers and messengers."""

_NAME_LIMIT = 80
_UNFIT = re.compile(r'[\\/:*?"<>|]+')


class MediaJob(Model):
    """Fetch a file and keep it: the body of every message in the media queue.

    `reference` is the messenger's; where it is "", the bytes were set aside in the bucket already.
    `mime_type` and `filename` are what the sender says, `size` (bytes) what the messenger says.
    `deleted`: the sender took the message back, and none of its files is kept any longer.
    `address` is the customer's who is told if it is not kept, "" where nobody is.
    """

    place: str
    channel: str
    account: str
    reference: str = ""
    mime_type: str = ""
    filename: str = ""
    size: int | None = None
    deleted: bool = False
    address: str = ""


class Fate(Model):
    """What became of a file: kept, or refused for one of `REASONS`.

    `mime_type` is what the bytes are, `filename` is clean; `size` in bytes, None where nobody
    counted them. `limit` (bytes) is what was allowed, where that is the reason.
    """

    refused: str = ""
    mime_type: str = ""
    filename: str = ""
    size: int | None = None
    limit: int | None = None


def place_of(conversation: str, event_id: str, number: int) -> str:
    """Return the name of a file: whose it is, what it came with, and its number there."""
    return f"{conversation}/{event_id}/{number}"


def object_key(place: str) -> str:
    """Return the key of a file that is kept."""
    return f"media/{place}"


def aside_key(place: str) -> str:
    """Return the key of bytes that are not yet known to be fit to be kept."""
    return f"quarantine/{place}"


def conversation_of(place: str) -> str:
    """Return the conversation that a file belongs to."""
    return place.split("/", 1)[0]


def fate_key(place: str) -> str:
    """Return the sort key, in its conversation, of the item that tells what became of a file."""
    return "A#" + place.split("/", 1)[1].replace("/", "#")


def deleted_key(place: str) -> str:
    """Return the sort key of the item that says that a file's whole message was taken back."""
    return fate_key(place).rpartition("#")[0]


def places_beside(place: str) -> list[str]:
    """Return the places of all files that a file's message may have, its own among them."""
    message = place.rpartition("/")[0]
    return [f"{message}/{number}" for number in range(NUMBERED_UP_TO)]


def job_of(
    place: str, channel: str, account: str, attachment: Attachment, address: str = ""
) -> MediaJob:
    """Return the job that fetches an attachment; `address` is told if it is not kept."""
    return MediaJob(
        place=place,
        channel=channel,
        account=account,
        reference=attachment.reference,
        mime_type=attachment.mime_type,
        filename=attachment.filename,
        size=attachment.size,
        address=address,
    )


def kind_of(mime_type: str) -> AttachmentKind:
    """Return what a file of ours or of a visitor's is called in a thread."""
    kinds: dict[str, AttachmentKind] = {"image": "image", "audio": "audio", "video": "video"}
    return kinds.get(mime_type.partition("/")[0], "document")


def clean_name(name: str, mime_type: str) -> str:
    """Return a file name that is safe to show and to save under, ending as its kind does.

    No path, no control or direction characters, no dot in front, at most 80 characters.
    """
    extension = EXTENSIONS.get(mime_type, "bin")
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFC", name)
        if unicodedata.category(letter) not in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
    )
    last = _UNFIT.sub(" ", letters.replace("\\", "/").rsplit("/", 1)[-1])
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending) > 5 or " " in ending:
        stem = last
    stem = " ".join(stem.split()).strip(". ")[: _NAME_LIMIT - len(extension) - 1].strip(". ")
    return f"{stem or 'file'}.{extension}"
