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
    base_urls = {
        "whatsapp": found.settings.whatsapp_base_url,
        "telegram": found.settings.telegram_base_url,
        "messenger": found.settings.messenger_base_url,
        "instagram": found.settings.instagram_base_url,
    }
    return House(
        table=found.table,
        inbound=found.inbound,
        outbound=found.outbound,
        vault=found.vault,
        provider=HttpProvider(base_urls, httpx.Client()),
        clock=found.clock,
        wait=time.sleep,
    )


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Handle a batch of deliveries."""
    return deliver(_house(), event)
