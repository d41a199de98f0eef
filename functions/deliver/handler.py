"""Answer the outbound queue: send, and record what became of it."""

import time
from functools import cache
from typing import Any

import httpx

from bootstrap.house import house
from deliver.batch import deliver
from deliver.provider import HttpProvider
from deliver.send import House


@cache
def _house() -> House:
    found = house()
    return House(
        table=found.table,
        inbound=found.inbound,
        outbound=found.outbound,
        vault=found.vault,
        provider=HttpProvider(httpx.Client(), found.settings.simulated_messengers_url),
        clock=found.clock,
        wait=time.sleep,
    )


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Handle a batch of deliveries."""
    return deliver(_house(), event)
