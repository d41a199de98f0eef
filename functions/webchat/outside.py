"""Name what the web chat needs of the outside; `bootstrap/` brings it, tests bring fakes."""

from collections.abc import Callable
from dataclasses import dataclass

from conversation.identity import Identity
from conversation.ports import Archive, Inbound, Links, Table
from webchat.company import Company
from webchat.files import Cabinet


@dataclass(frozen=True)
class Outside:
    """Everything that a visitor's request may touch.

    `links` makes the codes by which a conversation goes on elsewhere. `origins` are the sites that
    may embed the chat (`https://example.org`), `*` for any.
    `company` is whose signed tokens are taken, None where nobody's are.
    """

    table: Table
    inbound: Inbound
    archive: Archive
    identity: Callable[[], Identity]
    clock: Callable[[], int]
    cabinet: Cabinet
    links: Callable[[], Links]
    origins: tuple[str, ...] = ("*",)
    company: Callable[[], Company | None] = lambda: None
