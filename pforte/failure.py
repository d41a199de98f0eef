"""Name what a command cannot do, in words for whoever typed it."""

from collections.abc import Iterable

FOUND_WRONG = 1
CALLED_WRONGLY = 2


class Failure(Exception):
    """End the command with one line on stderr and no traceback; `status` is its exit status."""

    def __init__(self, message: str, status: int = FOUND_WRONG) -> None:
        super().__init__(message)
        self.status = status


def one_of(names: Iterable[str]) -> str:
    """Return an argument's name that lists what it may be; a call without it is told them all."""
    return f"{{{','.join(names)}}}"
