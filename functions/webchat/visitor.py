"""Know a visitor by a secret token: whoever holds it sees that one conversation, nobody else."""

import re
import secrets
from dataclasses import dataclass

from conversation.address import Address
from conversation.errors import Unauthorized
from conversation.identity import Identity

CHANNEL = "webchat"

ACCOUNT = "web"
"""The account of our own site: one per house."""

_TOKEN_BYTES = 32
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{43})", re.IGNORECASE)


@dataclass(frozen=True)
class Visitor:
    """Who asks: the user part of the address is a keyed hash of the token."""

    user: str
    conversation: str

    @property
    def address(self) -> str:
        """Return `webchat:<account>:<user>`."""
        return str(Address(CHANNEL, ACCOUNT, self.user))


def new_token() -> str:
    """Return a new visitor's secret: 256 random bits in 43 URL-safe characters."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def visitor_of(authorization: str | None, identity: Identity) -> Visitor:
    """Return who a bearer token stands for. Raises Unauthorized where it has not our form.

    Nothing is compared: a forged token has a hash of its own, and an empty conversation.
    """
    match = _BEARER.fullmatch(authorization or "")
    if match is None:
        raise Unauthorized("Send the visitor's token as 'Authorization: Bearer …'.")
    user = identity.visitor(match[1])
    return Visitor(user, identity.conversation(str(Address(CHANNEL, ACCOUNT, user))))
