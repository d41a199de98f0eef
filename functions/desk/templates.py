"""Let agents write where only a template goes: approved beforehand, filled by them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from channels.reach import takes_templates
from conversation.address import Address
from conversation.errors import Malformed
from conversation.event import Reply
from conversation.model import Model
from conversation.template import BODY_LIMIT, Template, fill
from desk.agent import Agent
from desk.outside import Outside
from desk.reachable import address_meant
from desk.replying import Written, claimed_by

Value = Annotated[Written, StringConstraints(max_length=BODY_LIMIT)]


class Templates(Model):
    """All templates of the bot."""

    templates: tuple[Template, ...]


class NewTemplate(Model):
    """A template to send, a value for each of its placeholders; `id` is the page's.

    `to` is the key of an address, "" for where answers go. `sent_at` in ms.
    """

    id: UUID
    epoch: int
    sent_at: int = Field(ge=0)
    name: str
    language: str
    values: tuple[Value, ...] = Field(default=(), max_length=100)
    to: str = ""


def send_template(outside: Outside, agent: Agent, id_: str, new: NewTemplate) -> None:
    """Put a filled template into the queue as the agent's reply.

    Raises Conflict, NotFound, and Malformed where it does not fit.
    """
    conversation = claimed_by(outside, agent, id_)
    address = address_meant(conversation, new.to)
    if not address or not takes_templates(address):
        raise Malformed("The messenger of this address knows no templates.")
    text, filled = fill(_template(outside, new, Address.parse(address).channel), new.values)
    event = Reply(
        id=f"reply:{new.id}",
        at=min(new.sent_at, outside.clock()),
        agent=agent.id,
        epoch=new.epoch,
        text=text,
        address=address,
        template=filled,
    )
    outside.inbound.send(id_, event)


def _template(outside: Outside, new: NewTemplate, channel: str) -> Template:
    for template in outside.voice.front_door.templates:
        known = (template.name, template.language, template.channel)
        if known == (new.name, new.language, channel):
            return template
    raise Malformed("There is no template of this name and language.")
