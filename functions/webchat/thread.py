"""Show a visitor the own conversation: what was said here, and who speaks now."""

from collections.abc import Mapping
from typing import Literal

from conversation.claim import AGENT_ITEM, agent_key
from conversation.conversation import BOT, QUEUE, Conversation
from conversation.message import Author, Message
from conversation.model import Model
from conversation.ports import Archive, Table
from webchat.files import ShownFile, shown_files
from webchat.linking import Reading

PAGE = 100
"""How many turns one answer holds; a visitor who comes back sees the last so many."""

Who = Literal["you", "assistant", "person"]

_WHO: dict[Author, Who] = {
    "customer": "you",
    "bot": "assistant",
    "system": "assistant",
    "agent": "person",
}


class ShownMessage(Model):
    """A message as the visitor sees it.

    `id` is unique in the conversation. `client_id` is the id that the visitor's page gave to its
    own message. `name` is a person's first name. `options` are titles: a tap sends the message's
    id and the option's index. `sent_at` in ms.
    """

    id: str
    who: Who
    text: str
    sent_at: int
    client_id: str = ""
    name: str = ""
    options: tuple[str, ...] = ()
    files: tuple[ShownFile, ...] = ()


class Speaker(Model):
    """Who speaks for us now; `reference` is told while a request waits or a person has it."""

    who: Literal["assistant", "waiting", "person"] = "assistant"
    name: str = ""
    reference: str = ""


class Thread(Model):
    """What is new to the visitor.

    `after` is the turn after which `messages` begin: a page that knows more than that begins
    anew. `cursor` is the turn to ask after next time, `more` whether to ask at once. `linked` are
    the other messengers over which the conversation goes, `elsewhere` those to which it could.
    """

    messages: tuple[ShownMessage, ...] = ()
    speaker: Speaker = Speaker()
    linked: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    after: int = 0
    cursor: int = 0
    more: bool = False


def shown_id(turn: int, message: Message) -> str:
    """Return a message's id without the conversation's, which is nobody's business outside.

    `turn` is the number by which the page counts its turn.
    """
    return f"{turn}.{message.id.rpartition('.')[2]}"


def is_shown(message: Message, address: str) -> bool:
    """Say whether a message was said at this address: not words for agents, nor other channels."""
    return message.address == address and message.change is None


def read_thread(
    reading: Reading | None,
    table: Table,
    archive: Archive,
    address: str,
    after: int | None,
) -> Thread:
    """Read what a visitor has not seen yet; nothing beyond the conversation if nothing is new.

    `after` None, or one that this conversation never reached (it began anew since), gives the
    last turns.
    """
    if reading is None:
        return Thread()
    after = reading.start(after, PAGE)
    turns = [] if after == reading.last else reading.turns(table, after, PAGE)
    reached = turns[-1][0] if turns else after
    cursor = reached if len(turns) == PAGE else max(reached, reading.last)
    said = [(turn, m) for turn, record in turns for m in record.messages if is_shown(m, address)]
    names = _first_names({reading.home.agent, *(m.agent for _, m in said)}, table)
    return Thread(
        messages=tuple(_shown(turn, message, archive, names) for turn, message in said),
        speaker=_speaker(reading.home, names),
        linked=reading.linked(),
        after=after,
        cursor=cursor,
        more=cursor < reading.last,
    )


def _first_names(agents: set[str | None], table: Table) -> Mapping[str, str]:
    """Return what customers are told of agents, by id: a first name, "" where there is none."""
    items = {agent: table.item(agent_key(agent), AGENT_ITEM) or {} for agent in agents if agent}
    return {agent: str(item.get("name", "")).partition(" ")[0] for agent, item in items.items()}


def _shown(turn: int, message: Message, archive: Archive, names: Mapping[str, str]) -> ShownMessage:
    return ShownMessage(
        id=shown_id(turn, message),
        who=_WHO[message.author],
        text=_whole_text(message, archive),
        sent_at=message.sent_at,
        client_id=message.provider_id,
        name=names.get(message.agent, "") if message.author == "agent" else "",
        options=tuple(button.title for button in message.content.buttons),
        files=shown_files(message),
    )


def _whole_text(message: Message, archive: Archive) -> str:
    key = message.content.archive
    whole = archive.get(key) if key else None
    return message.content.text if whole is None else whole.decode()


def _speaker(conversation: Conversation, names: Mapping[str, str]) -> Speaker:
    reference = conversation.escalation.reference if conversation.escalation else ""
    if conversation.assignee == BOT:
        return Speaker()
    if conversation.assignee == QUEUE:
        return Speaker(who="waiting", reference=reference)
    return Speaker(who="person", name=names[conversation.agent or ""], reference=reference)
