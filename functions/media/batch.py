"""Hand each job of a batch to its fetching; one that fails leaves the others alone."""

import logging
from collections.abc import Mapping
from typing import Any

from aws.sqs_event import answer
from conversation.errors import Unavailable
from conversation.media import MediaJob
from media.fetch import House, fetch

FIRST_WAIT = 15
LONGEST_WAIT = 900
"""Seconds after which a job comes again: 15, doubling, at most a quarter of an hour."""

_log = logging.getLogger(__name__)


def take(house: House, event: Mapping[str, Any]) -> dict[str, Any]:
    """Handle a batch of the media queue; return the partial batch response."""
    failed: list[str] = []
    for record in event["Records"]:
        received = int(record["attributes"]["ApproximateReceiveCount"])
        try:
            fetch(house, MediaJob.from_json(record["body"]), received)
        except Exception as error:  # noqa: BLE001  it comes again, and is given up in time
            _log.warning(
                "file not fetched",
                extra={"job": record["messageId"], "error": type(error).__name__},
            )
            _postpone(house, record["receiptHandle"], received)
            failed.append(record["messageId"])
    return answer(failed)


def _postpone(house: House, receipt: str, received: int) -> None:
    try:
        house.queue.postpone(receipt, min(FIRST_WAIT * 2 ** (received - 1), LONGEST_WAIT))
    except Unavailable:
        return  # it comes back by itself when its visibility ends
