"""Hold the queues in memory and those in SQS to the same promises, as far as moto plays them."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

import pytest
from botocore.stub import Stubber

from aws.clients import client
from aws.queues import SqsInbound, SqsOutbound
from aws.sqs_event import Record, groups
from conversation.errors import Oversized
from conversation.event import Reply, Wake, event_from_json
from conversation.outgoing import outgoing_from_json
from conversation.ports import Inbound, Outbound
from conversation.turn import Drain
from tests.fakes import MemoryInbound, MemoryOutbound, MemoryQueue, lambda_event
from tests.unit.aws.builders import ADDRESS, NOW, delivery, message
from tests.unit.aws.conftest import Clock

MAX_RECEIVES = 2


class Bench(Protocol):
    """Both ports, and Lambda's side of the queues."""

    inbound: Inbound
    outbound: Outbound

    def receive(self, queue: str) -> list[Record]:
        """Receive as Lambda does: `queue` is `inbound` or `outbound`."""

    def delete(self, queue: str, receipt: str) -> None:
        """Delete what was handled."""


class MemoryBench:
    def __init__(self, clock: Clock) -> None:
        dead = MemoryQueue(clock)
        self._queues = {
            name: MemoryQueue(clock, max_receives=MAX_RECEIVES, dead_letters=dead)
            for name in ("inbound", "outbound")
        }
        self.inbound: Inbound = MemoryInbound(self._queues["inbound"], dead)
        self.outbound: Outbound = MemoryOutbound(self._queues["outbound"], dead)

    def receive(self, queue: str) -> list[Record]:
        found = groups(lambda_event(self._queues[queue].receive()))
        return [record for records in found.values() for record in records]

    def delete(self, queue: str, receipt: str) -> None:
        self._queues[queue].delete(receipt)


@dataclass
class SqsBench:
    inbound: Inbound
    outbound: Outbound
    sqs: Any
    urls: dict[str, str]

    @classmethod
    def made(cls) -> "SqsBench":
        sqs = client("sqs")
        dead = sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})
        arn = sqs.get_queue_attributes(QueueUrl=dead["QueueUrl"], AttributeNames=["QueueArn"])
        redrive = {
            "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
            "maxReceiveCount": MAX_RECEIVES,
        }
        attributes = {"FifoQueue": "true", "RedrivePolicy": json.dumps(redrive)}
        urls = {
            name: sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]
            for name in ("inbound", "outbound")
        }
        return cls(
            SqsInbound(sqs, urls["inbound"], dead["QueueUrl"]),
            SqsOutbound(sqs, urls["outbound"], dead["QueueUrl"]),
            sqs,
            urls,
        )

    def receive(self, queue: str) -> list[Record]:
        answer = self.sqs.receive_message(
            QueueUrl=self.urls[queue], MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        raw = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            for message in answer.get("Messages", [])
        ]
        return [record for records in groups({"Records": raw}).values() for record in records]

    def delete(self, queue: str, receipt: str) -> None:
        self.sqs.delete_message(QueueUrl=self.urls[queue], ReceiptHandle=receipt)


@pytest.fixture(params=["memory", "sqs"])
def bench(request: pytest.FixtureRequest, clock: Clock) -> Bench:
    """Return empty queues, once of each kind."""
    if request.param == "memory":
        return MemoryBench(clock)
    request.getfixturevalue("aws")
    return SqsBench.made()


def wake(id_: str) -> Wake:
    """Return the smallest event."""
    return Wake(id=id_, at=NOW, moment=NOW)


class TestInbound:
    def test_events_of_a_conversation_come_in_order(self, bench: Bench) -> None:
        """What is sent comes out whole, in its conversation's group, in the order of sending."""
        for n in range(3):
            bench.inbound.send("c1", wake(f"e{n}"))
        records = bench.receive("inbound")
        assert [event_from_json(record.body) for record in records] == [
            wake("e0"),
            wake("e1"),
            wake("e2"),
        ]
        assert {record.group for record in records} == {"c1"}
        assert [record.receive_count for record in records] == [1, 1, 1]

    def test_repeat_is_swallowed_and_a_resent_event_is_not(self, bench: Bench) -> None:
        """SQS drops what it has had in five minutes; an event sent on purpose says so."""
        bench.inbound.send("c1", wake("e"))
        bench.inbound.send("c1", wake("e"))
        bench.inbound.send("c1", wake("e"), again="m7")
        assert len(bench.receive("inbound")) == 2

    def test_group_with_something_in_flight_waits(self, bench: Bench) -> None:
        """No conversation is handled twice at once, and others do not wait for it."""
        bench.inbound.send("c1", wake("e1"))
        bench.receive("inbound")
        bench.inbound.send("c1", wake("e2"))
        bench.inbound.send("c2", wake("e3"))
        assert [record.group for record in bench.receive("inbound")] == ["c2"]

    def test_postponed_event_comes_again(self, bench: Bench) -> None:
        """What was put back is received again and counted."""
        bench.inbound.send("c1", wake("e"))
        (record,) = bench.receive("inbound")
        bench.inbound.postpone(record.receipt, 0)
        (again,) = bench.receive("inbound")
        assert (again.id, again.receive_count) == (record.id, 2)

    def test_postponing_what_is_gone_is_no_error(self, bench: Bench) -> None:
        """An expired receipt only means that the message comes back by itself."""
        bench.inbound.send("c1", wake("e"))
        (record,) = bench.receive("inbound")
        bench.delete("inbound", record.receipt)
        bench.inbound.postpone(record.receipt, 5)
        assert bench.receive("inbound") == []

    def test_dead_event_keeps_its_group_until_it_is_buried(self, bench: Bench) -> None:
        """What nobody could handle is found with its conversation, and goes when taken over."""
        bench.inbound.send("c1", wake("e"))
        for _ in range(MAX_RECEIVES):
            (record,) = bench.receive("inbound")
            bench.inbound.postpone(record.receipt, 0)
        assert bench.receive("inbound") == []
        (dead,) = bench.inbound.dead()
        assert (dead.group, event_from_json(dead.body)) == ("c1", wake("e"))
        bench.inbound.bury(dead)
        assert bench.inbound.dead() == []

    def test_ids_of_clients_may_be_anything(self, bench: Bench) -> None:
        """A client's own id of a reply cannot make the queue refuse it."""
        reply = Reply(id="ü " * 200, at=NOW, agent="anna", epoch=1, text="Guten Tag")
        bench.inbound.send("c1", reply)
        (record,) = bench.receive("inbound")
        assert event_from_json(record.body) == reply

    def test_event_that_is_too_large_is_refused_by_name(self, bench: Bench) -> None:
        """No message comes near the limit of SQS."""
        with pytest.raises(Oversized):
            bench.inbound.send(
                "c1", Reply(id="e", at=NOW, agent="anna", epoch=1, text="ü" * 120_000)
            )


class TestOutbound:
    def test_delivery_comes_out_whole_in_its_address_group(self, bench: Bench) -> None:
        """Deliveries of an address share a group whose name does not tell the address."""
        bench.outbound.send(delivery(1))
        bench.outbound.send(delivery(2))
        bench.outbound.send(delivery(3, address="telegram:bot:7"))
        records = bench.receive("outbound")
        assert [outgoing_from_json(record.body) for record in records] == [
            delivery(1),
            delivery(2),
            delivery(3, address="telegram:bot:7"),
        ]
        first, second, third = (record.group for record in records)
        assert first == second != third
        assert ADDRESS.rsplit(":", 1)[1] not in first

    def test_every_attempt_is_one_of_its_own(self, bench: Bench) -> None:
        """A repeat of one attempt is swallowed, another attempt is not."""
        bench.outbound.send(delivery())
        bench.outbound.send(delivery(doubtful=True))
        bench.outbound.send(delivery(attempt=1))
        assert len(bench.receive("outbound")) == 2

    def test_drain_is_asked_for_once_in_five_minutes(self, bench: Bench) -> None:
        """However often due work is looked for, an address gets one word."""
        bench.outbound.drain(ADDRESS, NOW)
        bench.outbound.drain(ADDRESS, NOW + 1000)
        bench.outbound.drain("telegram:bot:7", NOW)
        bench.outbound.drain(ADDRESS, NOW + 300_000)
        bodies = [outgoing_from_json(record.body) for record in bench.receive("outbound")]
        assert bodies.count(Drain(address=ADDRESS)) == 2
        assert bodies.count(Drain(address="telegram:bot:7")) == 1

    def test_postponing_tells_whether_the_message_is_still_ours(self, bench: Bench) -> None:
        """Who is too late learns that somebody else may have the message."""
        bench.outbound.send(delivery())
        (record,) = bench.receive("outbound")
        assert bench.outbound.postpone(record.receipt, 18)
        bench.delete("outbound", record.receipt)
        assert not bench.outbound.postpone(record.receipt, 18)

    def test_delivery_that_is_too_large_is_refused_by_name(self, bench: Bench) -> None:
        """No message comes near the limit of SQS."""
        with pytest.raises(Oversized):
            bench.outbound.send(delivery(messages=(message(text="x" * 240_000),)))

    def test_dead_delivery_is_found_and_buried(self, bench: Bench) -> None:
        """What could not be handled waits for `schedule`."""
        bench.outbound.send(delivery())
        for _ in range(MAX_RECEIVES):
            (record,) = bench.receive("outbound")
            bench.outbound.postpone(record.receipt, 0)
        assert bench.receive("outbound") == []
        (dead,) = bench.outbound.dead()
        assert outgoing_from_json(dead.body) == delivery()
        bench.outbound.bury(dead)
        assert bench.outbound.dead() == []


def test_ids_are_what_sqs_takes(aws: None) -> None:
    """An id of a client's that SQS would refuse is hashed; moto would take any."""
    sqs = client("sqs")
    reply = Reply(id="ü " * 200, at=NOW, agent="anna", epoch=1, text="Guten Tag")
    with Stubber(sqs) as stubber:
        stubber.add_response(
            "send_message",
            {},
            {
                "QueueUrl": "https://queue.example",
                "MessageBody": reply.to_json(),
                "MessageGroupId": "c1",
                "MessageDeduplicationId": sha256(reply.id.encode()).hexdigest(),
            },
        )
        SqsInbound(sqs, "https://queue.example", "").send("c1", reply)
        stubber.assert_no_pending_responses()


class TestMemoryQueue:
    """What moto does not play, after the SQS developer guide."""

    def test_visibility_ends_by_the_clock(self, clock: Clock) -> None:
        """A message that nobody deletes comes back, and its old receipt is worth nothing."""
        queue = MemoryQueue(clock, visibility=20)
        queue.send("g", "a", "1")
        (first,) = queue.receive()
        assert queue.next_ready_at() == clock.now + 20_000
        clock.now += 20_000
        assert not queue.delete(first.receipt)
        (second,) = queue.receive()
        assert second.receive_count == 2
        assert not queue.change_visibility(first.receipt, 5)
        assert queue.delete(second.receipt)
        assert queue.next_ready_at() is None
        assert queue.all_messages() == []

    def test_repeats_are_swallowed_for_five_minutes_after_deletion(self, clock: Clock) -> None:
        """Deduplication outlasts the message, per group, and then ends."""
        queue = MemoryQueue(clock)
        queue.send("g", "a", "1")
        queue.delete(queue.receive()[0].receipt)
        queue.send("g", "a", "1")
        assert queue.ready() == []
        queue.send("h", "a", "1")
        assert queue.ready() == ["h"]
        clock.now += 300_000
        queue.send("g", "a", "1")
        assert queue.ready() == ["h", "g"]

    def test_sequence_numbers_sort_as_they_were_sent(self, clock: Clock) -> None:
        """Parked deliveries are ordered by the number that the queue gave them."""
        queue = MemoryQueue(clock)
        for n in range(10):
            queue.send("g", "", str(n))
        numbers = [received.sequence_number for received in queue.receive()]
        assert numbers == sorted(set(numbers))

    def test_wanted_groups_and_numbers_are_received(self, clock: Clock) -> None:
        """A test says how a batch is cut; what is left of a group waits for the rest."""
        queue = MemoryQueue(clock)
        for n in range(3):
            queue.send("g", f"g{n}", f"g{n}")
        queue.send("h", "h0", "h0")
        assert [received.body for received in queue.receive({"g": 2})] == ["g0", "g1"]
        assert queue.ready() == ["h"]
        assert queue.receive({"g": 1}) == []
