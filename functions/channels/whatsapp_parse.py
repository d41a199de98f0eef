"""Read the webhook bodies of the WhatsApp Cloud API.

`entry[]` → `changes[]` → `value`, whose keys tell what is in it: `messages`, `statuses`,
`message_echoes`, `calls` … A body without `entry` is taken for a `value` of its own, as older
APIs and resellers send it.
"""

from collections.abc import Callable, Iterator, Mapping

from channels.loose import (
    NOBODY,
    Json,
    derived_id,
    document,
    load,
    mapping,
    mappings,
    milliseconds,
    place,
    text,
)
from channels.whatsapp_errors import reason_of
from conversation.incoming import DeliveryState, Incoming, IncomingKind, Receipt
from conversation.message import Attachment, AttachmentKind, Content

_KINDS: Mapping[str, IncomingKind] = {
    "reaction": "reaction",
    "edit": "edit",
    "revoke": "delete",
    # Nobody wrote these: a changed number or identity, an opened chat.
    "system": "other",
    "request_welcome": "other",
}
"""Types that are no message of the customer's; every other type is one, known or not."""

_STATES: Mapping[str, DeliveryState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}

_REF_LIMIT = 2083

_MEDIA: Mapping[str, AttachmentKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "document",
    "sticker": "sticker",
}


def parse(body: bytes, account: str) -> list[Incoming]:
    """Return the events of a webhook body, each once. Raises Malformed.

    `account` stands in where the body names no phone number id.
    """
    root = load(body)
    events: dict[tuple[str, ...], Incoming] = {}
    for entry, field, value in _changes(root):
        own = text(mapping(value.get("metadata")).get("phone_number_id"))
        change = _Change(field, value, own or account or text(entry.get("id")) or NOBODY)
        for event in change.events():
            # The same id stands twice in one POST at times.
            key = (event.account, event.kind, event.provider_id, event.revision)
            events.setdefault(key, event)
        if not change.found:
            unknown = Incoming(
                kind="other",
                channel="whatsapp",
                account=change.account,
                user="",
                provider_id=derived_id(entry.get("id"), entry.get("time"), field, value),
                sent_at=milliseconds(entry.get("time")),
                raw_kind=field,
            )
            events.setdefault((unknown.provider_id,), unknown)
    return list(events.values())


def _changes(root: Json) -> Iterator[tuple[Json, str, Json]]:
    """Return entry, field and value of every change; the whole body where it has none."""
    if text(root.get("object")) in {"", "whatsapp_business_account"}:
        found = False
        for entry in mappings(root.get("entry")):
            for change in mappings(entry.get("changes")):
                found = True
                yield entry, text(change.get("field")), mapping(change.get("value"))
        if found:
            return
        if "entry" not in root:
            yield {}, text(root.get("field")), mapping(root.get("value")) or root
            return
    yield {}, text(root.get("object")), {"body": root}


class _Change:
    """One `value` with its field: the events in it, and whether it had any."""

    def __init__(self, field: str, value: Json, account: str) -> None:
        self.field, self.value, self.account = field, value, account
        self.names: dict[str, str] = {}
        self.contacts = mappings(value.get("contacts"))
        for contact in self.contacts:
            profile = mapping(contact.get("profile"))
            name = text(profile.get("name")) or text(profile.get("username"))
            for key in (text(contact.get("wa_id")), text(contact.get("user_id"))):
                self.names.setdefault(key, name)
        self.names.pop("", None)
        self.found = False

    def events(self) -> Iterator[Incoming]:
        """Return the events; a `standby` change belongs to another app's conversation."""
        if self.field == "standby":
            return
        readers: Mapping[str, Callable[[Json], Incoming]] = {
            "messages": self._message,
            "statuses": self._status,
            "message_echoes": self._echo,
            "calls": self._call,
            "user_preferences": self._preference,
        }
        for key, read in readers.items():
            for item in mappings(self.value.get(key)):
                self.found = True
                yield read(item)

    def _message(self, raw: Json) -> Incoming:
        raw_kind = _type(raw)
        kind = _KINDS.get(raw_kind, "message")
        part = mapping(raw.get(raw_kind))
        moment = text(raw.get("timestamp"))
        emoji = text(part.get("emoji"))
        return Incoming(
            kind=kind,
            channel="whatsapp",
            account=self.account,
            user=self._user(raw),
            provider_id=text(raw.get("id")) or derived_id(raw),
            # The id alone tells messages apart; edits and reactions may come with one id again.
            revision="" if kind == "message" else ":".join(filter(None, (moment, emoji))),
            sent_at=milliseconds(moment),
            content=_content_of(kind, raw),
            target=text(part.get("message_id")) or text(part.get("original_message_id")),
            emoji=emoji,
            name=self._name(raw),
            ref=_ref(mapping(raw.get("referral"))),
            raw_kind=raw_kind,
        )

    def _echo(self, raw: Json) -> Incoming:
        """Read what our own people wrote in the Business app; the customer is `to`.

        Never what we sent: Meta's page on smb_message_echoes names the app and its companions.
        """
        kind = _KINDS.get(_type(raw), "message")
        part = mapping(raw.get(_type(raw)))
        return Incoming(
            kind="echo",
            channel="whatsapp",
            account=self.account,
            user=text(raw.get("to")) or text(raw.get("to_user_id")),
            provider_id=text(raw.get("id")) or derived_id(raw),
            sent_at=milliseconds(raw.get("timestamp")),
            content=_content_of(kind, raw),
            target=text(part.get("message_id")) or text(part.get("original_message_id")),
            emoji=text(part.get("emoji")),
            raw_kind=_type(raw),
        )

    def _status(self, raw: Json) -> Incoming:
        """Read a receipt; states that we have no word for are a status without one."""
        status = text(raw.get("status"))
        state = _STATES.get(status)
        error = next(iter(mappings(raw.get("errors"))), {})
        code = text(error.get("code"))
        participant = text(raw.get("recipient_participant_id"))
        return Incoming(
            kind="status",
            channel="whatsapp",
            account=self.account,
            user=text(raw.get("recipient_id")) or text(raw.get("recipient_user_id")),
            provider_id=text(raw.get("id")) or derived_id(raw),
            revision=":".join(filter(None, (status, participant))),
            sent_at=milliseconds(raw.get("timestamp")),
            target=text(raw.get("id")),
            receipt=Receipt(
                state=state,
                reference=text(raw.get("biz_opaque_callback_data")),
                code=code,
                reason=reason_of(code) if state == "failed" else "",
            )
            if state
            else None,
            raw_kind=status,
        )

    def _call(self, raw: Json) -> Incoming:
        ours = text(raw.get("direction")) == "BUSINESS_INITIATED"
        return self._other(raw, text(raw.get("to" if ours else "from")), text(raw.get("event")))

    def _preference(self, raw: Json) -> Incoming:
        return self._other(raw, text(raw.get("wa_id")) or text(raw.get("user_id")), "")

    def _other(self, raw: Json, user: str, revision: str) -> Incoming:
        return Incoming(
            kind="other",
            channel="whatsapp",
            account=self.account,
            user=user,
            provider_id=text(raw.get("id")) or derived_id(raw),
            revision=revision,
            sent_at=milliseconds(raw.get("timestamp")),
            raw_kind=self.field,
        )

    def _user(self, raw: Json) -> str:
        """Return the sender: number, or business-scoped id where the number is hidden."""
        own = text(raw.get("from")) or text(raw.get("from_user_id"))
        if own or len(self.contacts) != 1:
            return own or NOBODY
        contact = self.contacts[0]
        return text(contact.get("wa_id")) or text(contact.get("user_id")) or NOBODY

    def _name(self, raw: Json) -> str:
        ids = (self._user(raw), text(raw.get("from_user_id")))
        return next((self.names[key] for key in ids if key in self.names), "")


def _ref(referral: Json) -> str:
    """Return by which ad or post the customer came in: its address, else its id."""
    return (text(referral.get("source_url")) or text(referral.get("source_id")))[:_REF_LIMIT]


def _type(raw: Json) -> str:
    """Return a message's type; where it is missing, that of the part that is there."""
    named = text(raw.get("type"))
    return named or next((kind for kind in _READERS if kind in raw), "unknown")


def _content_of(kind: IncomingKind, raw: Json) -> Content | None:
    """Return what a message, or an edited one, says."""
    if kind == "message":
        return _content(raw)
    if kind == "edit":
        return _content(mapping(mapping(raw.get("edit")).get("message")))
    return None


def _content(raw: Json) -> Content:
    """Return what a message says; what cannot be read is a placeholder with all its text."""
    kind = _type(raw)
    reader = _READERS.get(kind)
    content = (reader(raw) if reader else None) or _placeholder(kind, raw)
    reply_to = text(mapping(raw.get("context")).get("id"))
    return content.model_copy(update={"reply_to": reply_to}) if reply_to else content


def _placeholder(kind: str, raw: Json) -> Content:
    part = raw.get(kind)
    inner = mapping(part)
    words = (
        mapping(raw.get("text")).get("body"),
        raw.get("text"),
        raw.get("body"),
        raw.get("caption"),
        part,
        inner.get("text"),
        inner.get("body"),
        inner.get("caption"),
    )
    return Content(
        text=next(filter(None, map(text, words)), ""),
        unreadable=(text(inner.get("type")) if kind == "unsupported" else "") or kind,
        attachments=(document(kind, inner),) if inner and kind != "unsupported" else (),
    )


def _text(raw: Json) -> Content | None:
    body = text(mapping(raw.get("text")).get("body")) or text(raw.get("text"))
    return Content(text=body) if body else None


def _media(raw: Json) -> Content | None:
    kind = _type(raw)
    part = mapping(raw.get(kind))
    reference = text(part.get("id"))
    if not reference:
        return None
    attachment = Attachment(
        kind="voice" if part.get("voice") is True else _MEDIA[kind],
        reference=reference,
        mime_type=text(part.get("mime_type")),
        filename=text(part.get("filename")),
    )
    return Content(text=text(part.get("caption")), attachments=(attachment,))


def _location(raw: Json) -> Content | None:
    part = mapping(raw.get("location"))
    found = place(
        part.get("name"), part.get("address"), part.get("latitude"), part.get("longitude")
    )
    return Content(attachments=(found,)) if found.text else None


def _contacts(raw: Json) -> Content | None:
    cards = tuple(_card(contact) for contact in mappings(raw.get("contacts")))
    return Content(attachments=cards) if cards else None


def _card(contact: Json) -> Attachment:
    name = mapping(contact.get("name"))
    lines = [text(name.get("formatted_name")) or text(name.get("first_name"))]
    lines += [
        text(phone.get("phone")) or text(phone.get("wa_id"))
        for phone in mappings(contact.get("phones"))
    ]
    lines += [text(email.get("email")) for email in mappings(contact.get("emails"))]
    return Attachment(kind="contact", text="\n".join(filter(None, lines)))


def _interactive(raw: Json) -> Content | None:
    """Read a tap on our buttons or lists; other replies keep their data for the agent."""
    part = mapping(raw.get("interactive"))
    kinds = (text(part.get("type")), "button_reply", "list_reply", "nfm_reply")
    kind = next((kind for kind in kinds if mapping(part.get(kind))), "")
    reply = mapping(part.get(kind))
    if kind in {"button_reply", "list_reply"}:
        return Content(text=text(reply.get("title")), payload=text(reply.get("id")) or None)
    if reply:
        answers = reply.get("response_json", reply)
        return Content(
            text=text(reply.get("body")), unreadable=kind, attachments=(document(kind, answers),)
        )
    return None


def _button(raw: Json) -> Content | None:
    """Read a tap on a template's quick reply."""
    part = mapping(raw.get("button"))
    title, payload = text(part.get("text")), text(part.get("payload"))
    return Content(text=title or payload, payload=payload or None) if title or payload else None


_READERS: Mapping[str, Callable[[Json], Content | None]] = {
    "text": _text,
    **dict.fromkeys(_MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
}
"""How each type is read; None where the part is missing or empty."""
