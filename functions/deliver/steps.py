"""Take a delivery apart into calls to its messenger, each with the messages that it sends."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.base import Call, Channel
from channels.bubbles import bubble_of, bubbles
from conversation.address import Address
from conversation.message import Message
from conversation.turn import Delivery, MessageState


@dataclass(frozen=True)
class Step:
    """One call of a delivery; `last` of its messages.

    `withdrawn` are those that would have gone with them. No call: nothing is left to say.
    """

    messages: tuple[Message, ...]
    withdrawn: tuple[Message, ...]
    call: Call | None
    last: bool

    def states(self, state: MessageState | None) -> dict[str, MessageState | None]:
        """Return what becomes of each message where the call ends so."""
        return {
            **dict.fromkeys((message.id for message in self.messages), state),
            **dict.fromkeys((message.id for message in self.withdrawn), "withdrawn"),
        }


def steps_of(channel: Channel, delivery: Delivery, *, withdrawn: bool) -> list[Step]:
    """Return all calls of a delivery, as many whether or not answers are withdrawn: they count.

    Answers that are withdrawn leave a bubble to the words of the house that stand in it. Raises
    what a channel's `render` raises.
    """
    address = Address.parse(delivery.address)
    account, user = address.account, address.user
    steps: list[Step] = []
    for bubble in bubbles(channel, delivery.messages, account, user):
        gone = tuple(m for m in bubble.messages if withdrawn and m.author == "bot")
        left = tuple(message for message in bubble.messages if message not in gone)
        calls: Sequence[Call | None] = bubble.calls
        if gone:
            none_left = (None,) * len(bubble.calls)
            calls = bubble_of(channel, left, account, user).calls if left else none_left
        if len(calls) != len(bubble.calls):
            raise ValueError("what is left of a bubble takes more or fewer calls than all of it")
        steps += [
            Step(left, gone, call, last=number == len(calls))
            for number, call in enumerate(calls, start=1)
        ]
    return steps
