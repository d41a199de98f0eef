"""Know who asks: a visitor by a secret token, a customer by what the company signed.

Each has a conversation of its own: what was written before signing in stays with the browser it
was written in. Where the two shall become one, the request must bear both tokens; here either of
them leads to a `Visitor`, and so to the conversation that the link is about.
"""

import re
import secrets
from dataclasses import dataclass, replace

from conversation.address import Address
from conversation.errors import Unauthorized
from conversation.identity import Identity
from conversation.signed_in import SignedIn
from webchat.company import Company
from webchat.signed import customer_of

CHANNEL = "webchat"

ACCOUNT = "web"
"""The account of our own site: one per house."""

_TOKEN_BYTES = 32
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{43})", re.IGNORECASE)


@dataclass(frozen=True)
class Visitor:
    """Who asks: the user part of the address is a keyed hash of the token, or of iss and sub.

    `name` and `signed_in` are what the company says of who is signed in.
    """

    user: str
    conversation: str
    name: str = ""
    signed_in: SignedIn | None = None

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
    return _visitor(identity.visitor(match[1]), identity)


def signed_in_visitor(token: str, company: Company | None, identity: Identity, now: int) -> Visitor:
    """Return who a company's signed token stands for at a moment (ms). Raises Unauthorized.

    `company` None: none is connected, and nobody is believed.
    """
    if company is None:
        raise Unauthorized("No company's keys are connected to this web chat.")
    customer = customer_of(token, company, now)
    visitor = _visitor(identity.customer(company.issuer, customer.subject), identity)
    return replace(visitor, name=customer.name, signed_in=customer.signed_in)


def _visitor(user: str, identity: Identity) -> Visitor:
    return Visitor(user, identity.conversation(str(Address(CHANNEL, ACCOUNT, user))))
