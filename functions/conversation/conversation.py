"""Say what a conversation is: the actor's whole state, one item of the table."""

from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256

from pydantic import Field

from conversation.bot import Asked
from conversation.escalation import ClosedEscalation, Escalation
from conversation.link import Link
from conversation.mail_thread import MailThread
from conversation.message import Button
from conversation.model import Model
from conversation.turn import StartedTurn, Turn
from conversation.understanding import Language, Understanding

KNOWN_IDS = 64
"""How many of the last event ids stand in the conversation item."""

BOT = "bot"
QUEUE = "queue"


class Question(Model):
    """The options that were offered last, at one address: "2" or a tap is understood by them.

    An option's payload is what it means to the bot; the customer's messenger gets a token. `key` is
    the same wherever the same is asked: its older options still count then.
    """

    key: str
    address: str
    options: tuple[Button, ...]

    def tokens(self) -> dict[str, str]:
        """Return the payload of each option by the token that stands for it on a button.

        Short enough for every messenger: Telegram's `callback_data` has 64 bytes at most.
        """
        return {
            f"{self.key}.{number}": option.payload
            for number, option in enumerate(self.options, start=1)
        }


class Verified(Model):
    """Who writes from an address was known at a moment (ms)."""

    address: str
    at: int


class Conversation(Model):
    """One contact's conversation, for ever.

    `version` counts writes, `sequence` turns, `epoch` changes of assignee; `claimed_epoch` is the
    epoch of the last claim. `assignee` is `bot`, `queue` or `agent:<id>`. `known` are the last
    events by short id, with their time (ms); `known_until` is the latest time of an event that
    has left `known`: only for an event as old as that need the records be searched. `timers` name
    what must happen next and when (ms). `writer` marks whose write this is. `asked` is the
    customer's last request, for the summary. `tracker` is the bot's own state, `asked_for` the
    question of the form that is open, `later` what is to be done after it. `wished`: `language`
    was asked for, and is kept. `blocked` are addresses whose owner blocked us. `heard` is when
    (ms) the customer last opened the messaging window of an address, where its messenger has one.
    `acknowledged_at` (ms) is when a waiting customer was last told that an addition was taken,
    `refused_at` when one was last told that a file was not.
    `threads` are the customer's last mails, by address. Until `elsewhere_until` (ms)
    one of our people answers in another app, and the bot is silent. `sent` counts by channel what
    was given to the messenger, as it counts and may bill. `unread` is the customer's last message,
    by address and provider's id, that no reply has marked as read yet.

    `addresses` begin with the one that the conversation came from. `links` are the conversations
    that were merged into this one. `merged_into` is the one that this was merged into, "" while it
    speaks for itself: whatever comes is passed on. `merges` counts how often it was, `last_own` is
    its last turn before. `was` are conversations in which its address was before it began anew,
    `onward` where to pass on what comes from addresses that were merged into this one meanwhile.
    `wrong_codes` are the last times (ms) at which a code opened nothing.
    """

    id: str
    version: int = 0
    sequence: int = 0
    created: int
    epoch: int = 1
    claimed_epoch: int = 0
    assignee: str = BOT
    language: Language | None = None
    wished: bool = False
    name: str = ""
    addresses: tuple[str, ...] = ()
    answer_to: str = ""
    blocked: tuple[str, ...] = ()
    heard: dict[str, int] = Field(default_factory=dict)
    tracker: bytes = b""
    asked_for: Asked | None = None
    later: tuple[Understanding, ...] = ()
    verified: Verified | None = None
    escalation: Escalation | None = None
    closed: ClosedEscalation | None = None
    known: dict[str, int] = Field(default_factory=dict)
    known_until: int = -1
    timers: dict[str, int] = Field(default_factory=dict)
    misunderstandings: int = 0
    asked: str = ""
    question: Question | None = None
    disclosed: tuple[str, ...] = ()
    acknowledged_at: int = 0
    refused_at: int = 0
    threads: dict[str, MailThread] = Field(default_factory=dict)
    elsewhere_until: int = 0
    sent: dict[str, int] = Field(default_factory=dict)
    unread: dict[str, str] = Field(default_factory=dict)
    links: tuple[Link, ...] = ()
    merged_into: str = ""
    merges: int = 0
    last_own: int = 0
    was: tuple[str, ...] = ()
    onward: dict[str, str] = Field(default_factory=dict)
    wrong_codes: tuple[int, ...] = ()
    last_message: str = ""
    last_message_at: int = 0
    pending: Turn | None = None
    started: StartedTurn | None = None
    writer: str = ""

    @property
    def agent(self) -> str | None:
        """Return the id of the agent who has the conversation, or None."""
        return self.assignee.removeprefix("agent:") if self.assignee.startswith("agent:") else None

    @property
    def next_wake(self) -> int | None:
        """Return the next moment (ms) at which something must happen, or None."""
        return min(self.timers.values(), default=None)


def short_id(event_id: str) -> str:
    """Return the 60 bits by which `known` tells events apart: every byte is paid on every turn."""
    return b32encode(sha256(event_id.encode()).digest()[:8]).decode()[:12]


def agent_assignee(agent: str) -> str:
    """Return the assignee that stands for an agent."""
    return f"agent:{agent}"


def counted(sent: Mapping[str, int], address: str, number: int) -> dict[str, int]:
    """Return how many messages each channel was given, so many more (or less) at an address."""
    channel = address.partition(":")[0]
    return {**sent, channel: max(0, sent.get(channel, 0) + number)}
