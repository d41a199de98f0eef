"""Set up what the functions talk to while they are measured: an empty AWS, and a messenger."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

from pforte.bench.package import Built
from pforte.failure import Failure
from pforte.house.emulator import Emulator
from pforte.house.house import EMULATOR_ROOT, REGION, aws_client

ACCOUNT = "100000000000001"
_SECRETS = {"access_token": "bench", "app_secret": "bench", "verify_token": "bench"}
_PREFIX = "/pforte/bench"
_TABLE, _BUCKET = "bench", "bench"
_QUEUES = {
    "inbound": "InboundQueue",
    "inbound-dead": "InboundDeadLetters",
    "outbound": "OutboundQueue",
    "outbound-dead": "OutboundDeadLetters",
}
_WAIT_SECONDS = 5


@dataclass(frozen=True)
class Ground:
    """Where the functions stand; `sent` counts what the messenger was given."""

    environment: Mapping[str, str]
    queues: Mapping[str, str]
    sent: list[str]
    dynamodb: Any
    sqs: Any

    def take(self, queue: str) -> dict[str, Any]:
        """Receive and delete what a queue holds; return it as the event that Lambda makes of it.

        Raises Failure where nothing comes.
        """
        url = self.queues[queue]
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=_WAIT_SECONDS,
            AttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            raise Failure(f"nothing came through the {queue} queue")
        for message in messages:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return {"Records": [_record(message) for message in messages]}

    def conversation_bytes(self, conversation: str) -> int:
        """Return the size of a conversation's item, as DynamoDB counts it."""
        key = {"pk": {"S": f"C#{conversation}"}, "sk": {"S": "CONVERSATION"}}
        item = self.dynamodb.get_item(TableName=_TABLE, Key=key)["Item"]
        return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Mapping[str, Any]) -> int:
    """Return the size of an attribute's value.

    Source: the DynamoDB developer guide, "DynamoDB item sizes and formats".
    """
    [(kind, content)] = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return (len(content.strip("-0.")) + 1) // 2 + 1
    if kind == "B":
        return len(content)
    if kind == "SS":
        return sum(len(one.encode()) for one in content)
    if kind == "L":
        return 3 + sum(1 + value_bytes(one) for one in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + value_bytes(one) for name, one in content.items())
    return 1  # a boolean, or null


@contextmanager
def ground(built: Built, state: Path) -> Iterator[Ground]:
    """Open the ground: the table and the queues as the template has them, and no Lambda."""
    emulator = Emulator(state, _free_port())
    emulator.start()
    try:
        with _messenger() as (address, sent):
            yield _furnished(built, emulator.endpoint, address, sent)
    finally:
        emulator.stop()


def _furnished(built: Built, endpoint: str, messenger: str, sent: list[str]) -> Ground:
    dynamodb, sqs = aws_client("dynamodb", endpoint), aws_client("sqs", endpoint)
    table = built.resources["Table"]["Properties"]
    names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    dynamodb.create_table(TableName=_TABLE, **{name: table[name] for name in names})
    queues = {}
    for queue, resource in _QUEUES.items():
        given = built.resources[resource]["Properties"]
        attributes = {
            name: str(given[name]).lower() if name == "FifoQueue" else str(given[name])
            for name in (
                *("FifoQueue", "DeduplicationScope", "FifoThroughputLimit"),
                "VisibilityTimeout",
            )
        }
        answer = sqs.create_queue(QueueName=f"bench-{queue}.fifo", Attributes=attributes)
        queues[queue] = answer["QueueUrl"]
    aws_client("s3", endpoint).create_bucket(
        Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    aws_client("ssm", endpoint).put_parameter(
        Name=f"{_PREFIX}/accounts/whatsapp/{ACCOUNT}",
        Value=json.dumps(_SECRETS),
        Type="SecureString",
    )
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": EMULATOR_ROOT["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": EMULATOR_ROOT["aws_secret_access_key"],
        "TABLE_NAME": _TABLE,
        "BUCKET_NAME": _BUCKET,
        "INBOUND_QUEUE_URL": queues["inbound"],
        "OUTBOUND_QUEUE_URL": queues["outbound"],
        "INBOUND_DEAD_LETTER_URL": queues["inbound-dead"],
        "OUTBOUND_DEAD_LETTER_URL": queues["outbound-dead"],
        "PARAMETER_PREFIX": _PREFIX,
        "USER_POOL_CLIENT_ID": "bench",
        "SIMULATED_MESSENGERS_URL": messenger,
        "PUBLIC_BASE_URL": "https://pforte.example.com",
        "POWERTOOLS_SERVICE_NAME": "pforte",
    }
    return Ground(environment, queues, sent, dynamodb, sqs)


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


@contextmanager
def _messenger() -> Iterator[tuple[str, list[str]]]:
    """Play WhatsApp: take everything at once, and remember its paths."""
    numbers, sent = count(1), list[str]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Take a message."""
            self.rfile.read(int(self.headers["Content-Length"]))
            sent.append(self.path)
            body = json.dumps({"messages": [{"id": f"wamid.bench.{next(numbers)}"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        server.server_close()


def webhook_event(user: str, number: int, text: str) -> dict[str, Any]:
    """Return the event by which API Gateway hands over a customer's message on WhatsApp."""
    message = {
        "from": user,
        "id": f"wamid.{user}.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "4930000000", "phone_number_id": ACCOUNT},
        "contacts": [{"profile": {"name": "Erika Mustermann"}, "wa_id": user}],
        "messages": [message],
    }
    entry = {"id": "200300400500600", "changes": [{"value": value, "field": "messages"}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]})
    signature = hmac.new(_SECRETS["app_secret"].encode(), body.encode(), hashlib.sha256)
    headers = {
        "content-type": "application/json",
        "x-hub-signature-256": f"sha256={signature.hexdigest()}",
    }
    return _http("POST", f"/webhooks/whatsapp/{ACCOUNT}", headers, body)


def page_event(path: str) -> dict[str, Any]:
    """Return the event by which API Gateway hands over a page's request."""
    return _http("GET", path, {}, "")


def _http(method: str, path: str, headers: dict[str, str], body: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "pforte.example.com", **headers},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7"},
            "requestId": "bench",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "awsRegion": REGION,
    }
