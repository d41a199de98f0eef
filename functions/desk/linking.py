"""Lead an agent from a merged conversation to the one that survives, and let an address be cut."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from uuid import UUID

from aws.links import survivor
from conversation.address import Address
from conversation.conversation import Conversation
from conversation.errors import Conflict, NotFound
from conversation.event import Cut
from conversation.link import Link
from conversation.model import Model
from conversation.turn import TurnRecord
from desk.agent import Agent
from desk.entries import Entry, entries_of, joined
from desk.outside import Outside
from desk.people import People
from desk.reachable import address_meant

EARLIER_TURNS = 100
"""So many turns of a merged conversation are shown before the link."""


class NewCut(Model):
    """The wish to cut an address off; `id` is the page's, `address` its key."""

    id: UUID
    address: str


def home(outside: Outside, id_: str) -> Conversation:
    """Return a conversation, or the one that it was merged into. Raises NotFound."""
    conversation = survivor(outside.table, id_)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def with_earlier(
    outside: Outside,
    people: People,
    conversation: Conversation,
    after: int,
    records: Iterable[TurnRecord],
    entries: Sequence[Entry],
) -> list[Entry]:
    """Put what merged conversations held before the turns that took them in, where these are new.

    What was written there is told from the rest by its channel.
    """
    shown = {record.sequence for record in records if record.sequence > after}
    links = [link for link in conversation.links if link.since in shown]
    together: list[Entry] = []
    for entry in entries:
        for link in [link for link in links if link.since <= entry.sequence]:
            together += _earlier(outside, people, link)
            links.remove(link)
        together.append(entry)
    return together


def cut(outside: Outside, agent: Agent, id_: str, new: NewCut) -> None:
    """Let an address begin anew. Raises Conflict where it is no linked one, NotFound."""
    conversation = home(outside, id_)
    address = address_meant(conversation, new.address)
    for link in conversation.links:
        if link.address == address:
            event = Cut(
                id=f"cut:{new.id}",
                at=outside.clock(),
                agent=agent.id,
                language=conversation.language,
                wished=conversation.wished,
                disclosed=conversation.disclosed,
            )
            outside.inbound.send(link.conversation, event)
            return
    raise Conflict("Only an address that was linked can be cut off.")


def may_hold(conversation: Conversation, message: str) -> bool:
    """Say whether a message stands in a conversation or in one that was merged into it."""
    held = {conversation.id, *(link.conversation for link in conversation.links)}
    return message.partition(".")[0] in held


def _earlier(outside: Outside, people: People, link: Link) -> list[Entry]:
    newest = outside.table.records(link.conversation, newest_first=True)
    before = (record for record in newest if record.sequence <= link.last)
    records = list(islice(before, EARLIER_TURNS))[::-1]
    entries = chain.from_iterable(entries_of(record, people) for record in records)
    channel = Address.parse(link.address).channel
    return [
        entry.model_copy(update={"earlier": channel, "sequence": link.since})
        for entry in joined(entries, records)
    ]
