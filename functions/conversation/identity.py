"""Derive ids as keyed hashes: a phone number must not be guessable from a log or a key."""

import hashlib
import hmac
from base64 import b32encode

from conversation.incoming import Incoming
from conversation.link import code_of


class Identity:
    """Derive conversation and event ids with the house's secret key (at least 16 bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("the identity key needs at least 16 bytes")
        self._key = key

    def _digest(self, purpose: str, *parts: str) -> str:
        text = "\x1f".join((purpose, *parts))
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return b32encode(digest[:20]).decode().lower()

    def conversation(self, address: str) -> str:
        """Return the id of the conversation that an address begins: 32 characters."""
        return self._digest("conversation", address)

    def event(self, incoming: Incoming) -> str:
        """Return the id of a messenger's event: the same for every repeat of it."""
        return self._digest(
            "event",
            incoming.channel,
            incoming.account,
            incoming.chat,
            incoming.kind,
            incoming.provider_id,
            incoming.revision,
        )

    def visitor(self, token: str) -> str:
        """Return the web chat's user id for a visitor's secret token."""
        return self._digest("visitor", token)

    def customer(self, issuer: str, subject: str) -> str:
        """Return the web chat's user id for whom a company says is signed in: on every device."""
        return self._digest("customer", issuer, subject)

    def link_code(self, seed: str) -> str:
        """Return the one-time code that is made for a purpose: nobody else can know it."""
        return code_of(hmac.new(self._key, f"link\x1f{seed}".encode(), hashlib.sha256).digest())

    def link_key(self, code: str) -> str:
        """Return what a one-time code is kept under: who reads the table cannot use it."""
        return self._digest("link-code", code)
