"""Hold the table in memory and the one in DynamoDB to the same promises."""

import pytest

from conversation.errors import Missing, Oversized, VersionConflict
from conversation.ports import Parked, Table
from conversation.turn import Item
from tests.unit.aws.builders import (
    ADDRESS,
    NOW,
    conversation,
    delivery,
    escalation,
    message,
    record,
)
from tests.unit.aws.conftest import Clock

OTHER = "telegram:bot:7"


class TestConversation:
    def test_is_read_as_it_was_written(self, table: Table) -> None:
        """What is written is read, to the last field."""
        new = conversation(
            tracker=bytes(range(256)),
            known={"ABC": NOW},
            escalation=escalation(),
            timers={"idle": NOW},
        )
        table.put_conversation(new, 0)
        assert table.conversation("c1") == new
        assert table.conversation("c2") is None

    def test_of_one_version_is_written_once(self, table: Table) -> None:
        """Of two deciders with the same version, one wins and the other learns it."""
        table.put_conversation(conversation(), 0)
        table.put_conversation(conversation(version=2, writer="a"), 1)
        with pytest.raises(VersionConflict):
            table.put_conversation(conversation(version=2, writer="b"), 1)
        with pytest.raises(VersionConflict):
            table.put_conversation(conversation(version=1, writer="b"), 0)
        stored = table.conversation("c1")
        assert stored is not None
        assert stored.writer == "a"

    def test_that_is_not_there_has_no_version(self, table: Table) -> None:
        """A write upon a version of a conversation that does not exist loses."""
        with pytest.raises(VersionConflict):
            table.put_conversation(conversation(version=5), 4)
        assert table.conversation("c1") is None

    def test_of_our_own_first_write_is_no_conflict(self, table: Table) -> None:
        """A put that the SDK repeats is told from somebody else's by its writer."""
        table.put_conversation(conversation(), 0)
        table.put_conversation(conversation(), 0)
        table.put_conversation(conversation(version=2, writer="a"), 1)
        table.put_conversation(conversation(version=2, writer="a"), 1)

    def test_without_a_mark_or_the_next_version_is_our_mistake(self, table: Table) -> None:
        """A write that could be taken for another's is refused before it is made."""
        with pytest.raises(ValueError, match="writer"):
            table.put_conversation(conversation(writer=""), 0)
        with pytest.raises(ValueError, match="version"):
            table.put_conversation(conversation(version=3), 1)

    def test_that_is_too_large_is_refused_by_name(self, table: Table) -> None:
        """Long before the database would refuse an item, an error says what to do."""
        with pytest.raises(Oversized):
            table.put_conversation(conversation(asked="x" * 200_000), 0)
        assert table.conversation("c1") is None


class TestRecord:
    def test_is_read_as_it_was_written(self, table: Table) -> None:
        """A record keeps what was said, and what became of it."""
        whole = record(
            cursor={ADDRESS: 1},
            states={"c1.1.1": "sent"},
            unknown=("c1.1.1",),
            provider_ids={"c1.1.1": ("a", "b")},
            receipts={"c1.1.1": 2},
            refused={OTHER: "blocked"},
            reasons={"c1.1.2": "blocked"},
            unsent={"0/" + ADDRESS: 3},
        )
        table.put_record(whole)
        assert table.record("c1", 1) == whole
        assert table.record("c1", 2) is None

    def test_is_put_once(self, table: Table) -> None:
        """A late flush does not undo outcomes."""
        table.put_record(record())
        table.note_receipt("c1", 1, "c1.1.1", 3)
        table.put_record(record())
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.receipts == {"c1.1.1": 3}

    def test_sequences_are_in_order_both_ways_and_above_a_bound(self, table: Table) -> None:
        """Records come in the order of their turns, over more than one page."""
        for sequence in range(1, 13):
            table.put_record(record(sequence))
        table.put_record(record(99, conversation="c2"))
        table.put_item("c1", Item(sk="X#1", body={}), 1)
        assert [r.sequence for r in table.records("c1")] == list(range(1, 13))
        assert [r.sequence for r in table.records("c1", newest_first=True)] == list(
            range(12, 0, -1)
        )
        assert [r.sequence for r in table.records("c1", after=9)] == [10, 11, 12]
        assert [r.sequence for r in table.records("c1", newest_first=True, after=10)] == [12, 11]


class TestOutcome:
    def test_moves_the_cursor_and_keeps_state_and_provider_id(self, table: Table) -> None:
        """Each part of a message that went out is kept with the messenger's id."""
        table.put_record(record())
        table.note_outcome(delivery(), 1, {"c1.1.1": None}, "wamid.a")
        table.note_outcome(delivery(), 2, {"c1.1.1": "sent"}, "wamid.b")
        stored = table.record("c1", 1)
        assert stored == record(
            cursor={ADDRESS: 2},
            states={"c1.1.1": "sent"},
            provider_ids={"c1.1.1": ("wamid.a", "wamid.b")},
        )

    def test_without_an_id_or_state_still_moves_the_cursor(self, table: Table) -> None:
        """A messenger that gives no ids does not hold the cursor."""
        table.put_record(record())
        table.note_outcome(delivery(), 1, {"c1.1.1": None})
        stored = table.record("c1", 1)
        assert stored == record(cursor={ADDRESS: 1})

    def test_of_a_withdrawn_message_is_kept(self, table: Table) -> None:
        """A withdrawn message has a state and no messenger's id."""
        table.put_record(record())
        table.note_outcome(delivery(), 1, {"c1.1.1": "withdrawn"})
        stored = table.record("c1", 1)
        assert stored == record(cursor={ADDRESS: 1}, states={"c1.1.1": "withdrawn"})

    def test_never_moves_the_cursor_back(self, table: Table) -> None:
        """A deliverer that was overtaken does not make the next one send again."""
        table.put_record(record())
        table.note_outcome(delivery(), 2, {"c1.1.2": "sent"}, "b")
        table.note_outcome(delivery(), 1, {"c1.1.1": "sent"}, "a")
        stored = table.record("c1", 1)
        assert stored == record(
            cursor={ADDRESS: 2},
            states={"c1.1.1": "sent", "c1.1.2": "sent"},
            provider_ids={"c1.1.2": ("b",), "c1.1.1": ("a",)},
        )

    def test_that_the_sdk_repeats_is_kept_once(self, table: Table) -> None:
        """An id is not listed twice because an answer of the database was lost."""
        table.put_record(record())
        table.note_outcome(delivery(), 1, {"c1.1.1": "sent"}, "a")
        table.note_outcome(delivery(), 1, {"c1.1.1": "sent"}, "a")
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.provider_ids == {"c1.1.1": ("a",)}

    def test_what_went_as_one_has_its_outcome_at_once(self, table: Table) -> None:
        """Several messages of one call: their states and the id that they share, in one write."""
        table.put_record(record())
        table.note_outcome(delivery(), 1, {"c1.1.1": "sent", "c1.1.2": "withdrawn"}, "a")
        table.note_doubt(delivery(), ["c1.1.1", "c1.1.2"])
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.states == {"c1.1.1": "sent", "c1.1.2": "withdrawn"}
        assert (stored.provider_ids, stored.cursor) == ({"c1.1.1": ("a",)}, {ADDRESS: 1})
        assert stored.unknown == ("c1.1.1", "c1.1.2")
        table.note_outcome(delivery(), 1, {"c1.1.1": "sent", "c1.1.2": "sent"}, "b")
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.states == {"c1.1.1": "sent", "c1.1.2": "sent"}
        assert stored.provider_ids == {"c1.1.1": ("a", "b"), "c1.1.2": ("b",)}

    def test_sent_stands_where_two_deliverers_overlapped(self, table: Table) -> None:
        """What went out is not called withdrawn, in whichever order it is noted."""
        for sequence, states in enumerate((("sent", "withdrawn"), ("withdrawn", "sent")), 1):
            table.put_record(record(sequence))
            for state in states:
                table.note_outcome(
                    delivery(sequence),
                    1,
                    {f"c1.{sequence}.1": "sent" if state == "sent" else "withdrawn"},
                    "a" if state == "sent" else "",
                )
            stored = table.record("c1", sequence)
            assert stored is not None
            assert stored.states == {f"c1.{sequence}.1": "sent"}

    def test_of_each_address_has_its_own_cursor(self, table: Table) -> None:
        """One messenger's progress is not taken for another's."""
        table.put_record(record())
        table.note_outcome(delivery(), 3, {"c1.1.1": "sent"})
        table.note_outcome(delivery(address=OTHER), 1, {"c1.1.2": "sent"})
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.cursor == {ADDRESS: 3, OTHER: 1}

    def test_doubt_is_marked_once(self, table: Table) -> None:
        """A message that may be sent twice is marked, however often."""
        table.put_record(record())
        table.note_doubt(delivery(), ["c1.1.2"])
        table.note_doubt(delivery(), ["c1.1.1"])
        table.note_doubt(delivery(), ["c1.1.2"])
        stored = table.record("c1", 1)
        assert stored == record(unknown=("c1.1.1", "c1.1.2"))

    def test_unsent_goes_forward_only(self, table: Table) -> None:
        """An earlier receive's certainty does not replace a later one's."""
        table.put_record(record())
        table.note_unsent(delivery(), 2)
        table.note_unsent(delivery(), 1)
        table.note_unsent(delivery(attempt=1), 5)
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.unsent == {f"0/{ADDRESS}": 2, f"1/{ADDRESS}": 5}

    def test_refusal_stands_until_it_is_told(self, table: Table) -> None:
        """A refusal is known before its event is sent, and told after it."""
        table.put_record(record())
        table.note_refusal(delivery(), "blocked")
        table.note_refusal(delivery(address=OTHER), "gone")
        assert table.record("c1", 1) == record(refused={ADDRESS: "blocked", OTHER: "gone"})
        table.note_failure(delivery(), ("c1.1.1", "c1.1.2"), "blocked")
        assert table.record("c1", 1) == record(
            states={"c1.1.1": "failed", "c1.1.2": "failed"},
            reasons={"c1.1.1": "blocked", "c1.1.2": "blocked"},
            refused={OTHER: "gone"},
        )

    def test_failure_of_nothing_still_ends_the_refusal(self, table: Table) -> None:
        """A repeat that finds all messages with an outcome leaves no refusal behind."""
        table.put_record(record())
        table.note_refusal(delivery(), "blocked")
        table.note_failure(delivery(), (), "blocked")
        table.note_failure(delivery(), (), "blocked")
        assert table.record("c1", 1) == record()

    def test_receipt_goes_forward_only(self, table: Table) -> None:
        """A "delivered" that comes after "read" changes nothing, and is no error."""
        table.put_record(record())
        for rank in (2, 3, 1, 2):
            table.note_receipt("c1", 1, "c1.1.1", rank)
        table.note_receipt("c1", 1, "c1.1.2", 1)
        stored = table.record("c1", 1)
        assert stored is not None
        assert stored.receipts == {"c1.1.1": 3, "c1.1.2": 1}

    def test_of_a_turn_without_a_record_came_too_early(self, table: Table) -> None:
        """What has nowhere to go is an error by name, and makes no half a record."""
        with pytest.raises(Missing):
            table.note_outcome(delivery(), 1, {"c1.1.1": "sent"}, "a")
        with pytest.raises(Missing):
            table.note_doubt(delivery(), ["c1.1.1"])
        with pytest.raises(Missing):
            table.note_unsent(delivery(), 1)
        with pytest.raises(Missing):
            table.note_refusal(delivery(), "blocked")
        with pytest.raises(Missing):
            table.note_failure(delivery(), ("c1.1.1",), "blocked")
        with pytest.raises(Missing):
            table.note_receipt("c1", 1, "c1.1.1", 1)
        assert table.record("c1", 1) is None


class TestItem:
    def test_of_a_later_turn_stands(self, table: Table) -> None:
        """A flush that hung until a later turn was flushed does not undo that one."""
        table.put_item("c1", Item(sk="X#1", body={"n": 1}), 5)
        table.put_item("c1", Item(sk="X#1", body={"n": 2}), 4)
        table.put_item("c1", Item(sk="X#1"), 4)
        assert table.item("C#c1", "X#1") == {"n": 1}
        table.put_item("c1", Item(sk="X#1", body={"n": 3}), 5)
        assert table.item("C#c1", "X#1") == {"n": 3}
        table.put_item("c1", Item(sk="X#1"), 6)
        assert table.item("C#c1", "X#1") is None

    def test_with_a_key_of_its_own_is_found_there(self, table: Table) -> None:
        """An item that belongs to no conversation has its own partition."""
        table.put_item("c1", Item(pk="R#ref", sk="REFERENCE", body={"c": "c1"}), 1)
        assert table.item("R#ref", "REFERENCE") == {"c": "c1"}
        assert table.items("c1", "R") == []

    def test_is_found_by_the_beginning_of_its_sort_key(self, table: Table) -> None:
        """A conversation's items of one kind are read together, in the order of their keys."""
        for sk in ("X#2", "X#1", "N#1"):
            table.put_item("c1", Item(sk=sk, body={"sk": sk}), 1)
        table.put_item("c2", Item(sk="X#3", body={}), 1)
        assert table.items("c1", "X#") == [("X#1", {"sk": "X#1"}), ("X#2", {"sk": "X#2"})]

    def test_that_has_expired_is_gone(self, table: Table, clock: Clock) -> None:
        """An expiry holds on time, though the database removes items days late."""
        table.put_item("c1", Item(sk="X#1", body={}, expires=NOW // 1000 + 60), 1)
        clock.now = NOW + 59_999
        assert table.item("C#c1", "X#1") == {}
        clock.now = NOW + 60_000
        assert table.item("C#c1", "X#1") is None
        assert table.items("c1", "X#") == []

    def test_draft_is_kept_until_it_is_emptied(self, table: Table, clock: Clock) -> None:
        """Nothing that an agent types is lost, and each agent has an own draft."""
        assert table.draft("c1", "anna") == ""
        table.put_draft("c1", "anna", "Guten T")
        table.put_draft("c1", "anna", "Guten Tag")
        table.put_draft("c1", "ben", "Hi")
        assert table.draft("c1", "anna") == "Guten Tag"
        assert table.items("c1", "D#anna") == [("D#anna", {"text": "Guten Tag", "at": clock.now})]
        table.put_draft("c1", "anna", "")
        table.put_draft("c1", "anna", "")
        assert table.draft("c1", "anna") == ""
        assert table.draft("c1", "ben") == "Hi"

    def test_draft_may_be_removed_by_a_turn(self, table: Table) -> None:
        """A reply that was taken ends its draft, which no turn has written."""
        table.put_draft("c1", "anna", "Guten Tag")
        table.put_item("c1", Item(sk="D#anna"), 1)
        assert table.draft("c1", "anna") == ""


class TestDelivery:
    def test_view_shows_record_conversation_and_pause(self, table: Table, clock: Clock) -> None:
        """What must be known before a send is read at once, each part only if it is there."""
        nothing = table.delivery_view(delivery())
        assert (nothing.record, nothing.conversation, nothing.paused_until) == (None, None, 0)
        table.put_record(record())
        table.put_conversation(conversation(), 0)
        table.pause_account("whatsapp:106540352242922", clock.now + 5000)
        table.pause_account("telegram:bot", clock.now + 9000)
        view = table.delivery_view(delivery())
        assert view.record == record()
        assert view.conversation == conversation()
        assert view.paused_until == clock.now + 5000

    def test_pause_goes_forward_only_and_is_forgotten(self, table: Table, clock: Clock) -> None:
        """The longest pause holds; a week later there is none."""
        account = "whatsapp:106540352242922"
        table.pause_account(account, clock.now + 5000)
        table.pause_account(account, 1)
        assert table.delivery_view(delivery()).paused_until == NOW + 5000
        clock.now = NOW + 6000
        table.pause_account(account, 1)
        assert table.delivery_view(delivery()).paused_until == NOW + 6000
        clock.now = NOW + 6000 + 7 * 86_400_000
        assert table.delivery_view(delivery()).paused_until == 0

    def test_that_is_parked_waits_in_sequence(self, table: Table) -> None:
        """Parked deliveries come out in the order in which the queue had them."""
        parked = [
            Parked(delivery(n), order, NOW) for n, order in ((1, "9"), (3, "1000"), (2, "100"))
        ]
        for one in parked:
            table.park(one)
        other = Parked(delivery(address=OTHER), "5", NOW)
        table.park(other)
        assert table.parked(ADDRESS) == [parked[0], parked[2], parked[1]]
        table.unpark(parked[0])
        table.unpark(parked[0])
        assert table.parked(ADDRESS) == [parked[2], parked[1]]
        assert table.parked(OTHER) == [other]

    def test_that_is_parked_again_is_replaced(self, table: Table) -> None:
        """A delivery waits once; its doubt and its moment are the last that were written."""
        table.park(Parked(delivery(), "1", NOW))
        again = Parked(delivery(doubtful=True), "1", NOW + 1)
        table.park(again)
        assert table.parked(ADDRESS) == [again]


class TestIndexes:
    def test_due_finds_conversations_and_addresses_whose_moment_has_come(
        self, table: Table
    ) -> None:
        """What must happen is found at its moment, and not before."""
        for n in range(8):
            table.put_conversation(conversation(f"c{n}", timers={"a": NOW + n, "b": NOW + 99}), 0)
        table.put_conversation(conversation("idle"), 0)
        table.park(Parked(delivery(1), "1", NOW + 1))
        table.park(Parked(delivery(2), "2", NOW))
        table.park(Parked(delivery(address=OTHER), "3", NOW + 50))
        due = table.due(NOW + 3)
        assert sorted(due.wakes) == [(f"c{n}", NOW + n) for n in range(4)]
        assert due.addresses == (ADDRESS,)

    def test_due_forgets_what_waits_no_longer(self, table: Table) -> None:
        """A timer that was stopped and a delivery that went out wake nobody."""
        table.put_conversation(conversation(timers={"a": NOW}), 0)
        table.put_conversation(conversation(version=2), 1)
        parked = Parked(delivery(), "1", NOW)
        table.park(parked)
        table.unpark(parked)
        due = table.due(NOW)
        assert (due.wakes, due.addresses) == ((), ())

    def test_queue_shows_the_first_due_first(self, table: Table) -> None:
        """The queue serves by due, not by who came last, and each team has its own."""
        for n, due in enumerate((300, 100, 200)):
            waiting = conversation(f"c{n}", assignee="queue", escalation=escalation(due))
            table.put_conversation(waiting, 0)
        billing = escalation(50, team="billing")
        table.put_conversation(conversation("b", assignee="queue", escalation=billing), 0)
        table.put_conversation(conversation("bot", escalation=escalation(10)), 0)
        rows = table.assigned("queue#default")
        assert [(row.conversation, row.due) for row in rows] == [
            ("c1", 100),
            ("c2", 200),
            ("c0", 300),
        ]
        assert [row.conversation for row in table.assigned("queue#default", limit=2)] == [
            "c1",
            "c2",
        ]
        assert rows[0].summary["reference"] == "MS-1"
        assert rows[0].summary["name"] == "+49 170 ••• 567"
        assert table.waiting_count("queue#default") == 3
        assert table.waiting_count("queue#billing") == 1
        assert table.waiting_count("queue#nobody") == 0

    def test_claimed_conversation_moves_to_its_agent(self, table: Table) -> None:
        """Who was claimed is on the agent's desk and no longer in the queue."""
        table.put_conversation(conversation(assignee="queue", escalation=escalation()), 0)
        claimed = conversation(version=2, assignee="agent:anna", escalation=escalation(), epoch=2)
        table.put_conversation(claimed, 1)
        assert table.assigned("queue#default") == []
        rows = table.assigned("agent#anna")
        assert [(row.conversation, row.summary["epoch"]) for row in rows] == [("c1", 2)]


def test_item_that_is_too_large_is_refused_by_name(table: Table) -> None:
    """No item of any kind reaches the size at which the database would refuse it."""
    long = "x" * 200_000
    with pytest.raises(Oversized):
        table.put_record(record(messages=(message(text=long),)))
    with pytest.raises(Oversized):
        table.put_item("c1", Item(sk="X#1", body={"text": long}), 1)
    with pytest.raises(Oversized):
        table.park(Parked(delivery(messages=(message(text=long),)), "1", NOW))
    with pytest.raises(Oversized):
        table.put_draft("c1", "anna", long)
