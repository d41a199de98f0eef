"""Take an address apart: `channel:account:user`; the user part may itself hold colons."""

from typing import NamedTuple


class Address(NamedTuple):
    """Where a customer can be reached: a user on an account of ours on a channel."""

    channel: str
    account: str
    user: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `channel:account:user`. Raises ValueError where a part is missing."""
        channel, account, user = text.split(":", 2)
        if not (channel and account and user):
            raise ValueError(f"not an address (channel:account:user): {text!r}")
        return cls(channel, account, user)

    def __str__(self) -> str:
        return f"{self.channel}:{self.account}:{self.user}"
