"""The arithmetic of messaging windows: never open for longer than the messenger lets us."""

from hypothesis import given
from hypothesis import strategies as st

from channels.registry import CHANNELS
from conversation.incoming import Incoming, IncomingKind
from conversation.message import Author
from conversation.window import (
    DAY,
    MINUTE,
    Window,
    WindowRule,
    heard_again,
    standing,
    told_closed,
    window_of,
)

MOMENTS = st.integers(min_value=0, max_value=4_000_000_000_000)
RULES = [channel.abilities.window for channel in CHANNELS.values() if channel.abilities.window]
KINDS: tuple[IncomingKind, ...] = ("message", "reaction", "edit", "delete", "status", "referral")
AUTHORS: tuple[Author, ...] = ("bot", "agent", "system")
USER = "whatsapp:1:2"


def _incoming(kind: IncomingKind, at: int | None, emoji: str = "👍") -> Incoming:
    return Incoming(
        kind=kind,
        channel="whatsapp",
        account="1",
        user="2",
        provider_id="m",
        sent_at=at,
        emoji=emoji,
    )


events = st.lists(
    st.tuples(st.sampled_from(KINDS), st.none() | MOMENTS, st.sampled_from(["", "👍"]), MOMENTS),
    max_size=12,
)


@given(rule=st.sampled_from(RULES), told=events, now=MOMENTS, author=st.sampled_from(AUTHORS))
def test_never_open_for_longer_than_the_customer_opened_it(
    rule: WindowRule,
    told: list[tuple[IncomingKind, int | None, str, int]],
    now: int,
    author: Author,
) -> None:
    """Whatever came, in whatever order: who may write has been heard from lately enough."""
    heard: dict[str, int] = {}
    opened = []
    for kind, at, emoji, arrived in told:
        heard = heard_again(heard, rule, _incoming(kind, at, emoji), arrived)
        if kind in rule.opened_by and (kind != "reaction" or emoji):
            opened.append(arrived if at is None else min(at, arrived))
    assert heard.get(USER) == max(opened, default=None)
    state = standing(window_of(rule, heard.get(USER)), now)
    if heard:
        longest = rule.person if author == "agent" else rule.anybody
        assert state.lets(author) == (now < max(opened) + longest)
    else:
        assert state.lets(author)


@given(heard=MOMENTS, later=st.integers(min_value=0, max_value=20 * DAY))
def test_it_ends_at_its_very_moment(heard: int, later: int) -> None:
    """Open until a moment means until then, not at it; what is told of its end is true."""
    rule = WindowRule(anybody=DAY, person=7 * DAY)
    window = window_of(rule, heard)
    assert window == Window(anybody=heard + DAY, person=heard + 7 * DAY)
    state = standing(window, heard + later)
    expected = "open" if later < DAY else "people" if later < 7 * DAY else "closed"
    assert state.state == expected
    assert (state.until is None) == (expected == "closed")
    if state.until is not None:
        assert standing(window, state.until - 1).state == expected
        assert standing(window, state.until).state != expected


@given(known=MOMENTS, at=MOMENTS, now=MOMENTS)
def test_it_never_moves_backwards(known: int, at: int, now: int) -> None:
    """A message that comes late, or says it is from tomorrow, shortens and lengthens nothing."""
    rule = WindowRule()
    after = heard_again({USER: known}, rule, _incoming("message", at), now)[USER]
    assert after == max(known, min(at, now))


@given(rule=st.sampled_from(RULES), known=st.none() | MOMENTS, at=MOMENTS)
def test_the_messenger_has_the_last_word(rule: WindowRule, known: int | None, at: int) -> None:
    """What was refused as closed counts as less open than before, unless they wrote about then."""
    before = {} if known is None else {USER: known}
    after = told_closed(before, rule, USER, at)
    if known is not None and known > at - MINUTE:
        assert after == before
        return
    was = standing(window_of(rule, known), at).state
    now = standing(window_of(rule, after[USER]), at).state
    order = ["open", "people", "closed"]
    assert order.index(now) > order.index(was) or was == "closed"
    assert known is None or after[USER] <= known


def test_who_has_a_window() -> None:
    """WhatsApp: a day, then templates. Messenger, Instagram: a day, a person seven."""
    known = {
        name: window and (window.anybody // DAY, window.person // DAY, window.templates)
        for name, window in ((n, c.abilities.window) for n, c in CHANNELS.items())
    }
    assert {name: rule for name, rule in known.items() if rule} == {
        "whatsapp": (1, 1, True),
        "messenger": (1, 7, False),
        "instagram": (1, 7, False),
    }
