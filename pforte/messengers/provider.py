"""Hold what all simulated messengers share: the phone's side of chats, typing, faults."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from pforte.messengers.accounts import Account
from pforte.messengers.faults import ChannelName, Faults
from pforte.messengers.files import File
from pforte.messengers.said import Said
from pforte.messengers.store import Entry, Option, Store
from pforte.messengers.web import BadRequest, Route
from pforte.messengers.webhooks import Target, Webhooks


def now_ms() -> int:
    """Return the time in ms."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Shared:
    """What all simulated messengers of one house work with; `clock` tells ms."""

    store: Store
    webhooks: Webhooks
    faults: Faults
    clock: Callable[[], int] = now_ms


class Provider(ABC):
    """A simulated messenger: an API for the house, and a phone for each customer.

    `account` is the house's at it, `own_url` is where all of them are served.
    """

    channel: ChannelName
    account: Account

    def __init__(self, shared: Shared) -> None:
        self.store = shared.store
        self.webhooks = shared.webhooks
        self.faults = shared.faults
        self.clock = shared.clock
        self.own_url = ""
        self._typing: dict[str, int] = {}

    @abstractmethod
    def routes(self) -> list[Route]:
        """Return the messenger's API."""

    @abstractmethod
    def target(self, base: str) -> Target:
        """Return where its webhooks go in a house whose webhooks are under `base`."""

    @abstractmethod
    def write(self, said: Said) -> Entry:
        """Let a customer act; the house hears of it by its webhook. Raises BadRequest."""

    def type_for(self, user: str, milliseconds: int) -> None:
        """Show the customer that we are typing; zero ends it."""
        self._typing[user] = self.clock() + milliseconds
        self.store.notify()

    def typing(self, user: str) -> bool:
        """Say whether the phone shows that we are typing."""
        return self._typing.get(user, 0) > self.clock()

    def _sent(self, said: Said) -> tuple[File, dict[str, str]]:
        """Keep what a customer sends; returns it with what the phone shows."""
        media = said.media
        if media is None:
            raise BadRequest(f"no file hangs on a {said.act}")
        file = self.store.files.put(media.data, media.mime_type, media.name)
        kind = file.kind if said.file else said.act
        text = media.caption or said.sticker or ""
        return file, {"kind": kind, "text": text, "file": file.id, "filename": file.name}

    def _tapped(self, said: Said) -> tuple[Entry, Option]:
        for entry in reversed(self.store.entries(self.channel, said.user)):
            for option in entry.options:
                if entry.state != "failed" and said.button in (option.id, option.title):
                    return entry, option
        raise BadRequest(f"no message offers the option {said.button!r}", 404)

    def _from_inbox(self, said: Said, provider_id: str, at: int, text: str) -> Entry:
        """Return what one of our people writes in the messenger's own app."""
        return Entry(
            channel=self.channel,
            user=said.user,
            side="house",
            provider_id=provider_id,
            at=at,
            text=text,
            state="sent",
        )

    def _earlier(self, said: Said, provider_id: str) -> Entry:
        entry = self.store.find(self.channel, said.user, provider_id)
        if entry is None:
            raise BadRequest(f"there is no message {provider_id!r} in this chat", 404)
        return entry
