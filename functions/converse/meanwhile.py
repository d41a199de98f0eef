"""Do something small while something long is waited for, if it takes so long at all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

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
