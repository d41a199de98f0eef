"""Call DynamoDB: what the parts of the table share."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aws.outages import code_of, reaching_aws
from aws.values import Row, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONDITION = "ConditionalCheckFailedException"


class ConditionFailed(Exception):
    """A condition did not hold; `existing` is the item as it stands, None where there is none."""

    def __init__(self, existing: Row | None) -> None:
        super().__init__("the condition did not hold")
        self.existing = existing


class Store:
    """One table and its client; `clock` in ms."""

    def __init__(self, client: "DynamoDBClient", name: str, clock: Callable[[], int]) -> None:
        self._client = client
        self._name = name
        self._clock = clock

    def _get(self, pk: str, sk: str) -> Row | None:
        """Read an item consistently."""
        with reaching_aws():
            answer = self._client.get_item(
                TableName=self._name, Key=key(pk, sk), ConsistentRead=True
            )
        item: Row | None = answer.get("Item")
        return item

    def _put(self, item: Row, condition: str = "", **request: Row) -> None:
        """Put an item. Raises ConditionFailed."""
        self._write(self._client.put_item, condition, Item=item, **request)

    def _delete(self, pk: str, sk: str, condition: str = "", **request: Row) -> None:
        """Delete an item. Raises ConditionFailed."""
        self._write(self._client.delete_item, condition, Key=key(pk, sk), **request)

    def _update(self, pk: str, sk: str, change: str, condition: str, **request: Row) -> None:
        """Change attributes of an item. Raises ConditionFailed."""
        self._write(
            self._client.update_item,
            condition,
            Key=key(pk, sk),
            UpdateExpression=change,
            **request,
        )

    def _query(self, **request: Any) -> Iterator[Row]:
        """Read page by page; each yield is an answer with `Items` and `Count`."""
        start: Row = {}
        while True:
            with reaching_aws():
                answer: Any = self._client.query(TableName=self._name, **request, **start)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _write(self, operation: Callable[..., object], condition: str, **request: object) -> None:
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            with reaching_aws():
                operation(TableName=self._name, **request)
        except ClientError as error:
            if code_of(error) != _CONDITION:
                raise
            response: Row = {**error.response}
            raise ConditionFailed(response.get("Item")) from error
