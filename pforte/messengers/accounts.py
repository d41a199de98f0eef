"""Know the house's accounts at the simulated messengers; their secrets are made once per house."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, get_type_hints

MAIL_DOMAIN = "musterstadt.example"


class Account(Protocol):
    """What every account has."""

    @property
    def account(self) -> str:
        """Return the name by which webhooks and the house know it."""

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""


@dataclass(frozen=True)
class MetaAccount:
    """A page on Messenger, or a professional account on Instagram: `account` is its id."""

    account: str
    access_token: str
    app_secret: str
    verify_token: str

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""
        names = ("access_token", "app_secret", "verify_token")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class WhatsAppAccount(MetaAccount):
    """A business number: `account` is its phone number id, `number` what customers see."""

    number: str

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""
        return {**super().secrets(), "public_name": f"+{self.number}"}


@dataclass(frozen=True)
class InstagramAccount(MetaAccount):
    """A professional account; its user name is the same in every house."""

    @property
    def user_name(self) -> str:
        """Return the name by which people find it."""
        return "stadtwerke_musterstadt"

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""
        return {**super().secrets(), "public_name": self.user_name}


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


@dataclass(frozen=True)
class MailAccount:
    """An address of ours at Amazon SES; what the house needs to know of it is no secret."""

    account: str
    sender_name: str

    def secrets(self) -> dict[str, str]:
        """Return what the house needs to know, under the names of the channel's module."""
        return {"sender_name": self.sender_name}


class Accounts(NamedTuple):
    """The accounts of one house."""

    whatsapp: WhatsAppAccount
    telegram: TelegramAccount
    messenger: MetaAccount
    instagram: InstagramAccount
    email: MailAccount


def simulated_accounts(state: Path) -> Accounts:
    """Return this house's accounts; their secrets are kept in `state`, readable by us alone."""
    path = state / "accounts.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    new = {name: asdict(account) for name, account in _new()._asdict().items()}
    if known.keys() != new.keys():
        known = {**new, **known}
        state.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(known, file, indent=1)
    read: dict[str, Any] = {
        name: kind(**known[name]) for name, kind in get_type_hints(Accounts).items()
    }
    return Accounts(**read)


def _new() -> Accounts:
    return Accounts(
        whatsapp=WhatsAppAccount(**asdict(_meta("100000000000001", "EAA")), number="4930230000001"),
        telegram=TelegramAccount(
            account="musterstadt_bot",
            access_token=f"{7_000_000_000 + secrets.randbelow(10**9)}:{secrets.token_urlsafe(26)}",
            secret_token=secrets.token_urlsafe(32),
        ),
        messenger=_meta("100000000000002", "EAA"),
        instagram=InstagramAccount(**asdict(_meta("17841400000000001", "IGAA"))),
        email=MailAccount(f"service@{MAIL_DOMAIN}", "Stadtwerke Musterstadt"),
    )


def _meta(account: str, token_begins: str) -> MetaAccount:
    return MetaAccount(
        account=account,
        access_token=token_begins + secrets.token_urlsafe(48),
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(16),
    )
