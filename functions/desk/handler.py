"""Let agents work: the desk's page and API (API Gateway, HTTP API)."""

from functools import cache
from typing import Any

from bootstrap.house import house
from desk.outside import Outside
from desk.routes import Desk


@cache
def _desk() -> Desk:
    found = house()
    return Desk(
        Outside(
            table=found.table,
            inbound=found.inbound,
            outbound=found.outbound,
            archive=found.archive,
            directory=found.login,
            clock=found.clock,
            random=found.random,
            voice=found.voice,
            keeper=found.keeper,
        )
    )


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request to the desk."""
    return _desk()(event, context)
