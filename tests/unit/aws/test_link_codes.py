"""Both tables keep one-time codes alike: once, until they expire, the same for every repeat."""

from conversation.ports import Table
from tests.unit.aws.conftest import Clock

BODY = {"conversation": "c1", "created": 7, "address": "webchat:web:v"}
LATER = 900_000


def test_a_code_opens_once_and_for_repeats_of_the_same_event(table: Table, clock: Clock) -> None:
    """Whoever is first has it, for ever; everybody else finds nothing."""
    table.put_link_code("k", BODY, clock.now + LATER)
    assert table.take_link_code("k", "event 1", clock.now) == BODY
    assert table.take_link_code("k", "event 2", clock.now) is None
    clock.now += 2 * LATER
    assert table.take_link_code("k", "event 1", clock.now) == BODY


def test_a_code_that_expired_or_never_was_opens_nothing(table: Table, clock: Clock) -> None:
    """The expiry is checked in the condition: the table itself forgets days late."""
    table.put_link_code("k", BODY, clock.now + LATER)
    clock.now += LATER
    assert table.take_link_code("k", "event 1", clock.now) is None
    assert table.take_link_code("other", "event 1", clock.now) is None


def test_putting_a_used_code_again_changes_nothing(table: Table, clock: Clock) -> None:
    """A repeat of the offer that comes late makes no used code usable."""
    table.put_link_code("k", BODY, clock.now + LATER)
    table.take_link_code("k", "event 1", clock.now)
    table.put_link_code("k", BODY, clock.now + LATER)
    assert table.take_link_code("k", "event 2", clock.now) is None
