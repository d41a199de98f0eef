"""Answer the media queue: fetch a file, and record what became of it."""

import time
from functools import cache
from typing import Any

import httpx

from bootstrap.house import house
from media.batch import take
from media.fetch import House
from media.line import Line


@cache
def _house() -> House:
    found = house()
    client = httpx.Client(
        trust_env=False,
        # Each address was checked for one host: no connection serves another.
        limits=httpx.Limits(max_keepalive_connections=0),
    )
    return House(
        keeper=found.keeper,
        queue=found.media_queue,
        inbound=found.inbound,
        vault=found.vault,
        line=Line(client, found.settings.simulated_messengers_url, time.monotonic),
    )


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Handle a batch of jobs."""
    return take(_house(), event)
