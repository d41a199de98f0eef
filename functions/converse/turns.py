"""Cut what was received into turns, and make sure that a decided one can be written."""

from collections.abc import Sequence
from itertools import takewhile

from conversation.conversation import Conversation
from conversation.errors import Oversized
from conversation.event import CustomerEvent, Event
from conversation.model import Model
from conversation.ports import ITEM_LIMIT, MESSAGE_LIMIT
from conversation.turn import TurnRecord
from converse.linking import carries_code, destination


def next_run(
    events: Sequence[Event], state: Conversation | None, *, alone: bool
) -> tuple[Event, ...]:
    """Return the events of one turn: consecutive ones to pass on or of the customer, or one other.

    What carries a code is a turn by itself: what follows it may belong elsewhere. `alone`: they
    failed together, so the first is tried by itself.
    """
    first, rest = events[0], events[1:]
    if alone:
        return (first,)
    if destination(state, first):
        return (first, *takewhile(lambda event: destination(state, event), rest))
    if not _combines(first):
        return (first,)
    same = takewhile(lambda event: _combines(event) and not destination(state, event), rest)
    return (first, *same)


def _combines(event: Event) -> bool:
    return isinstance(event, CustomerEvent) and not carries_code(event)


def measure(decided: Conversation) -> None:
    """Make sure before the commit that what was decided can be written. Raises Oversized."""
    turn = decided.pending
    if turn is None:
        return
    for part in (*turn.deliveries, *(passed.event for passed in turn.onward)):
        _fits(part, MESSAGE_LIMIT)
    for item in turn.items:
        _fits(item, ITEM_LIMIT)
    _fits(TurnRecord.of(decided.id, turn), ITEM_LIMIT)
    _fits(decided, ITEM_LIMIT)


def _fits(part: Model, limit: int) -> None:
    size = len(part.to_json().encode())
    if size > limit:
        raise Oversized(f"{type(part).__name__} has {size} bytes; at most {limit} can be kept.")
