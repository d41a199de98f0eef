"""Take one webhook call over: what was answered with 200 is in the queue or kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from channels.base import Channel, HandshakeAnswer, WebhookRequest
from channels.registry import CHANNELS
from conversation.errors import NotFound, TooLarge, Unauthorized
from conversation.event import CustomerEvent
from conversation.identity import Identity
from conversation.incoming import Incoming
from conversation.masking import masked, masked_json, masked_text
from conversation.message import Content
from conversation.ports import Archive, Inbound, MediaQueue, Table, Vault
from webhook.echoes import is_ours
from webhook.files import let_fetch, let_forget
from webhook.receipts import take_receipt

BODY_LIMIT = 1_000_000
"""Bytes of a webhook body: messengers send a few kilobytes, WhatsApp names 3 MB as its limit."""

TEXT_LIMIT = 16_000
"""Characters of a text that stand in the table; the whole of a longer one is archived."""

CONTENT_LIMIT = 100_000
"""Bytes of one message's content: what is larger would fit neither a turn nor the queue."""

LONGEST_ADDRESS = 500
"""Characters: addresses are parts of keys, which the table takes up to 2,048 bytes."""

TO_CONVERSATION = ("message", "edit", "delete", "reaction", "block")

TOLD_OF_SOMEBODY = ("echo", "referral")
"""Goes to a conversation as well."""


@dataclass(frozen=True)
class House:
    """What taking in works with."""

    table: Table
    inbound: Inbound
    archive: Archive
    vault: Vault
    clock: Callable[[], int]
    media_queue: MediaQueue

    @cached_property
    def identity(self) -> Identity:
        """The maker of ids; the first who asks reads its key. Raises Unavailable."""
        return Identity(self.vault.identity_key())


def receive(house: House, channel: str, request: WebhookRequest) -> HandshakeAnswer:
    """Take a webhook call over and return what to answer.

    Raises NotFound, TooLarge, Unauthorized, Malformed, and Unavailable where the queue did not
    take an event: then the messenger comes again with all of them.
    """
    messenger = CHANNELS.get(channel)
    if messenger is None or not messenger.abilities.webhook:
        raise NotFound(f"There is no webhook for the channel {channel!r}.")
    secrets = house.vault.account(channel, request.account)
    if secrets is None:
        raise Unauthorized(f"No account of that name is connected on {channel}.")
    if request.method == "GET":
        answer = messenger.handshake(request, secrets)
        if answer is None:
            raise Unauthorized("The verify token is not the one that was set at `pforte connect`.")
        return answer
    if len(request.body) > BODY_LIMIT:
        raise TooLarge(f"A webhook body has at most {BODY_LIMIT} bytes.")
    if not messenger.verify(request, secrets):
        raise Unauthorized("The signature is missing or wrong.")
    return _take(house, messenger, request)


def _take(house: House, messenger: Channel, request: WebhookRequest) -> HandshakeAnswer:
    told = messenger.parse(request.body, request.headers, request.account)
    events = [event for event in told if not _is_our_echo(house, messenger, event)]
    if not told or any(_is_odd(event) for event in events):
        _keep_raw(house, messenger.name, request.body)
    for incoming in events:  # one by one: the first refusal stops the rest, so order holds
        if _is_for_conversation(incoming):
            hand_over(house, incoming)
        elif incoming.kind == "status":
            take_receipt(house.table, house.inbound, house.identity, house.clock, incoming)
    return HandshakeAnswer(status=200, body=messenger.acknowledge(request.body, events))


def _is_odd(incoming: Incoming) -> bool:
    """Say whether somebody may want to see the raw body."""
    unreadable = incoming.content is not None and bool(incoming.content.unreadable)
    if incoming.kind in ("other", *TO_CONVERSATION, *TOLD_OF_SOMEBODY):
        return unreadable or not _is_for_conversation(incoming)
    return unreadable


def _is_for_conversation(incoming: Incoming) -> bool:
    """Say whether a conversation hears of it: what does not say whose it is has none."""
    told = incoming.kind in (*TO_CONVERSATION, *TOLD_OF_SOMEBODY)
    wanted = told or (incoming.kind == "other" and bool(incoming.control))
    return wanted and _is_somebodys(incoming)


def _is_somebodys(incoming: Incoming) -> bool:
    whose = (incoming.channel, incoming.account, incoming.user)
    if not all(whose) or len(incoming.address) > LONGEST_ADDRESS:
        return False
    return ":" not in incoming.account  # else the address would be read as another one


def _is_our_echo(house: House, messenger: Channel, incoming: Incoming) -> bool:
    if incoming.kind != "echo":
        return False
    return is_ours(house.table, house.identity, house.clock, messenger, incoming)


def hand_over(house: House, incoming: Incoming, original: str = "") -> None:
    """Put what happened into its conversation's group, card numbers masked. Raises Unavailable.

    `original` is the text before something was cut from it, where something was.
    """
    event_id = house.identity.event(incoming)
    if incoming.content is not None:
        content = _bounded(
            house.archive, masked(incoming.content), event_id, incoming.raw_kind, original
        )
        incoming = incoming.model_copy(update={"content": content})
    at = incoming.sent_at if incoming.sent_at is not None else house.clock()
    conversation = house.identity.conversation(incoming.address)
    let_forget(house.media_queue, incoming, conversation, house.identity)
    incoming = let_fetch(house.media_queue, incoming, conversation, event_id)
    house.inbound.send(conversation, CustomerEvent(id=event_id, at=at, incoming=incoming))


def _bounded(
    archive: Archive, content: Content, event_id: str, kind: str, original: str
) -> Content:
    """Return what the table can hold of a content, the whole of it being archived."""
    if original or len(content.text) > TEXT_LIMIT:
        key = f"texts/{event_id}.txt"
        archive.put(key, (masked_text(original) or content.text).encode())
        content = content.model_copy(update={"text": content.text[:TEXT_LIMIT], "archive": key})
    whole = content.to_json().encode()
    if len(whole) > CONTENT_LIMIT:
        archive.put(f"contents/{event_id}.json", whole)
        kept = {"attachments": (), "unreadable": content.unreadable or kind}
        content = content.model_copy(update=kept)
    return content


def _keep_raw(house: House, channel: str, body: bytes) -> None:
    day = datetime.fromtimestamp(house.clock() / 1000, UTC).date().isoformat()
    key = f"raw/{channel}/{day}/{hashlib.sha256(body).hexdigest()[:32]}"
    house.archive.put(key, masked_json(body))
