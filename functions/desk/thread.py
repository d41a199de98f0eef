"""Show a conversation to an agent: its head, and what was said with what became of it."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Literal

from channels.registry import CHANNELS
from conversation.address import Address
from conversation.claim import AGENT_ITEM, agent_key
from conversation.conversation import Conversation
from conversation.errors import NotFound
from conversation.incoming import RECEIPT_RANK
from conversation.message import Attachment, Author, Message
from conversation.model import Model
from conversation.turn import ActionDone, TurnRecord
from conversation.understanding import Language
from desk.agent import Agent
from desk.drafts import Draft, drafts
from desk.outside import Outside

RECENT = 30
"""What became of this many last turns is told again with every increment."""

LONGEST = 1000
"""More turns than this are not shown at once."""

State = Literal["", "sending", "sent", "delivered", "read", "failed", "withdrawn"]

_BY_RANK: dict[int, State] = {
    RECEIPT_RANK["sent"]: "sent",
    RECEIPT_RANK["delivered"]: "delivered",
    RECEIPT_RANK["read"]: "read",
    RECEIPT_RANK["failed"]: "failed",
}


class Entry(Model):
    """One entry of the thread.

    `internal`: only agents see it. `at` in ms. `agent` is the name of the person who wrote it,
    `mine` says whether that is the reader; `event` tells the page its own replies again. `state`
    is "" for what the customer wrote; `doubtful` says that it may have gone out twice. `before`
    are the texts that the customer has replaced since, oldest first. `long`: this is only the
    beginning of the text. `action` names what was done in a back end, `done` False where its
    end is not known.
    """

    id: str
    sequence: int
    author: Author
    internal: bool = False
    text: str = ""
    at: int = 0
    agent: str = ""
    mine: bool = False
    event: str = ""
    channel: str = ""
    buttons: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    unreadable: str = ""
    long: bool = False
    state: State = ""
    reason: str = ""
    doubtful: bool = False
    before: tuple[str, ...] = ()
    deleted: bool = False
    reaction: str = ""
    change: str = ""
    action: str = ""
    done: bool = False


class Reachable(Model):
    """An address as an agent may see it; `current` is where answers go."""

    channel: str
    user: str
    current: bool
    blocked: bool


class Fact(Model):
    """Something that the bot knows: a slot of its tracker."""

    name: str
    value: str


class Head(Model):
    """What the page shows around the thread; times in ms, None where there is no such moment.

    `holder` is `bot`, `queue`, `me` or `other`; `holder_name` then tells the other agent.
    """

    conversation: str
    name: str
    language: str
    channel: str
    holder: Literal["bot", "queue", "me", "other"]
    holder_name: str
    epoch: int
    reference: str
    team: str
    reason: str
    reason_detail: str
    titles: dict[Language, str]
    question: str
    opened: int | None
    due: int | None
    promised: int | None
    claimed_at: int | None
    reachable: tuple[Reachable, ...]
    facts: tuple[Fact, ...]
    text_limit: int


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
    is written. Raises NotFound.
    """
    conversation = outside.table.conversation(id_)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    records, earlier = _records(outside, conversation, after, min(limit, LONGEST))
    people = _People(outside, agent)
    entries = chain.from_iterable(_entries(record, people) for record in records)
    joined = _joined(entries, records)
    return Thread(
        head=_head(conversation, people),
        entries=tuple(joined),
        sequence=conversation.sequence,
        earlier=earlier,
        drafts=drafts(outside.table, id_, agent.id),
    )


def full_text(outside: Outside, conversation: str, message: str) -> str:
    """Return the whole of a text that was too long for the table. Raises NotFound."""
    sequence = message.removeprefix(f"{conversation}.").partition(".")[0]
    record = outside.table.record(conversation, int(sequence)) if sequence.isdecimal() else None
    for kept in record.messages if record else ():
        if kept.id == message and kept.content.archive:
            body = outside.archive.get(kept.content.archive)
            if body is not None:
                return body.decode("utf-8", "replace")
    raise NotFound("There is no longer text to this message.")


class _People:
    """Tell agents' names by their ids."""

    def __init__(self, outside: Outside, reader: Agent) -> None:
        self._table = outside.table
        self.reader = reader.id
        self._names = {reader.id: reader.name}

    def name(self, agent: str) -> str:
        if agent and agent not in self._names:
            body = self._table.item(agent_key(agent), AGENT_ITEM) or {}
            self._names[agent] = str(body.get("name", ""))
        return self._names.get(agent, "")


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


def _entries(record: TurnRecord, people: _People) -> Iterable[tuple[Message | None, Entry]]:
    for message in record.messages:
        yield message, _entry(record, message, people)
    for done in filter(_did_something, record.actions):
        yield (
            None,
            Entry(
                id=done.key,
                sequence=record.sequence,
                author="system",
                internal=True,
                at=record.at,
                action=done.action,
                done=done.result is not None and "failed" not in done.result,
            ),
        )


def _did_something(done: ActionDone) -> bool:
    """Leave out what only checks or asks, by Rasa's names for it, and what refused to run."""
    asks = done.action.startswith(("validate_", "action_validate_", "action_ask_"))
    return not asks and not (done.result or {}).get("rejected")


def _entry(record: TurnRecord, message: Message, people: _People) -> Entry:
    content = message.content
    return Entry(
        id=message.id,
        sequence=record.sequence,
        author=message.author,
        internal=message.address is None,
        text=content.text,
        at=message.sent_at,
        agent=people.name(message.agent),
        mine=message.author == "agent" and message.agent == people.reader,
        event=message.event_id if message.author == "agent" else "",
        channel=Address.parse(message.address).channel if message.address else "",
        buttons=tuple(button.title for button in content.buttons),
        attachments=content.attachments,
        unreadable=content.unreadable,
        long=bool(content.archive),
        state=_state(record, message),
        reason=record.reasons.get(message.id, record.refused.get(message.address or "", "")),
        doubtful=message.id in record.unknown,
    )


def _state(record: TurnRecord, message: Message) -> State:
    """Say what became of a message; a receipt tells more than our own outcome."""
    if message.author == "customer" or message.address is None:
        return ""
    outcome = record.states.get(message.id)
    receipt = _BY_RANK.get(record.receipts.get(message.id, 0))
    if outcome in ("failed", "withdrawn"):
        return outcome
    if receipt is not None:
        return receipt
    if message.address in record.refused:
        return "failed"
    if outcome is None and not CHANNELS[Address.parse(message.address).channel].abilities.pushed:
        return "sent"
    return outcome or "sending"


def _joined(
    pairs: Iterable[tuple[Message | None, Entry]], records: Iterable[TurnRecord]
) -> list[Entry]:
    """Put edits, deletions and reactions to the message that they change.

    One whose message is not shown stands for itself.
    """
    by_provider_id = {
        provider_id: message_id
        for record in records
        for message_id, ids in record.provider_ids.items()
        for provider_id in ids
    }
    shown: dict[str, Entry] = {}
    for message, entry in pairs:
        if message is None or message.change is None:
            if message is not None and message.provider_id:
                by_provider_id[message.provider_id] = message.id
            shown[entry.id] = entry
            continue
        target = shown.get(by_provider_id.get(message.change.target, ""))
        if target is None:
            alone = {"change": message.change.kind, "reaction": message.change.emoji}
            shown[entry.id] = entry.model_copy(update=alone)
        else:
            shown[target.id] = target.model_copy(update=_changed(target, message))
    return list(shown.values())


def _changed(target: Entry, message: Message) -> Mapping[str, Any]:
    change = message.change
    if change is None:
        return {}
    match change.kind:
        case "edit":
            return {"before": (*target.before, target.text), "text": message.content.text}
        case "delete":
            return {"deleted": True}
        case "reaction":
            return {"reaction": change.emoji}


def _head(conversation: Conversation, people: _People) -> Head:
    escalation = conversation.escalation
    closed = conversation.closed
    latest = escalation or (closed.escalation if closed else None)
    facts = latest.facts if latest else {}
    current = Address.parse(conversation.answer_to) if conversation.answer_to else None
    return Head(
        conversation=conversation.id,
        name=conversation.name or (current.shown if current else ""),
        language=conversation.language or "",
        channel=current.channel if current else "",
        holder=_holder(conversation, people),
        holder_name=people.name(conversation.agent or ""),
        epoch=conversation.epoch,
        reference=latest.reference if latest else "",
        team=escalation.team if escalation else "",
        reason=latest.reason if latest else "",
        reason_detail=latest.reason_detail if latest else "",
        titles=latest.titles if latest else {},
        question=latest.question if latest else "",
        opened=escalation.opened if escalation else None,
        due=escalation.due if escalation else None,
        promised=escalation.promised if escalation else None,
        claimed_at=escalation.claimed_at if escalation else None,
        reachable=tuple(
            Reachable(
                channel=address.channel,
                user=address.shown,
                current=str(address) == conversation.answer_to,
                blocked=str(address) in conversation.blocked,
            )
            for address in map(Address.parse, conversation.addresses)
        ),
        facts=tuple(Fact(name=name, value=value) for name, value in facts.items()),
        text_limit=CHANNELS[current.channel].abilities.text_limit if current else 0,
    )


def _holder(conversation: Conversation, people: _People) -> Literal["bot", "queue", "me", "other"]:
    if conversation.agent is None:
        return "queue" if conversation.escalation is not None else "bot"
    return "me" if conversation.agent == people.reader else "other"
