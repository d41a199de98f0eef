"""Keep one-time codes by their keyed hash; whoever takes one first has it."""

from typing import Any

from aws.store import ConditionFailed, Store
from aws.values import key, number, packed_body, text, unpacked_body

LINK_CODE_SK = "LINK"

_USABLE = (
    "attribute_exists(pk) AND (taken_by = :by OR "
    "(attribute_not_exists(taken_by) AND valid_until > :now))"
)

_KEPT_LONGER = 86_400
"""Seconds beyond its validity for which a code is kept: its repeats are answered alike."""


class LinkCodes(Store):
    """The `L#` items."""

    def put_link_code(self, key_: str, body: dict[str, Any], expires: int) -> None:
        """Keep what a one-time code opens, until `expires` (ms), unless the code is kept already.

        A repeat that comes late must not make a used code usable again.
        """
        item = {
            **key(link_code_pk(key_), LINK_CODE_SK),
            "body": packed_body(body, "link code"),
            "valid_until": number(expires),
            "expires": number(expires // 1000 + _KEPT_LONGER),
        }
        try:
            self._put(item, "attribute_not_exists(pk)")
        except ConditionFailed:
            return  # put before, and perhaps used since

    def take_link_code(self, key_: str, by: str, now: int) -> dict[str, Any] | None:
        """Use a code up and return what it opens; None where it is wrong, used or expired.

        Ends the race between two who use one code; a repeat of the same event (`by`) is answered
        as the first time.
        """
        pk = link_code_pk(key_)
        try:
            self._update(
                pk,
                LINK_CODE_SK,
                "SET taken_by = :by",
                _USABLE,
                ExpressionAttributeValues={":by": text(by), ":now": number(now)},
            )
        except ConditionFailed:
            return None
        row = self._get(pk, LINK_CODE_SK)
        return None if row is None else unpacked_body(row["body"])


def link_code_pk(key_: str) -> str:
    """Return the partition key of a one-time code."""
    return f"L#{key_}"
