"""Tell finished messages from unfinished ones: people write one thought in several messages."""

import re
from collections.abc import Sequence

from conversation.event import CustomerEvent
from conversation.message import Content

WAIT_SECONDS = 2
"""How long an unfinished message is put back for what follows it, where the limit allows it."""

WAIT_LIMIT = 5_000
"""How long (ms) the first message of a burst may wait in all."""

_FEW_WORDS = 3
_ENDED = re.compile(r"[.!?…]\W*$")
_GREETING = re.compile(
    r"(hallo|hi|hey|hello|moin( moin)?|servus|grüezi|grüß gott|gruess gott|"
    r"guten (morgen|tag|abend)|good (morning|afternoon|evening)|"
    r"(hallo|hello) zusammen|liebes team|dear team)\W*",
    re.IGNORECASE,
)


def is_greeting(text: str) -> bool:
    """Say whether a text is a bare greeting."""
    return _GREETING.fullmatch(text.strip()) is not None


def is_unfinished(content: Content) -> bool:
    """Say whether more is likely to follow at once.

    A bare greeting, one item of an album, or up to three words that were not tapped and end
    without a mark.
    """
    if content.payload is not None or content.unreadable:
        return False
    if content.album:
        return True
    if content.attachments:
        return False
    text = content.text.strip()
    if is_greeting(text):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    return 0 < len(words) <= _FEW_WORDS and not _ENDED.search(text)


def utterances(events: Sequence[CustomerEvent]) -> list[list[CustomerEvent]]:
    """Group consecutive messages into what belongs together; each group gets one answer.

    What comes from another address is answered there, and by itself.
    """
    groups: list[list[CustomerEvent]] = []
    open_group: list[CustomerEvent] = []
    for event in events:
        if open_group and open_group[-1].incoming.address != event.incoming.address:
            groups.append(open_group)
            open_group = []
        content = event.incoming.content or Content()
        open_group.append(event)
        if not is_unfinished(content):
            groups.append(open_group)
            open_group = []
    if open_group:
        groups.append(open_group)
    return groups
