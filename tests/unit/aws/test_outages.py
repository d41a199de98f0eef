"""Show which failures of AWS are worth trying again."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from aws.clients import client
from aws.outages import reaching_aws
from aws.queues import SqsOutbound
from aws.table import DynamoTable
from aws.values import packed
from conversation.errors import Unavailable
from tests.unit.aws.builders import ADDRESS, conversation, delivery, record
from tests.unit.aws.conftest import TABLE_NAME, Clock


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem"),
        ClientError({"Error": {"Code": "RequestThrottled"}}, "SendMessage"),
        ClientError(
            {"Error": {"Code": "Odd"}, "ResponseMetadata": {"HTTPStatusCode": 503}},  # type: ignore[typeddict-item]  # as sparse as botocore may give it
            "GetItem",
        ),
        EndpointConnectionError(endpoint_url="https://example.test"),
        ConnectTimeoutError(endpoint_url="https://example.test"),
        ReadTimeoutError(endpoint_url="https://example.test"),
    ],
)
def test_outage_is_unavailable(error: Exception) -> None:
    """Throttling, 5xx, time-outs and lost connections pass: they are named, and chained."""
    with pytest.raises(Unavailable) as caught, reaching_aws():
        raise error
    assert caught.value.__cause__ is error


def test_mistake_of_ours_is_no_outage() -> None:
    """What would fail the same every time must not be tried again for ever."""
    error = ClientError({"Error": {"Code": "ValidationException"}}, "PutItem")
    with pytest.raises(ClientError), reaching_aws():
        raise error


@pytest.fixture
def stubbed(aws: None) -> Any:
    """Return a client of the database and the stubber that answers for it."""
    dynamodb = client("dynamodb")
    with Stubber(dynamodb) as stubber:
        yield dynamodb, stubber


def test_throttled_write_is_unavailable_and_not_a_conflict(stubbed: Any, clock: Clock) -> None:
    """A decider whose write was throttled does not decide anew but comes again."""
    dynamodb, stubber = stubbed
    stubber.add_client_error("put_item", "ThrottlingException", http_status_code=400)
    with pytest.raises(Unavailable):
        DynamoTable(dynamodb, TABLE_NAME, clock).put_conversation(conversation(), 0)


def test_view_that_is_answered_in_part_is_completed(
    stubbed: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A throttled part of a batch is asked for again: a missing record would mean a longer wait."""
    monkeypatch.setattr("aws.table.BATCH_WAIT", 0)
    dynamodb, stubber = stubbed
    left = {
        TABLE_NAME: {"Keys": [{"pk": {"S": "C#c1"}, "sk": {"S": "CONVERSATION"}}]},
    }
    item = _stored(conversation())
    account = {
        "pk": {"S": "A#whatsapp:106540352242922"},
        "sk": {"S": "ACCOUNT"},
        "until": {"N": str(clock.now)},
    }
    for found, missing in ((account, left), (item, {})):
        stubber.add_response(
            "batch_get_item", {"Responses": {TABLE_NAME: [found]}, "UnprocessedKeys": missing}
        )
    view = DynamoTable(dynamodb, TABLE_NAME, clock).delivery_view(delivery())
    assert view.conversation == conversation()
    assert view.paused_until == clock.now


def test_view_that_stays_in_part_is_unavailable(
    stubbed: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sends upon half of what must be known."""
    monkeypatch.setattr("aws.table.BATCH_WAIT", 0)
    dynamodb, stubber = stubbed
    left = {TABLE_NAME: {"Keys": [{"pk": {"S": "C#c1"}, "sk": {"S": "CONVERSATION"}}]}}
    for _ in range(4):
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})
    with pytest.raises(Unavailable):
        DynamoTable(dynamodb, TABLE_NAME, clock).delivery_view(delivery())


@pytest.mark.parametrize(
    "code", ["InvalidParameterValue", "ReceiptHandleIsInvalid", "MessageNotInflight"]
)
def test_expired_receipt_means_hands_off(aws: None, code: str) -> None:
    """SQS has several words for a message that is no longer ours; none of them is an error."""
    sqs = client("sqs")
    with Stubber(sqs) as stubber:
        stubber.add_client_error("change_message_visibility", code)
        assert not SqsOutbound(sqs, "https://example.test/q", "").postpone("receipt", 18)


def test_queue_out_of_reach_is_unavailable(aws: None) -> None:
    """What the queue did not take is not answered with 200."""
    sqs = client("sqs")
    with Stubber(sqs) as stubber:
        stubber.add_client_error("send_message", "InternalError", http_status_code=500)
        with pytest.raises(Unavailable):
            SqsOutbound(sqs, "https://example.test/q", "").drain(ADDRESS, 0)


def test_what_is_stored_of_a_typical_conversation_is_small(dynamodb: Any, clock: Clock) -> None:
    """A write unit is one kilobyte: a turn's record, outcomes included, takes no more."""
    table = DynamoTable(dynamodb, TABLE_NAME, clock)
    table.put_record(record())
    table.note_outcome(delivery(), 1, {"c1.1.1": "sent"}, "wamid." + "x" * 60)
    table.note_receipt("c1", 1, "c1.1.1", 3)
    (item,) = dynamodb.scan(TableName=TABLE_NAME)["Items"]
    assert len(item["body"]["B"]) + len(str({k: v for k, v in item.items() if k != "body"})) < 1024


def _stored(new: Any) -> dict[str, Any]:
    return {
        "pk": {"S": f"C#{new.id}"},
        "sk": {"S": "CONVERSATION"},
        "body": packed(new.to_json(), "conversation"),
    }
