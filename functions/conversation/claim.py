"""Give a waiting conversation to an agent: what the one conditional write of a claim holds."""

from conversation.conversation import QUEUE, Conversation, agent_assignee, counted
from conversation.errors import Conflict
from conversation.message import Content, Message
from conversation.turn import Delivery, Item, Turn

DELIVERY_DEADLINE = 24 * 3_600_000
"""A word of the house that comes later than this (ms) helps nobody."""

AGENT_ITEM = "AGENT"
"""Sort key of the item that tells an agent's name."""


def agent_key(agent: str) -> str:
    """Return the partition key of an agent's own item."""
    return f"AGENT#{agent}"


def claim(
    conversation: Conversation,
    agent: str,
    name: str,
    joined: Content | None,
    now: int,
    writer: str,
    idle: int,
    pushed: bool,
    unsent: str = "",
) -> Conversation:
    """Return the conversation as the agent's, with the turn that tells the customer so.

    `joined` is what the customer is told, None for nothing; it is not delivered where the channel
    is not `pushed`, where the customer blocked us, or for the reason `unsent`. An agent who has not
    answered after `idle` loses the conversation to the queue. The `flush` timer finishes the turn
    should the claimer die. The turn that was pending must have been flushed. Times in ms. Raises
    Conflict where nobody waits: it is with somebody, or the bot has it.
    """
    if conversation.assignee != QUEUE or conversation.escalation is None:
        raise Conflict("The conversation does not wait any more.")
    sequence, epoch = conversation.sequence + 1, conversation.epoch + 1
    message = _message(conversation, sequence, agent, joined, now, unsent)
    sent = pushed and not unsent
    delivery = _delivery(conversation, sequence, epoch, message, now) if sent else None
    timers = {what: at for what, at in conversation.timers.items() if what != "promise"}
    return conversation.model_copy(
        update={
            "version": conversation.version + 1,
            "writer": writer,
            "sequence": sequence,
            "epoch": epoch,
            "claimed_epoch": epoch,
            "assignee": agent_assignee(agent),
            "escalation": conversation.escalation.model_copy(
                update={"claimed_at": now, "agent": agent}
            ),
            "sent": counted(conversation.sent, delivery.address, 1)
            if delivery
            else conversation.sent,
            "timers": timers | {"claim": now + idle, "flush": now},
            "pending": Turn(
                sequence=sequence,
                at=now,
                newest=now,
                event_ids=(f"claim:{conversation.id}:{sequence}",),
                messages=(message,) if message else (),
                deliveries=(delivery,) if delivery else (),
                items=(Item(pk=agent_key(agent), sk=AGENT_ITEM, body={"name": name}),),
            ),
        }
    )


def _message(
    conversation: Conversation,
    sequence: int,
    agent: str,
    joined: Content | None,
    now: int,
    unsent: str,
) -> Message | None:
    if joined is None or not conversation.answer_to:
        return None
    return Message(
        id=f"{conversation.id}.{sequence}.00",
        author="system",
        address=conversation.answer_to,
        content=joined,
        sent_at=now,
        agent=agent,
        thread=conversation.threads.get(conversation.answer_to),
        unsent=unsent,
    )


def _delivery(
    conversation: Conversation, sequence: int, epoch: int, message: Message | None, now: int
) -> Delivery | None:
    if message is None or message.address is None or message.address in conversation.blocked:
        return None
    return Delivery(
        conversation=conversation.id,
        sequence=sequence,
        address=message.address,
        epoch=epoch,
        messages=(message,),
        at=now,
        deadline=now + DELIVERY_DEADLINE,
    )
