"""Keep conversations, and find them by who has them and by when something must happen."""

import json

from aws.store import ConditionFailed, Store
from aws.values import (
    WAKE_SHARDS,
    Row,
    conversation_pk,
    key,
    number,
    packed,
    text,
    unpacked,
    wake_row,
)
from conversation.conversation import BOT, Conversation
from conversation.errors import VersionConflict
from conversation.ports import Due, Waiting
from conversation.summary import summary

CONVERSATION_SK = "CONVERSATION"

DUE_PAGE = 100
"""How many of each shard one look at the wake index takes; the rest is found a minute later."""


class Conversations(Store):
    """The conversation items and both indexes."""

    def conversation(self, conversation: str) -> Conversation | None:
        """Read a conversation consistently."""
        item = self._get(conversation_pk(conversation), CONVERSATION_SK)
        return conversation_of(item) if item else None

    def put_conversation(self, new: Conversation, expected_version: int) -> None:
        """Write a conversation if its version is still the expected one (0: if there is none).

        The condition ends the race between two deciders, and between a decision and a claim. The
        SDK repeats a put whose answer was lost: then the item is our own, as its writer tells.
        Raises VersionConflict, Oversized.
        """
        if new.version != expected_version + 1 or not new.writer:
            raise ValueError("every write has the next version and a writer of its own")
        item = _item(new)
        try:
            if expected_version == 0:
                self._put(item, "attribute_not_exists(pk)")
            else:
                self._put(
                    item,
                    "#version = :expected",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":expected": number(expected_version)},
                )
        except ConditionFailed as error:
            if error.existing is None or error.existing["writer"] != item["writer"]:
                raise VersionConflict(new.id) from error

    def due(self, now: int) -> Due:
        """Read what is due; an index, so it may lag."""
        wakes: list[tuple[str, int]] = []
        addresses: set[str] = set()
        for shard in range(WAKE_SHARDS):
            for row in self._due_in(shard, now):
                kind, _, name = row["pk"]["S"].partition("#")
                if kind == "C":
                    wakes.append((name, int(row["wake_at"]["N"])))
                else:
                    addresses.add(name)
        return Due(wakes=tuple(wakes), addresses=tuple(sorted(addresses)))

    def assigned(self, assignee_key: str, limit: int = 50) -> list[Waiting]:
        """Read the conversations of `queue#<team>` or `agent#<id>`, the first due first."""
        rows: list[Row] = []
        for page in self._query(
            IndexName="assignee",
            KeyConditionExpression="assignee_key = :key",
            ExpressionAttributeValues={":key": text(assignee_key)},
            Limit=limit,
        ):
            rows += page["Items"]
            if len(rows) >= limit:
                break
        return [
            Waiting(
                conversation=row["pk"]["S"].removeprefix("C#"),
                due=int(row["due"]["N"]),
                summary=json.loads(row["summary"]["S"]),
            )
            for row in rows[:limit]
        ]

    def waiting_count(self, assignee_key: str) -> int:
        """Count the conversations of `queue#<team>` or `agent#<id>`."""
        pages = self._query(
            IndexName="assignee",
            KeyConditionExpression="assignee_key = :key",
            ExpressionAttributeValues={":key": text(assignee_key)},
            Select="COUNT",
        )
        return sum(page["Count"] for page in pages)

    def _due_in(self, shard: int, now: int) -> list[Row]:
        pages = self._query(
            IndexName="wake",
            KeyConditionExpression="wake_shard = :shard AND wake_at <= :now",
            ExpressionAttributeValues={":shard": text(f"wake#{shard}"), ":now": number(now)},
            Limit=DUE_PAGE,
        )
        rows: list[Row] = next(pages)["Items"]
        return rows


def conversation_of(item: Row) -> Conversation:
    """Return the conversation that an item holds."""
    return Conversation.from_json(unpacked(item["body"]))


def _item(new: Conversation) -> Row:
    pk = conversation_pk(new.id)
    return {
        **key(pk, CONVERSATION_SK),
        "version": number(new.version),
        "writer": text(new.writer),
        "body": packed(new.to_json(), f"conversation {new.id}"),
        **_assignee_row(new),
        **wake_row(pk, new.next_wake),
    }


def _assignee_row(new: Conversation) -> Row:
    """Return the attributes of the assignee index; none while the bot has the conversation."""
    if new.assignee == BOT or new.escalation is None:
        return {}
    assignee_key = f"agent#{new.agent}" if new.agent else f"queue#{new.escalation.team}"
    return {
        "assignee_key": text(assignee_key),
        "due": number(new.escalation.due),
        "summary": text(json.dumps(summary(new), ensure_ascii=False, separators=(",", ":"))),
    }
