"""Put what one turn says into as few messages as a messenger's customers, and its bill, expect.

A messenger says in its abilities what it `joins`: nothing, plain texts, or everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.base import Call, Channel
from channels.registry import channel_named
from channels.text import numbered
from conversation.address import Address
from conversation.bubble import bubble_id
from conversation.message import Content, Message
from conversation.turn import Delivery


@dataclass(frozen=True)
class Bubble:
    """Messages that go out as one, with the calls that send them: one call where they are several.

    A single message may need more: a long text, files.
    """

    messages: tuple[Message, ...]
    calls: tuple[Call, ...]


def bubbles(channel: Channel, messages: Sequence[Message], account: str, user: str) -> list[Bubble]:
    """Return what goes out together: the same for the same messages, so that calls can be counted.

    What would not fit into one call stays apart, in its order.
    """
    found: list[Bubble] = []
    for message in messages:
        alone = bubble_of(channel, (message,), account, user)
        whole = _together(channel, found[-1], message, account, user) if found else None
        if whole is None:
            found.append(alone)
        else:
            found[-1] = whole
    return found


def calls_of(delivery: Delivery) -> int:
    """Return how many calls a delivery takes, 0 where it cannot be rendered: then none is made."""
    address = Address.parse(delivery.address)
    channel = channel_named(address.channel)
    try:
        found = bubbles(channel, delivery.messages, address.account, address.user)
    except Exception:  # noqa: BLE001  whatever it is, who sends will meet it again and refuse it
        return 0
    return sum(len(bubble.calls) for bubble in found)


def bubble_of(channel: Channel, messages: Sequence[Message], account: str, user: str) -> Bubble:
    """Return the calls that send these messages as one."""
    calls = channel.render(_joined(messages), account, user)
    return Bubble(tuple(messages), tuple(calls))


def _together(
    channel: Channel, before: Bubble, message: Message, account: str, user: str
) -> Bubble | None:
    """Return a bubble with a message at its end, None where it cannot be joined."""
    joins = channel.abilities.joins
    if joins == "nothing" or len(before.calls) != 1:
        return None
    if joins == "texts":
        earlier = before.messages[-1].content
        if earlier.buttons or not (_is_text(earlier) and _is_text(message.content)):
            return None
    whole = bubble_of(channel, (*before.messages, message), account, user)
    return whole if len(whole.calls) == 1 else None


def _is_text(content: Content) -> bool:
    """Say whether nothing but words and options is said."""
    return content.model_copy(update={"text": "", "buttons": (), "menu": ""}) == Content()


def _joined(messages: Sequence[Message]) -> Message:
    """Return one message that says what several say, an empty line between, options of the last.

    Its id names all of them. It is a person's where a person wrote any of it.
    """
    if len(messages) == 1:
        return messages[0]
    last = messages[-1]
    contents = [message.content for message in messages]
    texts = [
        numbered(content.text, content.buttons) if content.buttons else content.text
        for content in contents[:-1]
    ]
    content = last.content.model_copy(
        update={
            "text": "\n\n".join(text for text in (*texts, last.content.text) if text.strip()),
            "attachments": tuple(part for each in contents for part in each.attachments),
        }
    )
    by_person = any(message.author == "agent" for message in messages)
    return last.model_copy(
        update={
            "id": bubble_id([message.id for message in messages]),
            "content": content,
            "author": "agent" if by_person else last.author,
        }
    )
