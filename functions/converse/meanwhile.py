"""Do something small while something long is waited for, if it takes so long at all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from channels.registry import channel_named
from conversation.errors import Unavailable
from conversation.event import CustomerEvent
from conversation.ports import Outbound
from conversation.turn import StartedTurn, Typing

type Meanwhile = Callable[[float, Callable[[], None]], AbstractContextManager[None]]
"""Within it, a function is called once so many seconds have passed."""


@contextmanager
def after(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Call a function after so many seconds unless the block has ended; its end waits for it.

    A function of Lambda is frozen when it has answered: nothing may still run then.
    """
    timer = threading.Timer(seconds, act)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def never(seconds: float, act: Callable[[], None]) -> Iterator[None]:  # noqa: ARG001  the other's
    """Call nothing: what is not run by Lambda has nobody who waits."""
    yield


def let_type(outbound: Outbound, started: StartedTurn, now: int) -> None:
    """Ask for who wrote last to be shown that an answer is being made, where that can be shown."""
    asked = [event.incoming for event in started.events if isinstance(event, CustomerEvent)]
    if not asked:
        return
    last = asked[-1]
    if channel_named(last.channel).show_typing(last.account, last.user, last.provider_id) is None:
        return
    try:
        outbound.type(Typing(address=last.address, at=now, seen=last.provider_id))
    except Unavailable:
        return  # the answer itself will show that somebody is here
