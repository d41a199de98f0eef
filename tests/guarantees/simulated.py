"""A house in memory whose messengers are the simulated ones: their errors, limits and receipts.

No sockets: a call of `deliver` goes straight to the route that would answer it, and a webhook to
the handler, when a test says so.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from channels.base import Call, ProviderResponse, filled
from conversation.bot import Bot
from conversation.errors import Unavailable
from conversation.message import Message
from conversation.turn import TurnRecord
from pforte.messengers.accounts import simulated_accounts
from pforte.messengers.faults import ChannelName, Fault, Faults, Plan
from pforte.messengers.platform import Platform
from pforte.messengers.provider import Provider, Shared
from pforte.messengers.said import Said
from pforte.messengers.store import Entry, Store, Webhook
from pforte.messengers.telegram import Telegram
from pforte.messengers.web import Request
from pforte.messengers.webhooks import Webhooks
from pforte.messengers.whatsapp import WhatsApp
from tests.fakes import MemoryVault
from tests.gateway import http_event
from tests.guarantees.house import House

CHANNELS: tuple[ChannelName, ...] = ("whatsapp", "messenger", "instagram", "telegram")
USERS: Mapping[str, str] = {
    "whatsapp": "491711234042",
    "messenger": "5200000000000001",
    "instagram": "6200000000000001",
    "telegram": "7000000001",
}
_PATHS = {
    "whatsapp": "/whatsapp/v25.0",
    "messenger": "/messenger/v25.0",
    "instagram": "/instagram/v25.0",
    "telegram": "/telegram",
}


class Collected(Webhooks):
    """Webhooks that wait until a test lets them be told."""

    def __init__(self) -> None:
        self.waiting: list[Webhook] = []

    def post(self, webhook: Webhook) -> None:
        """Keep a call."""
        self.waiting.append(webhook)


class SimulatedHouse(House):
    """`faults` says how sends fail; `hear` lets the messengers' webhooks come in."""

    def __init__(self, bot: Bot, state: Path) -> None:
        super().__init__(bot)
        accounts = simulated_accounts(state)
        self.store = Store(state / "messengers.sqlite")
        self.webhooks, self.faults = Collected(), Faults()
        shared = Shared(self.store, self.webhooks, self.faults, self.clock)
        self.providers: dict[str, Provider] = {
            "whatsapp": WhatsApp("whatsapp", accounts.whatsapp, shared),
            "messenger": Platform("messenger", accounts.messenger, shared),
            "instagram": Platform("instagram", accounts.instagram, shared),
            "telegram": Telegram(accounts.telegram, shared),
        }
        self._accounts = {name: getattr(accounts, name) for name in self.providers}
        known = {(name, one.account): one.secrets() for name, one in self._accounts.items()}
        self.vault = MemoryVault(known, self.moments)
        self._routes = [route for one in self.providers.values() for route in one.routes()]

    def deliver_house(self) -> Any:
        """Return what `deliver` works with: the simulated messengers."""
        return replace(super().deliver_house(), provider=self)

    def call(self, channel: str, call: Call, secrets: Mapping[str, str]) -> ProviderResponse:
        """Answer one call of `deliver` as the simulated messenger does."""
        path = _PATHS[channel] + filled(call.path, secrets)
        request = Request(
            method=call.method,
            path=path,
            query={},
            headers={name.lower(): filled(value, secrets) for name, value in call.headers.items()},
            body=json.dumps(call.json).encode(),
        )
        for method, pattern, answer in self._routes:
            found = re.fullmatch(pattern, path)
            if found and method == call.method:
                response = answer(replace(request, parts=found.groupdict()))
                if response.after:
                    response.after()
                if response.silent_for is not None:
                    raise Unavailable("time-out")
                told = {name.lower(): str(value) for name, value in response.headers.items()}
                return ProviderResponse(response.status, response.body, told)
        raise AssertionError(f"no messenger answers {call.method} {call.path}")

    def address_of(self, channel: str) -> str:
        """Return the address of the one customer on a channel."""
        return f"{channel}:{self._accounts[channel].account}:{USERS[channel]}"

    def conversation_of(self, user: str = "", channel: str = "telegram") -> str:
        """Return the id of the one conversation on a channel."""
        return self.identity.conversation(self.address_of(channel))

    def fail(self, channel: ChannelName, *faults: Fault) -> None:
        """Let the next sends to a channel fail."""
        self.faults.add(Plan(channel=channel, next=list(faults)))

    def says(self, channel: ChannelName, text: str) -> None:
        """Let the customer write; what is to be done is not done yet."""
        self.providers[channel].write(Said(channel=channel, user=USERS[channel], text=text))
        self.hear()

    def hear(self, newest_first: bool = False) -> None:
        """Let all webhooks come in; one that is not taken comes again at the next time."""
        waiting, self.webhooks.waiting = self.webhooks.waiting, []
        for webhook in reversed(waiting) if newest_first else waiting:
            target = self.providers[webhook.channel].target("")
            event = http_event("POST", target.url, webhook.body, target.sign(webhook.body))
            if self.post(event) != 200:
                self.webhooks.waiting.append(webhook)

    def settle(self, newest_first: bool = False) -> None:
        """Run and let hear until there is nothing left."""
        for _ in range(20):
            self.rest()
            if not self.webhooks.waiting:
                return
            self.hear(newest_first)
        raise AssertionError("webhooks are never taken")

    def phone(self, channel: ChannelName) -> list[Entry]:
        """Return what the customer's phone shows of ours."""
        entries = self.store.entries(channel, USERS[channel])
        return [e for e in entries if e.side == "house" and e.state != "failed"]

    def outcomes(self, channel: str) -> list[tuple[Message, TurnRecord]]:
        """Return our messages to the customer with the records that hold their outcomes."""
        return [
            (message, record)
            for record in self.records(channel=channel)
            for message in record.messages
            if message.author != "customer" and message.address is not None
        ]
