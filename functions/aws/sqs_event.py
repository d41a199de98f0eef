"""Read the Lambda event of a FIFO queue, and say which of its messages must come again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Record:
    """A message as Lambda hands it out; times in ms.

    `received_at` is the time of the first receive, so it is this receive's only where
    `receive_count` is 1. Source: the SQS developer guide, "ReceiveMessage" attributes.
    """

    id: str
    receipt: str
    body: str
    group: str
    receive_count: int
    sequence_number: str
    sent_at: int
    received_at: int


def groups(event: Mapping[str, Any]) -> dict[str, list[Record]]:
    """Return the messages by group, each group in its order."""
    found: dict[str, list[Record]] = {}
    for raw in event["Records"]:
        attributes = raw["attributes"]
        record = Record(
            id=raw["messageId"],
            receipt=raw["receiptHandle"],
            body=raw["body"],
            group=attributes["MessageGroupId"],
            receive_count=int(attributes["ApproximateReceiveCount"]),
            sequence_number=attributes["SequenceNumber"],
            sent_at=int(attributes["SentTimestamp"]),
            received_at=int(attributes["ApproximateFirstReceiveTimestamp"]),
        )
        found.setdefault(record.group, []).append(record)
    return found


def answer(failed: Iterable[str]) -> dict[str, Any]:
    """Return the partial batch response: these messages stay in the queue."""
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}
