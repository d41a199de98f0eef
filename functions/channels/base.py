"""Fix the protocol that every messenger meets; no I/O, so recorded payloads test all of it.

The webhook's way: `handshake` (GET), `verify`, `parse`, `acknowledge`. The way out: `render` makes
the calls of one message, `deliver` makes them and asks `outcome` what the answer means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from channels.files import Download, Enclosed, Lost
from conversation.incoming import Incoming
from conversation.media import GONE, MEDIA_LIMIT
from conversation.message import Message
from conversation.understanding import Language
from conversation.window import WindowRule

type Secrets = Mapping[str, str]
"""An account's secrets by name, as `pforte connect` stored them (`access_token` …)."""


@dataclass(frozen=True)
class WebhookRequest:
    """A webhook call: header names in lower case, `body` the raw bytes, `query` decoded."""

    method: str
    account: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HandshakeAnswer:
    """What a messenger's set-up request (GET) is answered with."""

    status: int
    body: str


@dataclass(frozen=True)
class Call:
    """One HTTP call to a messenger.

    `path` is appended to the channel's base URL; `{name}` in `path` and header values stands for
    the account's secret of that name, which only `deliver` fills in; so it does in the base URL.
    `after_window` is made in its stead where the messenger answers that its window is closed.
    `hint`: nobody waits for what becomes of it.
    """

    method: str
    path: str
    json: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    after_window: "Call | None" = None
    hint: bool = False


@dataclass(frozen=True)
class ProviderResponse:
    """A messenger's answer to a call; header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """The messenger accepted the message under this id ("" where it gives none)."""

    provider_id: str


@dataclass(frozen=True)
class RetryAfter:
    """The messenger asks to wait so many seconds; `account`: all of the account, not this call."""

    seconds: float
    account: bool = True


@dataclass(frozen=True)
class Refused:
    """The messenger will not take this message.

    `reason` is one of the words in `channels.reasons`, `code` the provider's.
    """

    reason: str
    code: str = ""


type Outcome = Sent | RetryAfter | Refused


@dataclass(frozen=True)
class Abilities:
    """What a messenger can show; lengths in characters unless the module says otherwise.

    `pushed`: messages are sent to it; `webhook`: it calls one of ours; `joins`: what a turn says
    goes out as one message, all of it or its texts. `window` is None where one
    may write at any time. `files` are the kinds that can be sent, each with its most bytes; a file
    that comes in can be fetched up to `file_in` bytes.
    `read_marks`: customers are shown what we have read.
    `unmarked_echoes`: it tells us of our own messages too, and only their ids say that they are.
    """

    text_limit: int
    buttons: int
    button_title: int
    list_rows: int = 0
    row_title: int = 0
    own_reference: bool = False
    receipts: bool = False
    pushed: bool = True
    webhook: bool = True
    joins: Literal["nothing", "texts", "everything"] = "nothing"
    files: Mapping[str, int] = field(default_factory=dict)
    file_in: int = MEDIA_LIMIT
    window: WindowRule | None = None
    unmarked_echoes: bool = False
    read_marks: bool = False


class Channel(Protocol):
    """What every messenger's module offers under the name `CHANNEL`.

    `title` is the name as people write it. `base_url` is where its calls go, `{name}` standing for
    a secret; "" where it has none.
    """

    name: str
    title: str
    base_url: str = ""
    abilities: Abilities

    def handshake(self, request: WebhookRequest, secrets: Secrets) -> HandshakeAnswer | None:
        """Answer the messenger's set-up request; None where it has none or the token is wrong."""
        return None

    def verify(self, request: WebhookRequest, secrets: Secrets) -> bool:
        """Say whether the raw bytes carry a valid signature, in constant time."""

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Return every event of a webhook body. Raises Malformed where it is not the format.

        Never empty: what nobody knows is one event of kind `other`.
        """

    def acknowledge(self, body: bytes, events: Sequence[Incoming]) -> str:
        """Return the JSON that the webhook's 200 carries, "" where it is an empty answer."""
        return ""

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the calls that send a message, in order, long texts split."""

    def outcome(self, response: ProviderResponse) -> Outcome:
        """Say what the messenger's answer means."""

    def mark_read(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that marks all up to a customer's message as read, where there is one."""
        return None

    def show_typing(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that shows for some seconds that we type, where there is one."""
        return None

    def deep_link(self, account: str, secrets: Secrets, code: str, language: Language) -> str:
        """Return the link that begins a chat with us and carries a one-time code, "" for none.

        `secrets` has the account's `public_name` where the link needs one.
        """
        return ""

    def locate(self, reference: str) -> Call | Download | Enclosed | Lost:
        """Return where a customer's file lies, or the call whose answer tells it."""
        return Lost(GONE)

    def located(self, response: ProviderResponse) -> Download | Lost:
        """Read where the file lies from that call's answer. Raises Unavailable."""
        return Lost(GONE)


def filled(template: str, secrets: Secrets) -> str:
    """Return a template of ours with the account's secrets in their places."""
    for name, value in secrets.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def reached_at(channel: Channel, simulated: str = "") -> str:
    """Return the URL that the paths of a messenger's calls are appended to.

    `simulated` is where all messengers are played, each under its name; "" is the real one.
    """
    if not simulated:
        return channel.base_url
    return f"{simulated}/{channel.name}{urlsplit(channel.base_url).path}"
