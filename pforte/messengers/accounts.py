"""Know the house's accounts at the simulated messengers; their secrets are made once per house."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class WhatsAppAccount:
    """A business number: `account` is its phone number id, `number` what customers see."""

    account: str
    number: str
    access_token: str
    app_secret: str
    verify_token: str

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""
        names = ("access_token", "app_secret", "verify_token")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class TelegramAccount:
    """A bot: `account` is its user name, `access_token` the whole token with the bot's id."""

    account: str
    access_token: str
    secret_token: str

    @property
    def bot_id(self) -> int:
        """Return the bot's own user id, which is the first part of its token."""
        return int(self.access_token.partition(":")[0])

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""
        return {"access_token": self.access_token, "secret_token": self.secret_token}


def simulated_accounts(state: Path) -> tuple[WhatsAppAccount, TelegramAccount]:
    """Return this house's accounts; their secrets are kept in `state`, readable by us alone."""
    path = state / "accounts.json"
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        whatsapp = WhatsAppAccount(
            account="100000000000001",
            number="4930230000001",
            access_token="EAA" + secrets.token_urlsafe(48),
            app_secret=secrets.token_hex(16),
            verify_token=secrets.token_urlsafe(16),
        )
        telegram = TelegramAccount(
            account="musterstadt_bot",
            access_token=f"{7_000_000_000 + secrets.randbelow(10**9)}:{secrets.token_urlsafe(26)}",
            secret_token=secrets.token_urlsafe(32),
        )
        kept = json.dumps({"whatsapp": asdict(whatsapp), "telegram": asdict(telegram)}, indent=1)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(kept)
    known = json.loads(path.read_text())
    return WhatsAppAccount(**known["whatsapp"]), TelegramAccount(**known["telegram"])
