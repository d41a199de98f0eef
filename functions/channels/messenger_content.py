"""Read what a message on Messenger or Instagram says: its text, its option, what hangs on it."""

from collections.abc import Mapping

from channels.loose import Json, document, mapping, mappings, place, text
from conversation.message import Attachment, AttachmentKind, Content

_MEDIA: Mapping[str, AttachmentKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "document",
}

_THUMBS = frozenset({"369239263222822", "369239343222814", "369239383222810"})
"""The like button's stickers, small to huge."""

_READABLE = frozenset({*_MEDIA, "location", "like_heart"})
"""Attachments that stand for themselves; of others (a shared post, a reel) only a link is told."""


def message_content(key: str, part: Json) -> Content:
    """Return what a message says; what cannot be read is a placeholder with all its text."""
    words = text(part.get("text"))
    raws = mappings(part.get("attachments"))
    sticker = text(part.get("sticker_id"))
    story = mapping(mapping(part.get("reply_to")).get("story"))
    attachments = [_attachment(raw, sticker) for raw in raws]
    if story:
        attachments.append(_shared("story", story, {}))
    kept = tuple(filter(None, attachments))
    return Content(
        text=words,
        attachments=kept,
        payload=text(mapping(part.get("quick_reply")).get("payload")) or None,
        unreadable=_unreadable(key, part, raws, nothing=not (words or kept)),
        reply_to=text(mapping(part.get("reply_to")).get("mid")),
    )


def postback_content(key: str, part: Json) -> Content:
    """Return the option that was tapped: its title, and the payload that comes back."""
    title, payload = text(part.get("title")), text(part.get("payload"))
    words = title or payload
    return Content(text=words, payload=payload or None, unreadable="" if words else key)


def edited(key: str, part: Json) -> Content:
    """Return what a message says after an edit."""
    words = text(part.get("text"))
    return Content(text=words, unreadable="" if words else key)


def _unreadable(key: str, part: Json, raws: list[Json], *, nothing: bool) -> str:
    """Return the kind of content that we cannot read, "" where all is told."""
    if part.get("is_unsupported") is True:
        return "unsupported"
    if key != "message":
        return key
    kinds = (text(raw.get("type")) for raw in raws)
    if not text(part.get("text")):
        unknown = next((kind for kind in kinds if kind and kind not in _READABLE), "")
        if unknown:
            return unknown
    return "unknown" if nothing else ""


def _attachment(raw: Json, sticker: str) -> Attachment | None:
    kind, payload = text(raw.get("type")), mapping(raw.get("payload"))
    url = text(payload.get("url"))
    sticker = text(payload.get("sticker_id")) or sticker
    if kind == "image" and sticker:
        emoji = "👍" if sticker in _THUMBS else ""
        return Attachment(kind="sticker", reference=url, text=emoji)
    if kind == "like_heart":
        return Attachment(kind="sticker", text="❤")
    if kind == "location":
        point = mapping(payload.get("coordinates"))
        found = place(raw.get("title"), None, point.get("lat"), point.get("long"))
        return found if found.text else None
    if kind in _MEDIA and url:
        return Attachment(kind=_MEDIA[kind], reference=url)
    return _shared(kind, payload, raw) or (document(kind, payload) if payload else None)


def _shared(kind: str, payload: Json, raw: Json) -> Attachment | None:
    """Tell what is pointed at; only the messenger's own address of it is a reference to media.

    A `fallback` is a link that the customer wrote, to wherever it leads.
    """
    told = text(payload.get("url"))
    reference = "" if kind == "fallback" else told
    address = told or text(raw.get("url")) or text(raw.get("URL"))
    title = text(payload.get("title")) or text(raw.get("title"))
    words = "\n".join(filter(None, (title, address)))
    if not words:
        return None
    return Attachment(kind="document", reference=reference, filename=kind, text=words)
