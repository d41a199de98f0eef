"""What AWS wraps around calls and messages, as others recorded it: the handlers read it."""

import json
from pathlib import Path
from typing import Any

import pytest

from converse.batch import converse
from deliver.batch import deliver
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House
from tests.guarantees.messenger import whatsapp_event, whatsapp_message
from tests.guarantees.post import PostHouse
from tests.unit.desk.scenes import House as DeskHouse
from tests.unit.webchat.house import House as ChatHouse

HELLO = {"messages": [whatsapp_message("49170", 1, 0, type="text", text={"body": "Hello there!"})]}


@pytest.fixture
def recorded(pforte_shared: Path) -> dict[str, dict[str, Any]]:
    files = sorted((pforte_shared / "payloads" / "aws_events").glob("*.json"))
    assert files
    return {file.stem: json.loads(file.read_text()) for file in files}


@pytest.fixture
def calls(recorded: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """HTTP calls of the gateway's format 2.0."""
    found = [
        e for e in recorded.values() if "http" in e.get("requestContext", {}) and "type" not in e
    ]
    assert len(found) > 4
    return found


def _stored(house: House) -> tuple[object, ...]:
    return (
        house.inbound_queue.all_messages(),
        house.table.all_conversations(),
        dict(house.archive.objects),
    )


def test_a_webhook_is_taken_in_every_recorded_envelope(calls: list[dict[str, Any]]) -> None:
    """Whatever else the gateway says around it, the path, headers and body are read."""
    ours = whatsapp_event(HELLO)
    for call in calls:
        house = House(EchoBot())
        http = call["requestContext"]["http"] | {"method": "POST"}
        told = {name: ours[name] for name in ("rawPath", "body", "isBase64Encoded")}
        headers = {**call.get("headers", {}), **ours["headers"]}
        around = {"headers": headers, "requestContext": {**call["requestContext"], "http": http}}
        assert house.post({**call, **told, **around}) == 200
        assert len(house.inbound_queue.all_messages()) == 1


def test_what_is_no_webhook_is_refused_and_changes_nothing(
    recorded: dict[str, dict[str, Any]],
) -> None:
    """Every other envelope is answered with 404 by the webhook, and passed over by mail."""
    for event in recorded.values():
        house = PostHouse(EchoBot())
        before = _stored(house)
        assert house.post(event) == 404
        house.tell(event)
        assert _stored(house) == before


def test_desk_and_web_chat_refuse_strangers_calls(calls: list[dict[str, Any]]) -> None:
    """A call to no address of theirs is the caller's mistake, with a problem that says so."""
    for call in calls:
        for answer in (DeskHouse().desk(call, None), ChatHouse().webchat(call, None)):
            assert 400 <= answer["statusCode"] < 500
            assert answer["headers"]["Content-Type"] == "application/problem+json"


def test_a_recorded_queue_message_carries_an_event(recorded: dict[str, dict[str, Any]]) -> None:
    """A record of a FIFO queue is handled as those of our own are."""
    house = House(EchoBot())
    house.post(whatsapp_event(HELLO))
    [message] = house.inbound_queue.receive()
    [record] = recorded["007"]["Records"]
    attributes = {**record["attributes"], "MessageGroupId": message.group}
    event = {"Records": [{**record, "body": message.body, "attributes": attributes}]}
    assert converse(house.converse_house(), event) == {"batchItemFailures": []}
    assert house.records("49170", "whatsapp")


def test_foreign_queue_messages_come_again(recorded: dict[str, dict[str, Any]]) -> None:
    """A message that nobody can read goes back, and in the end to the dead letters."""
    house, foreign = House(EchoBot()), recorded["007"]
    ids = [{"itemIdentifier": record["messageId"]} for record in foreign["Records"]]
    assert converse(house.converse_house(), foreign) == {"batchItemFailures": ids}
    assert deliver(house.deliver_house(), foreign) == {"batchItemFailures": ids}
