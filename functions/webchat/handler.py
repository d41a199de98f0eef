"""Answer the visitors of the web chat, and serve its widget."""

from typing import Any

from bootstrap.house import house
from webchat.outside import Outside
from webchat.routes import Webchat

_parts = house()
_webchat = Webchat(
    Outside(
        table=_parts.table,
        inbound=_parts.inbound,
        archive=_parts.archive,
        identity=lambda: _parts.identity,
        clock=_parts.clock,
    )
)


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one HTTP request (API Gateway, payload format 2.0)."""
    return _webchat(event, context)
