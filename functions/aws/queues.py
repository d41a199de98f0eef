"""Send to and care for the two FIFO queues."""

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aws.outages import code_of, reaching_aws
from conversation.errors import Oversized
from conversation.event import Event
from conversation.outgoing import outgoing_to_json
from conversation.ports import MESSAGE_LIMIT, DeadMessage
from conversation.turn import Delivery, Drain, Typing

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

DEDUPLICATION = 300_000
"""How long (ms) SQS swallows repeats of a message."""

LONGEST_VISIBILITY = 43_200
"""Seconds; the limit of SQS."""

_DEAD_BATCH = 10

_ALLOWED = re.compile(r"[!-~]{1,128}")
"""What SQS takes as a group or deduplication id: ASCII without spaces."""

_NO_LONGER_OURS = frozenset(
    {
        "AWS.SimpleQueueService.MessageNotInflight",
        "InvalidParameterValue",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
    }
)


class _FifoQueue:
    """A queue and the one to which its dead letters go."""

    def __init__(self, client: "SQSClient", url: str, dead_letter_url: str) -> None:
        self._client = client
        self._url = url
        self._dead_letter_url = dead_letter_url

    def dead(self) -> list[DeadMessage]:
        """Receive from the dead-letter queue."""
        with reaching_aws():
            answer = self._client.receive_message(
                QueueUrl=self._dead_letter_url,
                MaxNumberOfMessages=_DEAD_BATCH,
                AttributeNames=["MessageGroupId"],
            )
        return [
            DeadMessage(
                id=message["MessageId"],
                group=message["Attributes"]["MessageGroupId"],
                body=message["Body"],
                receipt=message["ReceiptHandle"],
            )
            for message in answer.get("Messages", [])
        ]

    def bury(self, message: DeadMessage) -> None:
        """Delete a message of the dead-letter queue that was taken over."""
        with reaching_aws():
            self._client.delete_message(
                QueueUrl=self._dead_letter_url, ReceiptHandle=message.receipt
            )

    def _send(self, group: str, body: str, deduplication_id: str) -> None:
        size = len(body.encode())
        if size > MESSAGE_LIMIT:
            raise Oversized(
                f"a queue message has {size} bytes, {MESSAGE_LIMIT} is the limit: "
                "keep long texts in the archive."
            )
        with reaching_aws():
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=body,
                MessageGroupId=_allowed(group),
                MessageDeduplicationId=_allowed(deduplication_id),
            )

    def _change_visibility(self, receipt: str, seconds: int) -> bool:
        """Set a received message's visibility; False where the receipt has expired."""
        try:
            with reaching_aws():
                self._client.change_message_visibility(
                    QueueUrl=self._url,
                    ReceiptHandle=receipt,
                    VisibilityTimeout=min(seconds, LONGEST_VISIBILITY),
                )
        except ClientError as error:
            if code_of(error) in _NO_LONGER_OURS:
                return False
            raise
        return True


class SqsInbound(_FifoQueue):
    """The queue of events, one group per conversation."""

    def send(self, conversation: str, event: Event, again: str = "") -> None:
        """Put an event into a conversation's group; `again` tells a re-sent event apart."""
        self._send(conversation, event.to_json(), event.id + again)

    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a received message come back in so many seconds; it may be back already."""
        self._change_visibility(receipt, seconds)


class SqsOutbound(_FifoQueue):
    """The queue of deliveries, one group per address."""

    def send(self, delivery: Delivery) -> None:
        """Put a delivery into its address's group."""
        body = outgoing_to_json(delivery)
        self._send(address_group(delivery.address), body, delivery.deduplication_id)

    def drain(self, address: str, now: int) -> None:
        """Ask for the parked deliveries of an address to be sent, once in five minutes."""
        group = address_group(address)
        body = outgoing_to_json(Drain(address=address))
        self._send(group, body, f"drain.{group}.{now // DEDUPLICATION}")

    def type(self, typing: Typing) -> None:
        """Ask for the customer to be shown that an answer is being made."""
        group = address_group(typing.address)
        self._send(group, outgoing_to_json(typing), f"typing.{group}.{typing.at}")

    def postpone(self, receipt: str, seconds: int) -> bool:
        """Set a received message's visibility; False where it is no longer ours."""
        return self._change_visibility(receipt, seconds)


def address_group(address: str) -> str:
    """Return an address's group: hashed, as an address holds a phone number."""
    return sha256(address.encode()).hexdigest()


def _allowed(name: str) -> str:
    """Return an id as SQS takes it: some are made of what clients send."""
    return name if _ALLOWED.fullmatch(name) else sha256(name.encode()).hexdigest()
