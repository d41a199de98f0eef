"""Let tests stand between a handler and every operation of its fakes."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

READS = frozenset({"get", "query", "receive"})


class Faults:
    """Do nothing; subclasses raise, kill, or run somebody else.

    `op` is one of get, query, receive (reads), put, cput, upd, del, send, chvis, call; `name` is
    the method, with the queue before it where there is one (`inbound.send`). The operation itself
    happens at once between `before` and `after`.
    """

    def before(self, op: str, name: str) -> None:
        """Be told that an operation is about to take effect."""

    def after(self, op: str, name: str) -> None:
        """Be told that an operation took effect, before its caller learns of it."""

    def twice(self, op: str, name: str) -> bool:
        """Say whether the SDK repeats a write that had arrived, its answer being lost."""
        return False

    def lags(self, name: str) -> bool:
        """Say whether an index read shows the index as it was before its last change."""
        return False


class Faulty:
    """An outside whose operations go through `faults`."""

    def __init__(self, faults: Faults, prefix: str = "") -> None:
        self.faults = faults
        self._prefix = prefix


def operation[S: Faulty, **P, R](
    op: str,
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """Make a method one operation of the outside."""

    def decorate(act: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        @wraps(act)
        def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            name = self._prefix + act.__name__.removeprefix("_")
            self.faults.before(op, name)
            result = act(self, *args, **kwargs)
            if op not in READS and self.faults.twice(op, name):
                result = act(self, *args, **kwargs)
            self.faults.after(op, name)
            return result

        return method

    return decorate
