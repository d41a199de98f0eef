"""Read the webhook bodies of the Messenger Platform, for Messenger and Instagram alike.

`entry[]` → `messaging[]`: who, when, and one object whose key says what happened. `standby[]`
stands in its place while another app has the conversation, `changes[]` in what the dashboard's
test button sends. An echo is what our side wrote: there the customer is the recipient.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from channels.loose import (
    NOBODY,
    Json,
    derived_id,
    integer,
    load,
    mapping,
    mappings,
    milliseconds,
    text,
)
from channels.messenger_content import edited, message_content, postback_content
from conversation.incoming import Control, DeliveryState, Incoming, IncomingKind, Receipt
from conversation.message import Content

_ENVELOPE = frozenset({"sender", "recipient", "timestamp", "prior_message", "hop_context"})

_NOTICES = frozenset(
    """
    optin account_linking policy_enforcement policy-enforcement pass_thread_control
    take_thread_control request_thread_control app_roles game_play payment checkout_update
    pre_checkout branded_camera messaging_feedback group_feed
    """.split()
)
"""What nobody wrote; a kind that is not here and brings text with it is a message."""

_CONTROL: Mapping[str, Control] = {
    "pass_thread_control": "ours",
    "take_thread_control": "theirs",
}
"""Passed to our app, taken away from it: Meta's page on messaging_handovers."""

_REF_LIMIT = 2083
_REFERENCE_LIMIT = 1000

_REACTIONS = {
    "love": "❤",
    "like": "👍",
    "dislike": "👎",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
}


def parse(body: bytes, account: str, channel: str, root_object: str) -> list[Incoming]:
    """Return the events of a webhook body, each once. Raises Malformed.

    `account` stands in where the body names no page or professional account of ours.
    """
    root = load(body)
    events: dict[tuple[str, ...], Incoming] = {}
    for event in _events(root, account, channel, root_object):
        # The same id stands twice in one POST at times.
        key = (event.account, event.kind, event.provider_id, event.revision)
        events.setdefault(key, event)
    return list(events.values())


def _events(root: Json, account: str, channel: str, root_object: str) -> Iterator[Incoming]:
    nothing = True
    if text(root.get("object")) in {"", root_object}:
        entries = mappings(root.get("entry")) or ([] if "entry" in root else [root])
        for entry in entries:
            ours = text(entry.get("id")) or account or NOBODY
            # One item has been seen without the list around it.
            items = mappings(entry.get("messaging")) or [mapping(entry.get("messaging"))]
            if "messaging" not in entry and entry.keys() & {"sender", *_READERS}:
                items = [entry]
            for item in filter(None, items):
                nothing = False
                yield from _Item(channel, ours, item).events()
            for item in mappings(entry.get("standby")):
                nothing = False
                yield from map(_overheard, _Item(channel, ours, item).events())
            for change in mappings(entry.get("changes")):
                nothing = False
                value = mapping(change.get("value"))
                yield _Item(channel, ours, value).other(text(change.get("field")) or "changes")
    if nothing:
        yield _Item(channel, account or NOBODY, root).other(text(root.get("object")))


def _overheard(event: Incoming) -> Incoming:
    """Return what was said while another app has the conversation: no message to us."""
    if event.kind not in {"message", "other"}:
        return event.model_copy(update={"control": "theirs"})
    control = "theirs" if event.content else ""
    return event.model_copy(update={"kind": "other", "raw_kind": "standby", "control": control})


class _Item:
    """One item of `messaging` or `standby`."""

    def __init__(self, channel: str, account: str, raw: Json) -> None:
        self.channel, self.raw = channel, raw
        sender = text(mapping(raw.get("sender")).get("id"))
        recipient = text(mapping(raw.get("recipient")).get("id"))
        self.is_echo = mapping(raw.get("message")).get("is_echo") is True
        theirs, ours = (recipient, sender) if self.is_echo else (sender, recipient)
        self.user, self.account = theirs, ours or account

    def events(self) -> Iterator[Incoming]:
        """Return what happened; never nothing."""
        nothing = True
        for key, value in self.raw.items():
            for event in self._part(text(key), value):
                nothing = False
                yield event
        if nothing and text(self.raw.get("text")):
            yield self._message("text", self.raw)
        elif nothing:
            known = (text(key) for key in self.raw if key not in _ENVELOPE)
            yield self.other(next(known, ""))

    def _part(self, key: str, value: object) -> Iterator[Incoming]:
        part = mapping(value)
        reader = _READERS.get(key)
        if key == "message" and text(value):
            yield self._message(key, {"text": value})
        elif reader and part:
            yield from reader(self, key, part)
        elif part and key not in _ENVELOPE:
            is_message = key not in _NOTICES and text(part.get("text"))
            yield self._message(key, part) if is_message else self.other(key)

    def event(
        self,
        kind: IncomingKind,
        raw_kind: str,
        *,
        provider_id: str = "",
        revision: str = "",
        content: Content | None = None,
        target: str = "",
        emoji: str = "",
        receipt: Receipt | None = None,
        ref: str = "",
        reference: str = "",
        control: Control = "",
    ) -> Incoming:
        """Return an event by the customer that the item names."""
        return Incoming(
            kind=kind,
            channel=self.channel,
            account=self.account,
            user=self.user or (NOBODY if kind in {"message", "edit"} else ""),
            provider_id=provider_id or derived_id(raw_kind, self.raw),
            revision=revision,
            sent_at=_moment(self.raw.get("timestamp")),
            content=content,
            target=target,
            emoji=emoji,
            receipt=receipt,
            ref=ref,
            raw_kind=raw_kind,
            reference=reference,
            control=control,
        )

    def other(self, raw_kind: str) -> Incoming:
        """Return what is no customer's message; it has no id of its own."""
        return self.event("other", raw_kind, control=_CONTROL.get(raw_kind, ""))

    def message(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read a message, what our side wrote, or that a message was unsent."""
        yield self._message(key, part)

    def _message(self, key: str, part: Json) -> Incoming:
        mid = text(part.get("mid"))
        if part.get("is_deleted") is True and not self.is_echo:
            return self.event("delete", "is_deleted", provider_id=mid, target=mid)
        return self.event(
            "echo" if self.is_echo else "message",
            key,
            provider_id=mid,
            content=message_content(key, part),
            ref=_ref(part.get("referral")),
            reference=text(part.get("metadata"))[:_REFERENCE_LIMIT] if self.is_echo else "",
        )

    def postback(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read a tap on a button; older ones have no id."""
        yield self.event(
            "message",
            key,
            provider_id=text(part.get("mid")),
            content=postback_content(key, part),
            ref=_ref(part.get("referral")),
        )

    def edit(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read an edit, told apart by its number: a message may be edited five times."""
        mid = text(part.get("mid"))
        revision = text(part.get("num_edit")) or text(self.raw.get("timestamp"))
        content = edited(key, part)
        yield self.event(
            "edit", key, provider_id=mid, revision=revision, target=mid, content=content
        )

    def reaction(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read a reaction; without an emoji it was taken back."""
        mid, action = text(part.get("mid")), text(part.get("action"))
        named = _REACTIONS.get(text(part.get("reaction")), "⭐")
        emoji = "" if action == "unreact" else text(part.get("emoji")) or named
        moment = text(self.raw.get("timestamp"))
        yield self.event(
            "reaction",
            key,
            provider_id=mid,
            revision=":".join(filter(None, (moment, action, emoji))),
            target=mid,
            emoji=emoji,
        )

    def delivery(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read what arrived: by id where ids are told, and all up to a moment."""
        listed = part.get("mids")
        mids = filter(None, map(text, listed if isinstance(listed, list) else ()))
        yield from self._receipts(key, part, "delivered", list(mids))

    def read(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read what was seen: up to a moment on Messenger, a message's id on Instagram."""
        yield from self._receipts(key, part, "read", list(filter(None, [text(part.get("mid"))])))

    def _receipts(
        self, key: str, part: Json, state: DeliveryState, mids: list[str]
    ) -> Iterator[Incoming]:
        up_to = _moment(part.get("watermark")) or _moment(self.raw.get("timestamp"))
        receipt = Receipt(state=state, up_to=up_to)
        for mid in mids or [""]:
            yield self.event(
                "status", key, provider_id=mid, revision=state, target=mid, receipt=receipt
            )

    def referral(self, key: str, part: Json) -> Iterator[Incoming]:
        """Read that a customer came in by a link or an ad."""
        yield self.event("referral", key, ref=_ref(part))


_READERS: Mapping[str, Callable[[_Item, str, Json], Iterator[Incoming]]] = {
    "message": _Item.message,
    "postback": _Item.postback,
    "message_edit": _Item.edit,
    "reaction": _Item.reaction,
    "delivery": _Item.delivery,
    "read": _Item.read,
    "referral": _Item.referral,
}


def _ref(referral: object) -> str:
    """Return what the link carried, no longer than Meta lets it be; else which ad it was."""
    came_by = mapping(referral)
    return (text(came_by.get("ref")) or text(came_by.get("ad_id")))[:_REF_LIMIT]


def _moment(value: object) -> int | None:
    """Return a time in ms; it is told in ms, in seconds, and as a date with its time."""
    known = milliseconds(value)
    if known is not None or not isinstance(value, str):
        return known
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return integer(int(told.timestamp() * 1000))
