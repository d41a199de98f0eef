"""Tell customers that we have read, and that we are at it: signs whose failure matters to nobody.

A read mark goes with a reply, behind it, so that it delays nothing; typing is shown while a turn
waits for its back end. Neither has an outcome, and neither is tried again.
"""

from collections.abc import Callable

from channels.base import Call
from channels.registry import channel_named
from conversation.address import Address
from conversation.errors import Unavailable
from conversation.ports import Vault
from conversation.turn import Typing
from deliver.provider import Provider

STALE = 10_000
"""So long (ms) after the word for it was given there is an answer; repeats come later still."""


def mark_read(vault: Vault, provider: Provider, address: str, seen: str) -> None:
    """Tell the customer that all up to a message of theirs was read."""
    place = Address.parse(address)
    call = channel_named(place.channel).mark_read(place.account, place.user, seen)
    _make(vault, provider, place, call)


def show_typing(vault: Vault, provider: Provider, clock: Callable[[], int], typing: Typing) -> None:
    """Show the customer that an answer is being made; a late word for it is dropped."""
    if clock() - typing.at > STALE:
        return
    place = Address.parse(typing.address)
    call = channel_named(place.channel).show_typing(place.account, place.user, typing.seen)
    _make(vault, provider, place, call)


def _make(vault: Vault, provider: Provider, place: Address, call: Call | None) -> None:
    if call is None:
        return
    try:
        secrets = vault.account(place.channel, place.account)
        if secrets is not None:
            provider.call(place.channel, call, secrets)
    except Unavailable:
        return  # nobody waits for it, and the next reply shows the same
