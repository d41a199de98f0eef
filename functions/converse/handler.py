"""Answer the inbound queue: understand, decide, commit."""

from typing import Any

from bootstrap.house import house
from converse.actor import House
from converse.batch import converse

_parts = house()
_house = House(
    table=_parts.table,
    inbound=_parts.inbound,
    outbound=_parts.outbound,
    actions=_parts.actions,
    bot=_parts.bot,
    clock=_parts.clock,
    writer=_parts.writer,
    first_reply_minutes=_parts.settings.first_reply_minutes,
)


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle a batch of events."""
    return converse(_house, event)
