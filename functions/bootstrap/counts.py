"""Count what happened during an invocation, as metrics that CloudWatch reads from the log.

The embedded metric format is one line of JSON on standard output. Powertools writes the same, for
a fifth of a second of every cold start.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import TextIO

NAMESPACE = "Pforte"
MESSAGES_SENT = "MessagesSent"


class SentCounts:
    """Messages that messengers took, by channel; `house` names the stack, `clock` tells ms."""

    def __init__(self, house: str, clock: Callable[[], int], out: TextIO) -> None:
        self._house = house
        self._clock = clock
        self._out = out
        self._counts: Counter[str] = Counter()

    def count(self, channel: str) -> None:
        """Count one message: what the messenger takes, and may bill, as one."""
        self._counts[channel] += 1

    def write(self) -> None:
        """Tell CloudWatch what was counted since the last time."""
        for channel, number in self._counts.items():
            print(json.dumps(self._metric(channel, number)), file=self._out, flush=True)
        self._counts.clear()

    def _metric(self, channel: str, number: int) -> dict[str, object]:
        metric = {
            "Namespace": NAMESPACE,
            "Dimensions": [["House", "Channel"]],
            "Metrics": [{"Name": MESSAGES_SENT, "Unit": "Count"}],
        }
        return {
            "_aws": {"Timestamp": self._clock(), "CloudWatchMetrics": [metric]},
            "House": self._house,
            "Channel": channel,
            MESSAGES_SENT: number,
        }
