"""Stand before and after every operation of a handler: count it, fail it, or let others act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from conversation.errors import Unavailable
from tests.faults import READS, Faults

MOST = 5_000
"""How many moments a house may pass until it counts as one that never comes to rest."""


class Killed(BaseException):
    """The process dies at this very line."""


class NeverAtRest(BaseException):
    """A handler runs on and on; no `except Exception` is to swallow this."""


type When = Literal["before", "after"]


@dataclass(frozen=True)
class Moment:
    """Directly before or after an operation took effect.

    `handler` is who runs; `number` counts its operations from 0, over all its invocations; `op`
    and `name` as in `tests.faults`.
    """

    handler: str
    when: When
    number: int
    op: str
    name: str

    @property
    def is_a_read(self) -> bool:
        """Say whether nothing changed: dying after a read is dying before the next operation."""
        return self.op in READS


type Hook = Callable[[Moment], None]


def _nothing(moment: Moment) -> None:
    """Let nothing happen."""


class Moments(Faults):
    """Tell `hook` of every moment of the handler that runs; what `hook` itself does is not told.

    `passed` keeps all moments in order.
    """

    def __init__(self) -> None:
        self.hook: Hook = _nothing
        self.handler = ""
        self.passed: list[Moment] = []
        self._numbers: dict[str, int] = {}
        self._inside = False

    def before(self, op: str, name: str) -> None:
        """Be told that an operation is about to take effect."""
        if self.handler and not self._inside:
            self._numbers[self.handler] = self._numbers.get(self.handler, -1) + 1
            self._tell("before", op, name)

    def after(self, op: str, name: str) -> None:
        """Be told that an operation took effect, before its caller learns of it."""
        if self.handler and not self._inside:
            self._tell("after", op, name)

    def _tell(self, when: When, op: str, name: str) -> None:
        moment = Moment(self.handler, when, self._numbers[self.handler], op, name)
        self.passed.append(moment)
        if len(self.passed) > MOST:
            raise NeverAtRest
        handler, self._inside = self.handler, True
        try:
            self.hook(moment)
        finally:
            self.handler, self._inside = handler, False


def at(chosen: Moment, act: Callable[[], object]) -> Hook:
    """Let something happen at one moment."""

    def hook(moment: Moment) -> None:
        if moment == chosen:
            act()

    return hook


def once(when: When, name: str, act: Callable[[], object]) -> Hook:
    """Let something happen the first time that an operation of this name comes."""
    done: list[bool] = []

    def hook(moment: Moment) -> None:
        if not done and (moment.when, moment.name) == (when, name):
            done.append(True)
            act()

    return hook


def die() -> None:
    """End the process."""
    raise Killed


def fail() -> None:
    """Let the service be out of reach, or its answer be lost."""
    raise Unavailable("out of reach")
