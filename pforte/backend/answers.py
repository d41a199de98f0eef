"""Say what the back end answers: a result, or why it refuses, as problem details (RFC 9457)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """A status and a JSON object."""

    status: int
    body: dict[str, Any]


class Refused(Exception):
    """What is asked for cannot be done.

    `code` is what a program decides by, `detail` is for people who read logs; `more` are facts
    that help to ask better.
    """

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.answer = Answer(status, {"status": status, "code": code, "detail": detail, **more})
