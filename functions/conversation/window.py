"""Say until when one may write freely to a customer: some messengers close a window after a time.

Only moments count (ms since the epoch, UTC): no calendar, no time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from conversation.incoming import Incoming, IncomingKind
from conversation.message import Author
from conversation.model import Model

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True)
class WindowRule:
    """How long (ms) a messenger lets us write freely after the customer did something.

    `anybody` is for all that we send, `person` for what a person wrote. `opened_by` are the kinds
    of events that count. `templates`: texts that the messenger has approved go at any time.
    """

    anybody: int = DAY
    person: int = DAY
    opened_by: frozenset[IncomingKind] = frozenset({"message"})
    templates: bool = False


class Window(Model):
    """Until when (ms) we may write freely: anybody, and a person; at that moment it is closed."""

    anybody: int
    person: int


class Standing(NamedTuple):
    """Who may write freely now, and until when (ms); None where that does not end by itself."""

    state: Literal["open", "people", "closed"]
    until: int | None = None

    def lets(self, author: Author) -> bool:
        """Say whether an author's words may go."""
        return self.state == "open" or (self.state == "people" and author == "agent")


def window_of(rule: WindowRule | None, heard: int | None) -> Window | None:
    """Return the window that the customer opened last; None where there is none, or none is known.

    What is not known is taken for open: then the messenger itself says no.
    """
    if rule is None or heard is None:
        return None
    return Window(anybody=heard + rule.anybody, person=heard + rule.person)


def standing(window: Window | None, now: int) -> Standing:
    """Say who may write at a moment."""
    if window is None:
        return Standing("open")
    if now < window.anybody:
        return Standing("open", window.anybody)
    if now < window.person:
        return Standing("people", window.person)
    return Standing("closed")


def heard_again(
    heard: Mapping[str, int], rule: WindowRule | None, incoming: Incoming, now: int
) -> dict[str, int]:
    """Return when each address opened its window last, after one more event.

    The moment is the messenger's own, not that of arrival, and never moves backwards; what is said
    to come from the future counts from now.
    """
    opens = rule is not None and incoming.kind in rule.opened_by
    taken_back = incoming.kind == "reaction" and not incoming.emoji
    if not opens or taken_back:
        return dict(heard)
    at = now if incoming.sent_at is None else min(incoming.sent_at, now)
    return {**heard, incoming.address: max(at, heard.get(incoming.address, at))}


def told_closed(
    heard: Mapping[str, int], rule: WindowRule | None, address: str, at: int
) -> dict[str, int]:
    """Return the same after the messenger said that a window was closed when we wrote (`at`).

    What we took for open is then open to people at most, what was open to people is closed. Whoever
    wrote at about that time or later has opened it anew.
    """
    known = heard.get(address)
    if rule is None or (known is not None and known > at - MINUTE):
        return dict(heard)
    state = standing(window_of(rule, known), at).state
    over = rule.anybody if state == "open" else rule.person
    return {**heard, address: min(at - over, at if known is None else known)}
