"""Say how the company tells who its customers are: whom to believe, and what to take from it."""

from functools import lru_cache

from pydantic import Field

from conversation.model import Model
from webchat.keys import Key, read_keys


class Company(Model):
    """What `pforte connect webchat` stored.

    `keys` is a JSON Web Key Set. `claims` are the names, with spaces between them, of what is
    taken from a token besides `sub`, `name` and `locale`; nothing else of it is kept.
    """

    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    keys: str
    claims: str = ""

    @property
    def signers(self) -> tuple[Key, ...]:
        """Return the keys, read once. Raises BadKeys."""
        return _read(self.keys)


_read = lru_cache(maxsize=2)(read_keys)
