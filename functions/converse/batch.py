"""Hand each conversation's part of a batch to its actor; one that fails leaves the others alone."""

import logging
from collections.abc import Mapping
from typing import Any

from aws.sqs_event import Record, answer, groups
from conversation.event import event_from_json
from converse.actor import House, Received, run

_log = logging.getLogger(__name__)


def converse(house: House, event: Mapping[str, Any]) -> dict[str, Any]:
    """Handle a batch of the inbound queue; return the partial batch response."""
    failed: list[str] = []
    for conversation, records in groups(event).items():
        try:
            failed += run(house, conversation, [_received(record) for record in records])
        except Exception as error:  # noqa: BLE001  all of the group comes again, logged here
            _log.error(
                "group failed", extra={"conversation": conversation, "error": type(error).__name__}
            )
            failed += [record.id for record in records]
    return answer(failed)


def _received(record: Record) -> Received:
    return Received(
        id=record.id,
        receipt=record.receipt,
        event=event_from_json(record.body),
        receive_count=record.receive_count,
        sent_at=record.sent_at,
    )
