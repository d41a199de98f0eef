"""Answer the visitors of the web chat, and serve its widget."""

from functools import cache
from typing import Any

from bootstrap.house import house
from webchat.outside import Outside
from webchat.routes import Webchat


@cache
def _webchat() -> Webchat:
    found = house()
    return Webchat(
        Outside(
            table=found.table,
            inbound=found.inbound,
            archive=found.archive,
            identity=lambda: found.identity,
            clock=found.clock,
            origins=tuple(found.settings.webchat_origins.split(",")),
        )
    )


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one HTTP request (API Gateway, payload format 2.0)."""
    return _webchat()(event, context)
