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

    @property
    def shown(self) -> str:
        """Return the user such that an agent recognises it and cannot note it down.

        A phone number keeps its country and its end, a mail address its beginning and its domain; a
        visitor of the website has nothing to show.
        """
        user = self.user
        if self.channel == "webchat":
            return ""
        if self.channel == "whatsapp" and user.isdigit() and len(user) >= 10:
            return f"+{user[:2]} {user[2:5]} ••• {user[-3:]}"
        if self.channel == "email" and "@" in user:
            local, _, domain = user.rpartition("@")
            return f"{local[:2]}•••@{domain}"
        return f"••• {user[-3:]}" if len(user) > 5 else "•••"

    def __str__(self) -> str:
        return f"{self.channel}:{self.account}:{self.user}"
