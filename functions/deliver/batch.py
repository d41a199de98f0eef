"""Hand each address's part of a batch to its sending; one that fails leaves the others alone."""

import logging
from collections.abc import Mapping
from typing import Any

from aws.sqs_event import Record, answer, groups
from conversation.outgoing import outgoing_from_json
from deliver.send import House, Received, run

_log = logging.getLogger(__name__)


def deliver(house: House, event: Mapping[str, Any]) -> dict[str, Any]:
    """Handle a batch of the outbound queue; return the partial batch response."""
    failed: list[str] = []
    for group, records in groups(event).items():
        try:
            failed += run(house, [_received(record) for record in records])
        except Exception as error:  # noqa: BLE001  all of the group comes again, logged here
            _log.error("group failed", extra={"group": group, "error": type(error).__name__})
            failed += [record.id for record in records]
    return answer(failed)


def _received(record: Record) -> Received:
    return Received(
        id=record.id,
        receipt=record.receipt,
        body=outgoing_from_json(record.body),
        receive_count=record.receive_count,
        order=record.sequence_number,
        received_at=record.received_at,
    )
