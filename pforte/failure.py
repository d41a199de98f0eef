"""Name what a command cannot do, in words for whoever typed it."""

FOUND_WRONG = 1
CALLED_WRONGLY = 2


class Failure(Exception):
    """End the command with one line on stderr and no traceback; `status` is its exit status."""

    def __init__(self, message: str, status: int = FOUND_WRONG) -> None:
        super().__init__(message)
        self.status = status
