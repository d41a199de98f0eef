"""Build what taking in works with, once per Lambda: webhooks and mails are taken in alike."""

from functools import cache

from bootstrap.house import house
from webhook.receive import House


@cache
def opened() -> House:
    """Return the house of this Lambda."""
    found = house()
    return House(
        table=found.table,
        inbound=found.inbound,
        archive=found.archive,
        vault=found.vault,
        clock=found.clock,
        media_queue=found.media_queue,
    )
