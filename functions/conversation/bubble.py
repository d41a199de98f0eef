"""Name what goes out as one: several messages of a turn, or a single one."""

import re
from collections.abc import Sequence

_REFERENCE = re.compile(r"([a-z2-7]{32}\.[0-9]{1,10})\.([0-9]{2,4}(?:\+[0-9]{2,4})*)")
"""Conversations' ids are those of `conversation.identity`."""


def bubble_id(message_ids: Sequence[str]) -> str:
    """Return the reference of messages of one turn: `<conversation>.<sequence>.<n>+<n>…`."""
    first, *rest = message_ids
    return "+".join((first, *(message_id.rpartition(".")[2] for message_id in rest)))


def message_ids(reference: str) -> tuple[str, ...]:
    """Return the messages that a reference names, none where it is not one of ours."""
    found = _REFERENCE.fullmatch(reference)
    return tuple(f"{found[1]}.{number}" for number in found[2].split("+")) if found else ()
