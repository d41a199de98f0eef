"""Answer the minute's schedule: do what is due."""

from functools import cache
from typing import Any

from bootstrap.house import house
from schedule.tick import House, tick


@cache
def _house() -> House:
    found = house()
    return House(
        table=found.table,
        inbound=found.inbound,
        outbound=found.outbound,
        archive=found.archive,
        clock=found.clock,
    )


def handle(event: dict[str, Any], context: object) -> None:  # noqa: ARG001  Lambda passes them
    """Do what is due."""
    tick(_house())
