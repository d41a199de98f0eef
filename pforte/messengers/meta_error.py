"""Say how Meta answers what it does not take; pure."""

from collections.abc import Mapping
from typing import Any, ClassVar


class MetaError(Exception):
    """An answer that is no success; `statuses` are the HTTP statuses of its codes, else 400."""

    statuses: ClassVar[Mapping[int, int]] = {}

    def __init__(self, code: int, details: str, subcode: int = 0, status: int = 0) -> None:
        super().__init__(f"(#{code}) {details}")
        self.code = code
        self.details = details
        self.subcode = subcode
        self.status = status or self.statuses.get(code, 400)

    def to_dict(self) -> dict[str, Any]:
        """Return the error's JSON body."""
        error: dict[str, Any] = {
            "message": str(self),
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": "ASimulatedTrace0000000000",
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": error}
