"""Give both tables and both queues: ours in memory, and AWS's as moto plays it."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from aws.clients import client
from aws.table import DynamoTable
from conversation.ports import Table
from tests.fakes import MemoryTable

TABLE_NAME = "pforte"


class Clock:
    """A clock that tests turn; in ms."""

    def __init__(self) -> None:
        self.now = 1_763_786_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still until it is turned."""
    return Clock()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Play AWS in this process."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> Any:
    """Return a client of a database that holds our table, made as the template makes it."""
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE_NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in {
                "pk": "S",
                "sk": "S",
                "assignee_key": "S",
                "due": "N",
                "wake_shard": "S",
                "wake_at": "N",
            }.items()
        ],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "assignee",
                "KeySchema": _keys("assignee_key", "due"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary"]},
            },
            {
                "IndexName": "wake",
                "KeySchema": _keys("wake_shard", "wake_at"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    )
    return dynamodb


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest, clock: Clock) -> Table:
    """Return an empty table, once of each kind."""
    if request.param == "memory":
        return MemoryTable(clock)
    return DynamoTable(request.getfixturevalue("dynamodb"), TABLE_NAME, clock)


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
