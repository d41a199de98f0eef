"""Answer messengers' calls: `/webhooks/<channel>/<account>`."""

from functools import cache
from typing import Any

from bootstrap.house import house
from webhook.receive import House
from webhook.request import answer


@cache
def _house() -> House:
    found = house()
    return House(
        table=found.table,
        inbound=found.inbound,
        archive=found.archive,
        vault=found.vault,
        clock=found.clock,
        media_queue=found.media_queue,
    )


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Answer one HTTP request (API Gateway, payload format 2.0)."""
    return answer(_house(), event)
