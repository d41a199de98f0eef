"""Turn what was measured into figures, and hold them against their bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from pforte.bench.measure import PASSED, Answered, Measured, Start, init_bound
from pforte.bench.package import Built, size
from pforte.bench.prices import Counts, Run, usd_per_million

PACKAGE_BYTES = 30_000_000
HTTP_CALLS, SQS_REQUESTS, LAMBDA_CALLS, READS, WRITE_UNITS = 1, 6, 3, 3, 6

POLLED = 2 * (1 + 1)
"""SQS requests that Lambda makes for a message: it receives and deletes it, at both queues."""

_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


@dataclass(frozen=True)
class Figure:
    """One figure; `bound` is what it may be at most, None where nothing is asked of it."""

    part: str
    name: str
    value: float
    unit: str
    bound: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        """Say whether the figure is above its bound."""
        return self.bound is not None and self.value > self.bound


def figures(measured: Measured, built: Built, for_aws: Built) -> list[Figure]:
    """Return every figure, in the order in which they are read; sizes are those of `for_aws`."""
    usual = measured.turns[1:]  # the first turn also says who answers, and reads the secrets
    package = max(size(function.package) for function in for_aws.functions.values())
    return [
        *(one for room, starts in measured.starts.items() for one in _start(room, starts)),
        *_processor(measured.turns),
        Figure("size", "package of functions/, unzipped", package / 1e6, "MB", PACKAGE_BYTES / 1e6),
        *(
            Figure("size", f"layer {name}", size(folder) / 1e6, "MB")
            for name, folder in for_aws.layers.items()
        ),
        *_calls(usual),
        *_conversation(measured.turns),
        *_costs(usual, built),
    ]


def as_json(found: Sequence[Figure]) -> dict[str, Any]:
    """Return the figures for machines."""
    return {
        "figures": [asdict(one) | {"missed": one.missed} for one in found],
        "missed": [f"{one.part}: {one.name}" for one in found if one.missed],
    }


def _start(room: str, starts: Sequence[Start]) -> list[Figure]:
    """Return a function's start: the least that the process took, and beside it what else."""
    init = [start.init for start in starts]
    note = (
        f"{len(init)} starts: median {median(cpu for cpu, _ in init):.0f}, "
        f"wall {min(wall for _, wall in init):.0f} to {median(wall for _, wall in init):.0f}"
    )
    return [
        Figure("start", f"{room}: init", min(cpu for cpu, _ in init), "ms", init_bound(room), note),
        Figure("start", f"{room}: its import", min(s.imported[0] for s in starts), "ms"),
        Figure("start", f"{room}: first event", min(s.first_event[0] for s in starts), "ms"),
    ]


def _processor(turns: Sequence[Answered]) -> list[Figure]:
    names = {"webhook": "webhook", "converse": "turn", "deliver": "delivery"}
    found = []
    for room in PASSED:
        took = [turn.took[room] for turn in turns[1:]]
        note = f"least {min(took):.1f}"
        found.append(Figure("processor", f"one {names[room]}", median(took), "ms", note=note))
    return found


def counts(turns: Sequence[Answered]) -> Counts:
    """Return what one answered message takes, on average over these."""

    def mean(of: Mapping[str, Any]) -> float:
        chosen = [[c for c in turn.calls if c["service"] == of["service"]] for turn in turns]
        if "writes" in of:
            chosen = [[c for c in t if (c["operation"] in _WRITES) == of["writes"]] for t in chosen]
        return fmean(sum(call[of["sum"]] for call in turn) for turn in chosen)

    return Counts(
        http_calls=1,
        sqs_requests=POLLED + mean({"service": "sqs", "sum": "requests"}),
        lambda_calls=len(PASSED),
        read_units=mean({"service": "dynamodb", "writes": False, "sum": "units"}),
        write_units=mean({"service": "dynamodb", "writes": True, "sum": "units"}),
        log_bytes=fmean(turn.log_bytes for turn in turns),
    )


def _calls(turns: Sequence[Answered]) -> list[Figure]:
    found = counts(turns)
    part = "one answered message"
    reads = fmean(
        sum(
            call["requests"]
            for call in turn.calls
            if call["service"] == "dynamodb" and call["operation"] not in _WRITES
        )
        for turn in turns
    )
    sent = fmean(sum(call["sent_bytes"] for call in turn.calls) for turn in turns)
    received = fmean(sum(call["received_bytes"] for call in turn.calls) for turn in turns)
    polled = f"of these {POLLED} by Lambda's pollers"
    return [
        Figure(part, "HTTP calls", found.http_calls, "", HTTP_CALLS),
        Figure(part, "SQS requests", found.sqs_requests, "", SQS_REQUESTS, polled),
        Figure(part, "Lambda calls", found.lambda_calls, "", LAMBDA_CALLS),
        Figure(part, "table reads", reads, "", READS),
        Figure(part, "table read units", found.read_units, ""),
        Figure(part, "table write units", found.write_units, "", WRITE_UNITS),
        Figure(part, "bytes sent to AWS", sent, "B"),
        Figure(part, "bytes received from AWS", received, "B"),
        Figure(part, "log bytes", found.log_bytes, "B"),
    ]


def _conversation(turns: Sequence[Answered]) -> list[Figure]:
    return [
        Figure("conversation item", f"after {n} turns", turns[n - 1].conversation_bytes, "B")
        for n in (1, 3, len(turns))
    ]


def _costs(turns: Sequence[Answered], built: Built) -> list[Figure]:
    runs = {
        room: Run(
            cpu_ms=median(turn.took[room] for turn in turns),
            memory=built.functions[room].memory,
            aws_calls=fmean(turn.calls_of[room] for turn in turns),
            messenger_calls=fmean(turn.sent for turn in turns) if room == "deliver" else 0,
        )
        for room in PASSED
    }
    return [
        Figure("a million answered messages", name, cost, "USD")
        for name, cost in usd_per_million(counts(turns), runs).items()
    ]
