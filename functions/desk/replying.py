"""Send what an agent says and does into the conversation's queue."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from conversation.conversation import Conversation
from conversation.errors import Conflict, NotFound
from conversation.event import HandBack, Reply, Resolve
from conversation.masking import masked_cards
from conversation.model import Model
from desk.agent import Agent
from desk.outside import Outside
from desk.reachable import address_meant, require_open
from desk.sendable import attached

TEXT_LIMIT = 16_000
"""Characters; the channels split what is longer than they can send at once."""

FILES_LIMIT = 10


Written = Annotated[str, AfterValidator(masked_cards)]
"""What an agent writes: nothing keeps or sends a card's number in it."""


class NewReply(Model):
    """A reply; `id` is the page's, the same in every repeat. `sent_at` in ms.

    `to` is the key of an address, "" for where answers go. `files` were uploaded before.
    """

    id: UUID
    epoch: int
    text: Written = Field(default="", max_length=TEXT_LIMIT)
    sent_at: int = Field(ge=0)
    to: str = ""
    files: tuple[UUID, ...] = Field(default=(), max_length=FILES_LIMIT)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.text or self.files):
            raise ValueError("send a text or a file")
        return self


class NewEnd(Model):
    """The word that the agent is done with a conversation; `id` is the page's."""

    id: UUID
    epoch: int


class NewDraft(Model):
    """What the agent is typing; empty where nothing is left of it."""

    text: Written = Field(max_length=TEXT_LIMIT)


def reply(outside: Outside, agent: Agent, id_: str, new: NewReply) -> None:
    """Put a reply into the queue; one that may not be said is kept as the agent's draft.

    The epoch decides later, in order; this look only spares the agent the way there and back.
    Raises Conflict, WindowClosed, NotFound, Malformed.
    """
    try:
        conversation = claimed_by(outside, agent, id_)
        address = address_meant(conversation, new.to)
        require_open(conversation, address, outside.clock())
    except Conflict:
        outside.table.put_draft(id_, agent.id, new.text)
        raise
    attachments = attached(outside, id_, address, new.files)
    outside.inbound.send(
        id_,
        Reply(
            id=f"reply:{new.id}",
            at=min(new.sent_at, outside.clock()),
            agent=agent.id,
            epoch=new.epoch,
            text=new.text,
            address=address if new.to else "",
            attachments=attachments,
        ),
    )


def resolve(outside: Outside, agent: Agent, id_: str, new: NewEnd) -> None:
    """Close the escalation. Raises Conflict, NotFound."""
    claimed_by(outside, agent, id_)
    event = Resolve(id=f"resolve:{new.id}", at=outside.clock(), agent=agent.id, epoch=new.epoch)
    outside.inbound.send(id_, event)


def hand_back(outside: Outside, agent: Agent, id_: str, new: NewEnd) -> None:
    """Give the conversation back to the bot. Raises Conflict, NotFound."""
    claimed_by(outside, agent, id_)
    event = HandBack(id=f"hand_back:{new.id}", at=outside.clock(), agent=agent.id, epoch=new.epoch)
    outside.inbound.send(id_, event)


def claimed_by(outside: Outside, agent: Agent, id_: str) -> Conversation:
    """Return a conversation that the agent has. Raises Conflict, NotFound."""
    conversation = outside.table.conversation(id_)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    if conversation.merged_into:
        return conversation  # it passes the event on, and the one that survives decides
    if conversation.agent != agent.id:
        raise Conflict("You do not have this conversation any more.")
    return conversation
