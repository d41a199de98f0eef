"""Show what was said, each message with what became of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from channels.mail_headers import bare_subject
from channels.registry import CHANNELS
from conversation.address import Address
from conversation.incoming import RECEIPT_RANK
from conversation.message import Attachment, Author, Content, Message
from conversation.model import Model
from conversation.turn import ActionDone, TurnRecord
from desk.people import People
from desk.shown import ShownFile

State = Literal["", "sending", "sent", "delivered", "read", "failed", "withdrawn"]

_BY_RANK: dict[int, State] = {
    RECEIPT_RANK["sent"]: "sent",
    RECEIPT_RANK["delivered"]: "delivered",
    RECEIPT_RANK["read"]: "read",
    RECEIPT_RANK["failed"]: "failed",
}


class Entry(Model):
    """One entry of the thread.

    `internal`: only agents see it. `elsewhere`: said in another app, by whom is not told. `at` in
    ms. `agent` is the name of the person who wrote it, `mine` says whether that is the reader;
    `event` tells the page its own replies again. `state` is "" for what the customer wrote;
    `doubtful` says that it may have gone out twice. `deleted`: its author took it back, and what it
    said is not shown any more. `before` are the texts that the customer has
    replaced since, oldest first. `long`: this is only the beginning of the text. `files` tell what
    became of each attachment. `earlier` is the channel of a merged conversation in which this was
    said before. `subject` is a mail's that answers none. `action` names what was done in a back
    end, `done` False where its end is not known.
    """

    id: str
    sequence: int
    author: Author
    internal: bool = False
    elsewhere: bool = False
    text: str = ""
    at: int = 0
    agent: str = ""
    mine: bool = False
    event: str = ""
    channel: str = ""
    buttons: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    files: tuple[ShownFile, ...] = ()
    unreadable: str = ""
    subject: str = ""
    long: bool = False
    state: State = ""
    reason: str = ""
    doubtful: bool = False
    before: tuple[str, ...] = ()
    deleted: bool = False
    reaction: str = ""
    change: str = ""
    earlier: str = ""
    action: str = ""
    done: bool = False


def entries_of(record: TurnRecord, people: People) -> Iterable[tuple[Message | None, Entry]]:
    """Return the entries of a turn, each with the message that it shows, None for an action."""
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


def _entry(record: TurnRecord, message: Message, people: People) -> Entry:
    content = message.content
    return Entry(
        id=message.id,
        sequence=record.sequence,
        author=message.author,
        internal=message.address is None,
        elsewhere=message.elsewhere,
        text=content.text,
        at=message.sent_at,
        agent=people.name(message.agent),
        mine=message.author == "agent" and message.agent == people.reader,
        event=message.event_id if message.author == "agent" else "",
        channel=Address.parse(message.address).channel if message.address else "",
        buttons=_titles(content),
        attachments=content.attachments,
        unreadable=content.unreadable,
        subject=content.subject if bare_subject(content.subject) == content.subject else "",
        long=bool(content.archive),
        state=_state(record, message),
        reason=message.unsent
        or record.reasons.get(message.id, record.refused.get(message.address or "", "")),
        doubtful=message.id in record.unknown,
    )


def _titles(content: Content) -> tuple[str, ...]:
    """Return what can be tapped: options of ours, or those of a template."""
    template = content.template
    return template.buttons if template else tuple(button.title for button in content.buttons)


def _state(record: TurnRecord, message: Message) -> State:
    """Say what became of a message; a receipt tells more than our own outcome."""
    if message.author == "customer" or message.address is None:
        return ""
    if message.unsent:
        return "failed"
    outcome = record.states.get(message.id)
    receipt = _BY_RANK.get(record.receipts.get(message.id, 0))
    if outcome in ("failed", "withdrawn"):
        return outcome
    if receipt is not None:
        return receipt
    if message.elsewhere:
        return ""
    if message.address in record.refused:
        return "failed"
    if outcome is None and not CHANNELS[Address.parse(message.address).channel].abilities.pushed:
        return "sent"
    return outcome or "sending"


def joined(
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


_TAKEN_BACK: Mapping[str, Any] = {
    "deleted": True,
    "text": "",
    "before": (),
    "buttons": (),
    "attachments": (),
    "unreadable": "",
    "long": False,
}


def _changed(target: Entry, message: Message) -> Mapping[str, Any]:
    change = message.change
    if change is None:
        return {}
    match change.kind:
        case "edit" if target.deleted:
            return {}
        case "edit":
            files = message.content.attachments or target.attachments
            before = (*target.before, target.text)
            return {"before": before, "text": message.content.text, "attachments": files}
        case "delete":
            return _TAKEN_BACK
        case "reaction":
            return {"reaction": change.emoji}
