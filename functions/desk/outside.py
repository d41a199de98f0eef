"""Name what the desk needs of the outside; `bootstrap/` brings it, tests bring fakes."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from aws.keeping import Keeper
from aws.login import NewPasswordRequired, Tokens
from conversation.bot import Voice
from conversation.ports import Archive, Inbound, Outbound, Table


class Directory(Protocol):
    """Where agents sign in."""

    def sign_in(self, email: str, password: str) -> Tokens | NewPasswordRequired:
        """Check a password. Raises Unauthorized, Unavailable."""

    def replace_password(self, email: str, session: str, new_password: str) -> Tokens:
        """Set the first password of one's own. Raises Unauthorized, Malformed, Unavailable."""

    def refresh(self, token: str) -> Tokens:
        """Return new tokens for a refresh token. Raises Unauthorized, Unavailable."""


@dataclass(frozen=True)
class Outside:
    """Everything that a request to the desk may touch; `voice` is the bot's."""

    table: Table
    inbound: Inbound
    outbound: Outbound
    archive: Archive
    directory: Directory
    clock: Callable[[], int]
    random: Random
    voice: Voice
    keeper: Keeper
