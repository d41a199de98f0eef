"""Fail when told to: what the next sends to a messenger are answered with."""

import threading
from collections import deque
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.registry import CHANNELS


def _outside(name: str) -> str:
    if name not in CHANNELS or not CHANNELS[name].abilities.pushed:
        raise ValueError(f"there is no messenger {name!r}")
    return name


ChannelName = Annotated[str, AfterValidator(_outside)]
"""A channel that somebody else runs: each of them is simulated."""


class Fault(BaseModel):
    """How one send fails.

    `status` answers with that HTTP status (`retry_after` in seconds, `body` instead of the
    messenger's own error). `error` is a code of Meta's, told at once or, on WhatsApp with
    `later`, by a status webhook after the send was accepted. `blocked`: the customer has blocked
    us. `timeout_after_accept` takes the message and never answers; the connection is held for
    `hold` seconds and closed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0)
    body: str | None = None
    error: int | None = None
    later: bool = False
    blocked: bool = False
    timeout_after_accept: bool = False
    hold: float = Field(default=10.0, ge=0, le=60)


class Plan(BaseModel):
    """The faults of the next sends to a channel, or to one user; the list runs `count` times."""

    model_config = ConfigDict(extra="forbid")

    channel: ChannelName
    user: str | None = None
    next: list[Fault] = Field(min_length=1)
    count: int = Field(default=1, ge=1, le=1000)


class Faults:
    """Hold the plans and hand out their faults, first plan first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: list[tuple[Plan, deque[Fault]]] = []

    def add(self, plan: Plan) -> None:
        """Follow a plan, after those that are still running."""
        with self._lock:
            self._plans.append((plan, deque(plan.next * plan.count)))

    def clear(self) -> None:
        """Forget all plans."""
        with self._lock:
            self._plans.clear()

    def left(self) -> list[dict[str, object]]:
        """Return what is still to come, plan by plan."""
        with self._lock:
            return [
                {
                    "channel": plan.channel,
                    "user": plan.user,
                    "next": [fault.model_dump(exclude_defaults=True) for fault in faults],
                }
                for plan, faults in self._plans
            ]

    def take(self, channel: ChannelName, user: str) -> Fault | None:
        """Return the fault of this send, None where it shall succeed."""
        with self._lock:
            for entry in self._plans:
                plan, faults = entry
                if plan.channel == channel and plan.user in (None, user):
                    fault = faults.popleft()
                    if not faults:
                        self._plans.remove(entry)
                    return fault
        return None
