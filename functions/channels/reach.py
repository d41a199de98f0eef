"""Say what can be sent to an address now, and keep what is known of its messaging window."""

from channels import reasons
from channels.registry import CHANNELS
from conversation.address import Address
from conversation.conversation import Conversation
from conversation.incoming import Incoming
from conversation.message import Author, Content
from conversation.window import (
    Standing,
    Window,
    WindowRule,
    heard_again,
    standing,
    told_closed,
    window_of,
)


def unsendable(
    conversation: Conversation, address: str, author: Author, content: Content, now: int
) -> str:
    """Return why a message can certainly not be sent, "" where it may be tried."""
    if address in conversation.blocked:
        return reasons.BLOCKED
    if content.template is not None or standing_at(conversation, address, now).lets(author):
        return ""
    return reasons.WINDOW_CLOSED


def standing_at(conversation: Conversation, address: str, now: int) -> Standing:
    """Say who may write freely to an address of a conversation."""
    return standing(window_at(conversation, address), now)


def window_at(conversation: Conversation, address: str) -> Window | None:
    """Return until when one may write freely to an address, None where that is not known to end."""
    return window_of(_rule(address), conversation.heard.get(address))


def takes_templates(address: str) -> bool:
    """Say whether the messenger has approved texts."""
    rule = _rule(address)
    return rule is not None and rule.templates


def heard_from(conversation: Conversation, incoming: Incoming, now: int) -> dict[str, int]:
    """Return when each address opened its window last, after one more event."""
    return heard_again(conversation.heard, _rule(incoming.address), incoming, now)


def refused_at(conversation: Conversation, address: str, reason: str, at: int) -> dict[str, int]:
    """Return the same after the messenger refused what was sent (`at`) for a `reason`."""
    if reason.partition(" ")[0] != reasons.WINDOW_CLOSED:
        return conversation.heard
    return told_closed(conversation.heard, _rule(address), address, at)


def _rule(address: str) -> WindowRule | None:
    channel = CHANNELS.get(Address.parse(address).channel)
    return channel.abilities.window if channel else None
