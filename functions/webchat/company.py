"""Say how the company tells who its customers are: whom to believe, and what to take from it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import Field

from conversation.model import Model


class Company(Model):
    """What `pforte connect webchat` stored.

    `keys` is a JSON Web Key Set. `claims` are the names, with spaces between them, of what is
    taken from a token besides `sub`, `name` and `locale`; nothing else of it is kept.
    """

    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    keys: str
    claims: str = ""

    def claims_of(self, token: str) -> Mapping[str, Any]:
        """Return what a token of this company says. Raises Unauthorized, BadKeys."""
        from webchat.keys import claims_of

        return claims_of(token, _read(self.keys), self.issuer, self.audience)


@lru_cache(maxsize=2)
def _read(keys: str) -> Any:
    from webchat.keys import read_keys

    return read_keys(keys)
