"""Show a conversation to an agent: its head, and what was said with what became of it."""

from itertools import chain

from conversation.conversation import Conversation
from conversation.errors import NotFound
from conversation.message import Message
from conversation.model import Model
from conversation.turn import TurnRecord
from desk.agent import Agent
from desk.drafts import Draft, drafts
from desk.entries import Entry, entries_of, joined
from desk.head import Head, head_of
from desk.linking import home, may_hold, with_earlier
from desk.outside import Outside
from desk.people import People
from desk.uploads import with_files

RECENT = 30
"""What became of this many last turns is told again with every increment."""

LONGEST = 1000
"""More turns than this are not shown at once."""


class Thread(Model):
    """A conversation for display; entries in the order of commit.

    `sequence` is to be asked for next (`after`); `earlier` says that there is more before the
    first entry.
    """

    head: Head
    entries: tuple[Entry, ...]
    sequence: int
    earlier: bool
    drafts: tuple[Draft, ...]


def thread(outside: Outside, agent: Agent, id_: str, after: int, limit: int) -> Thread:
    """Return what was said after a turn, and always the last turns, whose states still change.

    `limit` bounds the turns that are read. What is decided but not flushed is shown too; nothing
    is written. A conversation that was merged is shown as the one that survives. Raises NotFound.
    """
    conversation = home(outside, id_)
    records, earlier = _records(outside, conversation, after, min(limit, LONGEST))
    people = People(outside, agent)
    entries = chain.from_iterable(entries_of(record, people) for record in records)
    shown = joined(entries, records)
    shown = with_earlier(outside, people, conversation, after, records, shown)
    return Thread(
        head=head_of(conversation, people, outside.voice),
        entries=with_files(outside, shown),
        sequence=conversation.sequence,
        earlier=earlier,
        drafts=drafts(outside.table, conversation.id, agent.id),
    )


def full_text(outside: Outside, conversation: str, message: str) -> str:
    """Return the whole of a text that was too long for the table. Raises NotFound."""
    if not may_hold(home(outside, conversation), message):
        raise NotFound("There is no such message in this conversation.")
    own, _, place = message.partition(".")
    sequence = place.partition(".")[0]
    record = outside.table.record(own, int(sequence)) if sequence.isdecimal() else None
    for kept in record.messages if record else ():
        if kept.id == message and kept.content.archive and not _is_taken_back(outside, kept):
            body = outside.archive.get(kept.content.archive)
            if body is not None:
                return body.decode("utf-8", "replace")
    raise NotFound("There is no longer text to this message.")


def _is_taken_back(outside: Outside, message: Message) -> bool:
    """Say whether a later turn tells that its author deleted a message."""
    conversation, sequence, _ = message.id.split(".")
    return any(
        later.change is not None
        and (later.change.kind, later.change.target) == ("delete", message.provider_id)
        for record in outside.table.records(conversation, after=int(sequence) - 1)
        for later in record.messages
    )


def _records(
    outside: Outside, conversation: Conversation, after: int, limit: int
) -> tuple[list[TurnRecord], bool]:
    """Read newest first until nothing new, recent, or changed by what is shown, is left."""
    turn = conversation.pending
    records: list[TurnRecord] = []
    targets: set[str] = set()
    for record in outside.table.records(conversation.id, newest_first=True):
        if not records and turn is not None and record.sequence < turn.sequence:
            records.append(TurnRecord.of(conversation.id, turn))
            targets |= _targets(records[-1])
        complete = record.sequence <= after and len(records) >= RECENT and not targets
        if complete or len(records) >= limit:
            return records[::-1], True
        records.append(record)
        targets = (targets | _targets(record)) - _provider_ids(record)
    if not records and turn is not None:
        records.append(TurnRecord.of(conversation.id, turn))
    return records[::-1], False


def _targets(record: TurnRecord) -> set[str]:
    return {message.change.target for message in record.messages if message.change}


def _provider_ids(record: TurnRecord) -> set[str]:
    own = {m.provider_id for m in record.messages if m.provider_id and not m.change}
    return own.union(*record.provider_ids.values())
