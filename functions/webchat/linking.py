"""Count a visitor's turns where the conversation was linked: the own ones, then the survivor's.

A page counts turns by one number. What the own conversation holds is counted as it is; what was
said since in the one that it was merged into comes after it, further up for each time that it was.
When the link is cut the number is one that the own conversation never reached: the page begins
anew, and what was said while linked stays there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from aws.links import MOST_HOPS
from conversation.address import Address
from conversation.conversation import Conversation
from conversation.errors import Conflict
from conversation.link import CODE_LIFE, OfferLinks
from conversation.model import Model
from conversation.ports import Links, Table
from conversation.turn import TurnRecord
from conversation.understanding import Language

SHIFT = 1_000_000_000
"""So many turns no conversation has."""

_MINUTE = 60_000

type Turn = tuple[int, TurnRecord]
"""A turn with the number by which a page counts it."""


class Place(Model):
    """Where a messenger takes the conversation: its word, and the link that carries the code."""

    channel: str
    url: str


class Wish(Model):
    """What the page asks for when the visitor wants to go on elsewhere, in its language."""

    language: Language = "de"


class Offer(Model):
    """A one-time code, and where it may be used; `expires_at` in ms."""

    code: str
    expires_at: int
    links: tuple[Place, ...]


@dataclass(frozen=True)
class Piece:
    """A stretch of one conversation: turns after `after` up to `last`, counted from `shift` on."""

    conversation: Conversation
    shift: int
    after: int
    last: int

    def turns(self, table: Table, after: int, page: int) -> list[Turn]:
        """Read up to a page of turns, the pending one too where it has no record yet."""
        conversation, since = self.conversation, max(after - self.shift, self.after)
        if since >= self.last:
            return []
        found = islice(table.records(conversation.id, after=since), page)
        records = [record for record in found if record.sequence <= self.last]
        pending = conversation.pending
        reached = records[-1].sequence if records else since
        if pending is not None and len(records) < page and reached < pending.sequence <= self.last:
            records.append(TurnRecord.of(conversation.id, pending))
        return [(self.shift + record.sequence, record) for record in records]


class Reading:
    """A visitor's turns: the own conversation, and those that it was merged into, in order."""

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        self.own, self.home = conversations[0], conversations[-1]
        self._pieces = [
            Piece(
                conversation=each,
                shift=(self.own.merges * MOST_HOPS + hop) * SHIFT if hop else 0,
                after=_linked_after(each, self.own) if hop else 0,
                last=each.last_own if each.merged_into else each.sequence,
            )
            for hop, each in enumerate(conversations)
        ]

    @property
    def version(self) -> str:
        """Return what changes whenever something does."""
        versions = (f"{each.conversation.version}" for each in self._pieces)
        return ".".join((str(self.own.created), *versions))

    @property
    def last(self) -> int:
        """Return the number of the last turn that there is."""
        return self._pieces[-1].shift + self._pieces[-1].last

    def start(self, after: int | None, page: int) -> int:
        """Return after which turn to begin: as asked, or anew with the last ones."""
        if after is not None and any(p.shift <= after <= p.shift + p.last for p in self._pieces):
            return after
        return max(0, self._pieces[0].last - page)

    def turns(self, table: Table, after: int, page: int) -> list[Turn]:
        """Read up to a page of turns after a number."""
        turns: list[Turn] = []
        for piece in self._pieces:
            if len(turns) < page:
                turns += piece.turns(table, after, page - len(turns))
        return turns

    def find(self, table: Table, number: int) -> TurnRecord | None:
        """Return the turn of a number, pending or recorded."""
        piece = next(p for p in reversed(self._pieces) if p.shift <= number)
        sequence, pending = number - piece.shift, piece.conversation.pending
        if pending is not None and pending.sequence == sequence:
            return TurnRecord.of(piece.conversation.id, pending)
        return table.record(piece.conversation.id, sequence)

    def linked(self) -> tuple[str, ...]:
        """Return the other messengers over which the conversation goes."""
        here = self.own.addresses[:1]
        others = (a for a in self.home.addresses if a not in here)
        return tuple(dict.fromkeys(Address.parse(address).channel for address in others))


def _linked_after(home: Conversation, own: Conversation) -> int:
    """Return the turn before the one that took a conversation in, the last if none has yet."""
    since = [link.since for link in home.links if link.conversation == own.id]
    return since[0] - 1 if since else home.sequence


def offer(home: Conversation | None, links: Links, address: str, wish: Wish, now: int) -> Offer:
    """Return a code and the links for a visitor: the same within a minute if nothing happened.

    Raises Conflict where nothing was said that could go on elsewhere.
    """
    if home is None:
        raise Conflict("There is no conversation yet that could go on elsewhere.")
    minute = now - now % _MINUTE
    asked = OfferLinks(
        key=f"webchat/{home.id}/{home.version}/{address}/{minute}",
        conversation=home.id,
        created=home.created,
        address=address,
        language=wish.language,
        at=minute,
    )
    return Offer(expires_at=minute + CODE_LIFE, **links.offer(asked))
