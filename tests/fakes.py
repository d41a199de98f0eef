"""Stand in for table, queues, bucket, secrets and action server, in memory and in one thread.

Everything is stored as JSON, so nothing that a handler holds can change what is stored, and what
is read has been through the same writing and reading as on AWS. `Faults` is told of every
operation before and after it took effect: it may raise, or let something else run meanwhile.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from conversation.media import Fate, MediaJob
from conversation.turn import ActionCall
from tests.fake_queues import (
    MemoryInbound,
    MemoryOutbound,
    MemoryQueue,
    Received,
    address_group,
    lambda_event,
)
from tests.fake_table import MemoryTable
from tests.faults import Faults, Faulty, operation

__all__ = [
    "Faults",
    "MemoryArchive",
    "MemoryInbound",
    "MemoryMedia",
    "MemoryMediaQueue",
    "MemoryOutbound",
    "MemoryQueue",
    "MemoryTable",
    "MemoryVault",
    "Received",
    "StaticActions",
    "address_group",
    "lambda_event",
]


class MemoryArchive(Faulty):
    """The bucket."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults or Faults(), "archive.")
        self.objects: dict[str, bytes] = {}

    @operation("put")
    def put(self, key: str, body: bytes) -> None:
        """Keep bytes under a key."""
        self.objects[key] = body

    @operation("get")
    def get(self, key: str) -> bytes | None:
        """Read what is kept under a key."""
        return self.objects.get(key)


class MemoryMedia(Faulty):
    """The bucket, as the place of files; `links` are what was asked for."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults or Faults(), "media.")
        self.objects: dict[str, tuple[bytes, str]] = {}

    @operation("put")
    def put(self, key: str, body: bytes, mime_type: str) -> None:
        """Keep a file under a key."""
        self.objects[key] = body, mime_type

    @operation("get")
    def get(self, key: str) -> bytes | None:
        """Read what is kept under a key."""
        return self.objects.get(key, (None, ""))[0]

    @operation("remove")
    def remove(self, keys: Sequence[str]) -> None:
        """Remove what is kept under these keys."""
        for key in keys:
            self.objects.pop(key, None)

    def link(self, key: str, fate: Fate, seconds: int) -> str:
        """Return an address that says what it is for."""
        return f"https://bucket.example/{key}?type={fate.mime_type}&seconds={seconds}"

    def origin(self) -> str:
        """Return the origin of all links."""
        return "https://bucket.example"


class MemoryMediaQueue(Faulty):
    """The queue of files that are to be fetched."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults or Faults(), "media_queue.")
        self.jobs: list[MediaJob] = []
        self.postponed: list[tuple[str, int]] = []

    @operation("send")
    def send(self, job: MediaJob) -> None:
        """Let a file be fetched."""
        self.jobs.append(job)

    @operation("chvis")
    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a received job come back in so many seconds."""
        self.postponed.append((receipt, seconds))


class MemoryVault(Faulty):
    """The secrets of the house: `connected` holds accounts' secrets by (channel, account)."""

    def __init__(
        self,
        connected: Mapping[tuple[str, str], dict[str, str]] | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults or Faults(), "vault.")
        self.connected = dict(connected or {})

    @operation("get")
    def identity_key(self) -> bytes:
        """Return the key of all ids."""
        return b"the same key in every test run.."

    @operation("get")
    def account(self, channel: str, account: str) -> dict[str, str] | None:
        """Return the secrets of an account, None where it is not connected."""
        return self.connected.get((channel, account))

    @operation("get")
    def accounts(self) -> list[tuple[str, str]]:
        """Return the connected accounts as (channel, account)."""
        return sorted(self.connected)


class StaticActions(Faulty):
    """An action server whose answers stand fixed.

    `calls` keeps what was asked, `seconds` how long it might have taken.

    An answer may be an exception, which is raised.
    """

    def __init__(
        self,
        answers: Mapping[str, dict[str, Any] | Exception] | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults or Faults(), "actions.")
        self.answers = dict(answers or {})
        self.calls: list[ActionCall] = []
        self.seconds: list[float] = []

    @operation("call")
    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Return the answer of an action, or raise it."""
        self.calls.append(call)
        self.seconds.append(seconds)
        answer = self.answers[call.action]
        if isinstance(answer, Exception):
            raise answer
        return answer
