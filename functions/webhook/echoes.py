"""Tell the echoes of what this house sent from those of what our people write in other apps.

| channel | how |
|---|---|
| WhatsApp | an echo is never ours: it tells only of the Business app and its companions |
| Messenger | ours bring back our reference, which every message takes along as its `metadata` |
| Instagram | by the id; while a message of ours has no outcome, the echo is to come again |
"""

from collections.abc import Callable

from aws.links import recent
from channels.base import Channel
from conversation.bubble import message_ids
from conversation.identity import Identity
from conversation.incoming import Incoming
from conversation.message import Message
from conversation.ports import Table
from conversation.turn import TurnRecord
from webhook.receipts import wait_if_early

SEARCHED_RECORDS = 50
"""How many of the newest records are searched: an echo comes at once, or a few repeats later."""


def is_ours(
    table: Table,
    identity: Identity,
    clock: Callable[[], int],
    channel: Channel,
    incoming: Incoming,
) -> bool:
    """Say whether an echo repeats what we sent. Raises Unavailable where it is too early to say.

    Of a send whose outcome was lost the id is not known: then the same words count.
    """
    if message_ids(incoming.reference):
        return True
    if not (channel.abilities.unmarked_echoes and incoming.user):
        return False
    on_its_way = False
    for record in recent(table, identity.conversation(incoming.address), SEARCHED_RECORDS):
        for message in _sent_to(record, incoming.address):
            if incoming.provider_id in record.provider_ids.get(message.id, ()):
                return True
            if _is_doubtful(record, message) and _says_the_same(incoming, message):
                return True
            on_its_way = on_its_way or message.id not in record.states
    if on_its_way:
        wait_if_early(clock, incoming)
    return False


def _sent_to(record: TurnRecord, address: str) -> list[Message]:
    return [
        message
        for message in record.messages
        if message.address == address and message.author != "customer" and not message.elsewhere
    ]


def _is_doubtful(record: TurnRecord, message: Message) -> bool:
    """Say whether the messenger may have taken it once without our knowing."""
    return message.id in record.unknown or record.states.get(message.id) == "failed"


def _says_the_same(incoming: Incoming, message: Message) -> bool:
    """Compare words; of a template with options an echo does not tell any."""
    content = incoming.content
    if content is None:
        return False
    if content.text:
        return content.text.strip() in message.content.text
    return bool(content.unreadable and message.content.buttons)
