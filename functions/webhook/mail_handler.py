"""Answer Amazon SES, which tells of mails by calling this function, itself or through SNS."""

from functools import cache
from typing import Any

from bootstrap.house import house
from webhook.mail import take
from webhook.receive import House


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


def handle(event: dict[str, Any], context: object) -> None:  # noqa: ARG001  Lambda passes it
    """Handle one event of SES; what raises comes again."""
    take(_house(), event)
