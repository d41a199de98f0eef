"""Keep deliveries that wait, and which accounts must not send for a while."""

from aws.store import ConditionFailed, Store
from aws.values import Row, key, number, packed, text, unpacked, wake_row
from conversation.ports import Parked
from conversation.turn import Delivery

ACCOUNT_SK = "ACCOUNT"

PAUSE_KEPT = 7 * 86_400_000
"""How long (ms) an account's state is kept after its pause."""


class ParkedDeliveries(Store):
    """The `P#` and `A#` items."""

    def park(self, parked: Parked) -> None:
        """Put a delivery aside until `wake_at`."""
        pk = _pk(parked.delivery.address)
        body = packed(parked.delivery.to_json(), f"delivery to be parked {parked.order}")
        self._put(
            {
                **key(pk, _sk(parked.order)),
                "body": body,
                "order": text(parked.order),
                **wake_row(pk, parked.wake_at),
            }
        )

    def parked(self, address: str) -> list[Parked]:
        """Read consistently what is parked for an address, in sequence."""
        pages = self._query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(_pk(address))},
            ConsistentRead=True,
        )
        return [_parked(row) for page in pages for row in page["Items"]]

    def unpark(self, parked: Parked) -> None:
        """Remove a parked delivery that has its outcome."""
        self._delete(_pk(parked.delivery.address), _sk(parked.order))

    def pause_account(self, account: str, until: int) -> None:
        """Remember that an account (`channel:account`) must not send before `until` (ms).

        The condition ends the race of two deliverers: the longer pause holds.
        """
        until = max(until, self._clock())
        try:
            self._put(
                {
                    **account_key(account),
                    "until": number(until),
                    "expires": number((until + PAUSE_KEPT) // 1000),
                },
                "attribute_not_exists(#until) OR #until < :until",
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues={":until": number(until)},
            )
        except ConditionFailed:
            return  # somebody else was asked to wait longer

    def _paused_until(self, row: Row | None) -> int:
        """Return until when (ms) an account must wait, 0 where it need not; checks the expiry."""
        if row is None:
            return 0
        until = int(row["until"]["N"])
        return until if until + PAUSE_KEPT > self._clock() else 0


def account_key(account: str) -> Row:
    """Return the key of an account's state."""
    return key(f"A#{account}", ACCOUNT_SK)


def _pk(address: str) -> str:
    return f"P#{address}"


def _sk(order: str) -> str:
    """Return the sort key of a parked delivery; SQS's numbers have 20 digits, others may not."""
    return order.zfill(20)


def _parked(row: Row) -> Parked:
    return Parked(
        delivery=Delivery.from_json(unpacked(row["body"])),
        order=row["order"]["S"],
        wake_at=int(row["wake_at"]["N"]),
    )
