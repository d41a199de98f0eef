"""Finish a committed turn: everything that it decided reaches the queues and the table."""

from conversation.conversation import Conversation
from conversation.ports import Inbound, Outbound, Table
from conversation.turn import TurnRecord


def flush(
    table: Table, inbound: Inbound, outbound: Outbound, conversation: Conversation, fresh: bool
) -> None:
    """Send and store what the pending turn decided; its record, written last, proves it.

    `fresh`: the caller has just committed the turn, so nobody can have flushed it yet. May be
    repeated at any point: the queue knows its deliveries, the items are guarded by their
    sequence, and an existing record is left as it is. Raises Unavailable.
    """
    turn = conversation.pending
    if turn is None:
        return
    if not fresh and table.record(conversation.id, turn.sequence) is not None:
        return
    for delivery in turn.deliveries:
        outbound.send(delivery)
    for passed in turn.onward:
        # Passed on again it is another message to the queue, which swallows repeats of one.
        again = f">{passed.event.hops}" if passed.event.hops else ""
        inbound.send(passed.conversation, passed.event, again)
    for item in turn.items:
        table.put_item(conversation.id, item, turn.sequence)
    table.put_record(TurnRecord.of(conversation.id, turn))
