"""Make and use one-time codes, and find the conversation that a merged one became."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from conversation.address import Address
from conversation.conversation import Conversation
from conversation.identity import Identity
from conversation.link import CODE_LIFE, OfferLinks, TakeCode
from conversation.ports import Table, Vault
from conversation.turn import TurnRecord
from conversation.understanding import Language

type DeepLink = Callable[[str, str, Mapping[str, str], str, Language], str]
"""Return a channel's link with a code for an account and its secrets, "" for none."""

MOST_HOPS = 20
"""A conversation is merged into an older one each time; so many times in a row is a mistake."""


class CodeLinks:
    """The codes of one house; fulfils `conversation.ports.Links`."""

    def __init__(
        self,
        table: Table,
        vault: Vault,
        identity: Callable[[], Identity],
        deep_link: DeepLink,
    ) -> None:
        self._table = table
        self._vault = vault
        self._identity = identity
        self._deep_link = deep_link

    def channels(self, address: str) -> tuple[str, ...]:
        """Return the messengers to which a conversation can go on from an address."""
        links = self._deep_links(address, "", "de")
        return tuple(dict.fromkeys(channel for channel, _ in links))

    def offer(self, asked: OfferLinks) -> dict[str, Any]:
        """Make a code and the deep links that carry it; a repeat gives the same.

        Where no other messenger can be offered no code is made: both are empty. Raises Unavailable.
        """
        code = self._identity().link_code(asked.key)
        found = self._deep_links(asked.address, code, asked.language)
        links = [{"channel": channel, "url": url} for channel, url in found]
        if not links:
            return {"code": "", "links": []}
        body = {
            "conversation": asked.conversation,
            "created": asked.created,
            "address": asked.address,
        }
        self._table.put_link_code(self._identity().link_key(code), body, asked.at + CODE_LIFE)
        return {"code": code, "links": links}

    def take(self, asked: TakeCode) -> dict[str, Any]:
        """Use a code up; a repeat is answered as the first time. Raises Unavailable."""
        key = self._identity().link_key(asked.code)
        return self._table.take_link_code(key, asked.by, asked.at) or {}

    def _deep_links(self, address: str, code: str, language: Language) -> Iterator[tuple[str, str]]:
        here = Address.parse(address)
        for channel, account in self._vault.accounts():
            if (channel, account) == (here.channel, here.account):
                continue
            known = self._vault.account(channel, account) or {}
            url = self._deep_link(channel, account, known, code, language)
            if url:
                yield channel, url


def survivor(table: Table, id_: str) -> Conversation | None:
    """Return a conversation, or the one that it was merged into. Raises Unavailable."""
    conversations = list(chain(table, id_))
    return conversations[-1] if conversations else None


def chain(table: Table, id_: str) -> Iterator[Conversation]:
    """Return a conversation, the one that it was merged into, and so on. Raises Unavailable."""
    conversation = table.conversation(id_)
    for _ in range(MOST_HOPS):
        if conversation is None:
            return
        yield conversation
        if not conversation.merged_into:
            return
        conversation = table.conversation(conversation.merged_into)
    raise RecursionError(f"{id_} is merged in a circle")


def related(table: Table, id_: str) -> Iterator[Conversation]:
    """Return an address's own conversation, those it is or was merged into, each once.

    What was said to the address stands in one of them. Raises Unavailable.
    """
    left, seen = [id_], set[str]()
    while left:
        next_id = left.pop(0)
        if next_id in seen:
            continue
        seen.add(next_id)
        conversation = table.conversation(next_id)
        if conversation is not None:
            yield conversation
            left += [
                other for other in (conversation.merged_into, *conversation.was[::-1]) if other
            ]


def recent(table: Table, id_: str, each: int) -> Iterator[TurnRecord]:
    """Return the newest records of all `related` conversations, so many of each."""
    for conversation in related(table, id_):
        yield from islice(table.records(conversation.id, newest_first=True), each)
