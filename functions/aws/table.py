"""Compose the one table of its parts; `conversation.ports.Table` says what it promises."""

import random
import time

from aws.conversations import CONVERSATION_SK, Conversations, conversation_of
from aws.items import Items
from aws.link_codes import LinkCodes
from aws.outages import reaching_aws
from aws.parked import ParkedDeliveries, account_key
from aws.records import Records, record_of, record_sk
from aws.values import Row, conversation_pk, key
from conversation.address import Address
from conversation.errors import Unavailable
from conversation.ports import DeliveryView
from conversation.turn import Delivery

BATCH_ATTEMPTS = 4
BATCH_WAIT = 0.05
"""Seconds before the first repeat of a batch that was answered in part; doubles each time."""


class DynamoTable(Conversations, Records, Items, LinkCodes, ParkedDeliveries):
    """The one table, in DynamoDB."""

    def delivery_view(self, delivery: Delivery) -> DeliveryView:
        """Read record, conversation and account state of a delivery in one consistent call."""
        channel, account, _ = Address.parse(delivery.address)
        pk = conversation_pk(delivery.conversation)
        record, conversation, paused = self._get_all(
            [
                key(pk, record_sk(delivery.sequence)),
                key(pk, CONVERSATION_SK),
                account_key(f"{channel}:{account}"),
            ]
        )
        return DeliveryView(
            record=record_of(record) if record else None,
            conversation=conversation_of(conversation) if conversation else None,
            paused_until=self._paused_until(paused),
        )

    def _get_all(self, keys: list[Row]) -> list[Row | None]:
        """Read items consistently in one call, None where there is none. Raises Unavailable."""
        found: list[Row] = []
        left = keys
        for attempt in range(BATCH_ATTEMPTS):
            if attempt:
                time.sleep(BATCH_WAIT * 2**attempt * random.random())  # noqa: S311  jitter
            with reaching_aws():
                answer = self._client.batch_get_item(
                    RequestItems={self._name: {"Keys": left, "ConsistentRead": True}}
                )
            found += answer["Responses"].get(self._name, [])
            left = list(answer["UnprocessedKeys"].get(self._name, {"Keys": []})["Keys"])
            if not left:
                by_key = {(row["pk"]["S"], row["sk"]["S"]): row for row in found}
                return [by_key.get((one["pk"]["S"], one["sk"]["S"])) for one in keys]
        raise Unavailable("BatchGetItem: keys stay unprocessed")
