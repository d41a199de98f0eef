"""Read the Updates of the Telegram Bot API (10.1): one per webhook call.

The body does not name the bot: the account comes from the webhook's path. An address is a chat;
message ids are unique only within one.
"""

from collections.abc import Callable, Mapping

from channels.loose import (
    NOBODY,
    Json,
    derived_id,
    document,
    integer,
    load,
    mapping,
    mappings,
    milliseconds,
    place,
    text,
)
from channels.telegram_fields import ENVELOPE, MEDIA, PLACEHOLDERS, SERVICE
from conversation.incoming import Incoming, IncomingKind
from conversation.message import Attachment, AttachmentKind, Content


def parse(body: bytes, account: str) -> list[Incoming]:
    """Return the events of a webhook body. Raises Malformed."""
    update = load(body)
    if "message_id" in update:
        update = {"message": update}
    reader = _Update(account or NOBODY, text(update.get("update_id")))
    events = [event for key, value in update.items() for event in reader.events(text(key), value)]
    return events or [reader.event("other", "", update)]


class _Update:
    """One Update: its id tells edits and reactions of one message apart."""

    def __init__(self, account: str, update_id: str) -> None:
        self.account, self.update_id = account, update_id

    def events(self, key: str, value: object) -> list[Incoming]:
        """Return the events of one field; `update_id` has none."""
        if key == "update_id":
            return []
        raw = mapping(value)
        reader = _READERS.get(key)
        words = text(raw.get("text")) or text(raw.get("caption"))
        if reader is None and key not in _POSTS and words:
            reader = _Update.message  # a kind that is newer than this page, with text in it
        events = reader(self, key, raw) if reader and raw else []
        return events or [self.event("other", key, raw)]

    def event(
        self,
        kind: IncomingKind,
        raw_kind: str,
        raw: Json,
        *,
        provider_id: str = "",
        revision: str = "",
        content: Content | None = None,
        sent_at: int | None = None,
        emoji: str = "",
        blocked: bool = False,
    ) -> Incoming:
        """Return an event in the chat, and by the person, that the object names."""
        nobody = NOBODY if kind in {"message", "edit"} else ""
        chat = _chat(raw) or text(mapping(raw.get("from")).get("id")) or nobody
        message_id = provider_id or text(raw.get("message_id"))
        return Incoming(
            kind=kind,
            channel="telegram",
            account=self.account,
            user=chat,
            chat=chat,
            provider_id=message_id
            or text(raw.get("id"))
            or self.update_id
            or derived_id(raw_kind, raw),
            revision=revision,
            sent_at=sent_at or milliseconds(raw.get("date")),
            content=content,
            target=message_id if kind in {"edit", "delete", "reaction"} else "",
            emoji=emoji,
            blocked=blocked,
            name=_name(raw),
            raw_kind=raw_kind,
        )

    def message(self, key: str, raw: Json) -> list[Incoming]:
        """Read a new message; on a business account the owner's own are echoes."""
        service = _service(raw)
        if service:
            return [self.event("other", service, raw)]
        kind: IncomingKind = "echo" if _by_owner(key, raw) else "message"
        return [self.event(kind, key, raw, content=_content(raw))]

    def edit(self, key: str, raw: Json) -> list[Incoming]:
        """Read an edit: the id of what it edits, told apart by the update."""
        return [
            self.event(
                "echo" if _by_owner(key, raw) else "edit",
                key,
                raw,
                revision=self.update_id or text(raw.get("edit_date")),
                content=_content(raw),
                sent_at=milliseconds(raw.get("edit_date")),
            )
        ]

    def callback(self, key: str, raw: Json) -> list[Incoming]:
        """Read a tap on a button under a message of ours; it carries no time of its own."""
        message = mapping(raw.get("message"))
        data = text(raw.get("data"))
        content = Content(
            text=_title(message, data) or data or text(raw.get("game_short_name")),
            payload=data or None,
            unreadable="" if data else key,
            reply_to=text(message.get("message_id")),
        )
        tap = {"chat": message.get("chat"), "from": raw.get("from")}
        tap_id = text(raw.get("id")) or derived_id(self.update_id, raw)
        return [self.event("message", key, tap, provider_id=tap_id, content=content)]

    def reaction(self, key: str, raw: Json) -> list[Incoming]:
        """Read the reactions to a message as they are now; none left is a removal.

        Reactions that are not among the usual emoji (custom, paid) are shown as a star.
        """
        emoji = "".join(
            text(kind.get("emoji")) or "⭐" for kind in mappings(raw.get("new_reaction"))
        )
        revision = self.update_id or text(raw.get("date"))
        return [self.event("reaction", key, raw, revision=revision, emoji=emoji)]

    def deletion(self, key: str, raw: Json) -> list[Incoming]:
        """Read what was deleted in a business account's chat: an event per message."""
        listed = raw.get("message_ids")
        ids = filter(None, map(text, listed if isinstance(listed, list) else ()))
        return [self.event("delete", key, raw, provider_id=message_id) for message_id in ids]

    def membership(self, key: str, raw: Json) -> list[Incoming]:
        """Read that the customer blocked the bot, or allowed it again."""
        status = text(mapping(raw.get("new_chat_member")).get("status"))
        blocked = status in {"kicked", "left"}
        own_id = self.update_id or derived_id(raw)
        return (
            [self.event("block", key, raw, provider_id=own_id, blocked=blocked)] if status else []
        )


_READERS: Mapping[str, Callable[[_Update, str, Json], list[Incoming]]] = {
    "message": _Update.message,
    "business_message": _Update.message,
    "guest_message": _Update.message,
    "edited_message": _Update.edit,
    "edited_business_message": _Update.edit,
    "callback_query": _Update.callback,
    "message_reaction": _Update.reaction,
    "deleted_business_messages": _Update.deletion,
    "my_chat_member": _Update.membership,
}

_POSTS = frozenset({"channel_post", "edited_channel_post"})
"""They have text, but no customer wrote it."""


def _chat(raw: Json) -> str:
    return text(mapping(raw.get("chat")).get("id"))


def _name(raw: Json) -> str:
    """Return the sender's name: of the person, else of the chat on whose behalf they write."""
    person = mapping(raw.get("from")) or mapping(raw.get("user")) or mapping(raw.get("chat"))
    names = (text(person.get("first_name")), text(person.get("last_name")))
    return " ".join(filter(None, names)) or text(mapping(raw.get("sender_chat")).get("title"))


def _by_owner(key: str, raw: Json) -> bool:
    """Say whether the owner of a business account wrote this to the customer, or a bot for them."""
    sender = text(mapping(raw.get("from")).get("id"))
    ours = "sender_business_bot" in raw or sender not in {"", _chat(raw)}
    return key in {"business_message", "edited_business_message"} and ours


def _service(raw: Json) -> str:
    """Return which service note a message is, "" where it has content."""
    if any(key in raw for key in ("text", "caption", "photo", *MEDIA, *PLACEHOLDERS)):
        return ""
    return next((key for key in raw if key in SERVICE), "")


def _title(message: Json, data: str) -> str:
    """Return the words on the button with this data, "" where the message does not show it."""
    rows = mapping(message.get("reply_markup")).get("inline_keyboard")
    buttons = (
        button for row in (rows if isinstance(rows, list) else ()) for button in mappings(row)
    )
    return next(
        (
            text(button.get("text"))
            for button in buttons
            if text(button.get("callback_data")) == data
        ),
        "",
    )


def _content(raw: Json) -> Content:
    """Return what a message says; what cannot be read is a placeholder with all its text."""
    words = text(raw.get("text")) or text(raw.get("caption"))
    attachment = _attachment(raw)
    unreadable = "" if attachment else _unreadable(raw, words)
    kept = mapping(raw.get(unreadable))
    if unreadable == "web_app_data":
        words = words or text(kept.get("button_text"))
    if kept:
        attachment = document(unreadable, kept)
    return Content(
        text=words,
        attachments=(attachment,) if attachment else (),
        unreadable=unreadable,
        reply_to=text(mapping(raw.get("reply_to_message")).get("message_id")),
        album=text(raw.get("media_group_id")),
    )


def _unreadable(raw: Json, words: str) -> str:
    """Return the kind of content that we cannot read, "" where a plain text is all there is."""
    known = next((kind for kind in PLACEHOLDERS if kind in raw), "")
    if known or (words and "caption" not in raw):
        return known
    unknown = (text(key) for key in raw if key not in ENVELOPE and key not in SERVICE)
    return next(filter(None, unknown), "" if words else "unknown")


def _attachment(raw: Json) -> Attachment | None:
    sizes = mappings(raw.get("photo"))
    if sizes:
        return _file("image", max(sizes, key=_area))
    kind = next((kind for kind in MEDIA if mapping(raw.get(kind)).get("file_id")), None)
    # The document beside an animation is the same file.
    if kind:
        return _file(MEDIA[kind], mapping(raw.get(kind)))
    venue = mapping(raw.get("venue"))
    point = mapping(raw.get("location")) or mapping(venue.get("location"))
    if point or venue:
        return place(
            venue.get("title"), venue.get("address"), point.get("latitude"), point.get("longitude")
        )
    return _contact(mapping(raw.get("contact")))


def _area(size: Json) -> int:
    return (integer(size.get("width")) or 0) * (integer(size.get("height")) or 0)


def _file(kind: AttachmentKind, raw: Json) -> Attachment:
    return Attachment(
        kind=kind,
        reference=text(raw.get("file_id")),
        mime_type=text(raw.get("mime_type")),
        filename=text(raw.get("file_name")),
        size=integer(raw.get("file_size")),
        text=text(raw.get("emoji")),
    )


def _contact(raw: Json) -> Attachment | None:
    if not raw:
        return None
    name = " ".join(filter(None, (text(raw.get("first_name")), text(raw.get("last_name")))))
    lines = filter(None, (name, text(raw.get("phone_number"))))
    return Attachment(kind="contact", text="\n".join(lines))
