"""Put what one turn says into one message, where a messenger's customers expect one answer."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from channels.text import numbered
from conversation.message import Message


def bubbles(messages: Iterable[Message], *, withdrawn: bool) -> list[tuple[Message, ...]]:
    """Return what goes out together; the bot's answers stand apart where they are withdrawn."""
    groups = groupby(messages, lambda message: withdrawn and message.author == "bot")
    return [tuple(group) for _, group in groups]


def joined(messages: Sequence[Message]) -> Message:
    """Return one message that says what several say, under the id of the last.

    It is a person's where a person wrote any of it.
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
    author = "agent" if by_person else last.author
    return last.model_copy(update={"content": content, "author": author})
