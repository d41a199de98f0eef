"""Answer the inbound queue: understand, decide, commit."""

from functools import cache
from typing import Any

from bootstrap.house import house
from converse.actor import House
from converse.batch import converse
from converse.meanwhile import after


@cache
def _house() -> House:
    found = house()
    return House(
        table=found.table,
        inbound=found.inbound,
        outbound=found.outbound,
        actions=found.actions,
        links=found.links,
        bot=found.bot,
        clock=found.clock,
        writer=found.writer,
        first_reply_minutes=found.settings.first_reply_minutes,
        meanwhile=after,
    )


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Handle a batch of events."""
    return converse(_house(), event)
