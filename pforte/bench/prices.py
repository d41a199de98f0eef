"""Turn counts into US dollars: list prices of eu-central-1 as of 2026-11, without free tiers.

Sources: the pricing pages of API Gateway, Lambda, SQS, DynamoDB, CloudWatch and X-Ray.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HTTP_API_CALL = 1.20e-6
SQS_FIFO_REQUEST = 0.50e-6
LAMBDA_CALL = 0.20e-6
LAMBDA_GB_SECOND = 13.3334e-6
"""On arm64."""
READ_UNIT = 0.1525e-6
WRITE_UNIT = 0.7625e-6
LOG_GB = 0.63
TRACE = 5.00e-6
TRACED_SHARE = 0.05
"""What X-Ray samples by default, beside one request a second."""

AWS_CALL_MS = 6.0
"""How long a function waits for a call within the region (an assumption)."""

MESSENGER_MS = 200.0
"""How long it waits for the messenger's answer (an assumption)."""

FULL_PROCESSOR_MB = 1769
"""With so much memory a function has one processor; with less, a share of it."""

_GB = 1_000_000_000
_MB_OF_A_GB = 1024


@dataclass(frozen=True)
class Run:
    """One function's part in a message: `cpu_ms` of its process, `memory` in MB."""

    cpu_ms: float
    memory: int
    aws_calls: float
    messenger_calls: float

    @property
    def gb_seconds(self) -> float:
        """Return what Lambda bills."""
        slower = max(1.0, FULL_PROCESSOR_MB / self.memory)
        waiting = self.aws_calls * AWS_CALL_MS + self.messenger_calls * MESSENGER_MS
        return (self.cpu_ms * slower + waiting) / 1000 * self.memory / _MB_OF_A_GB


@dataclass(frozen=True)
class Counts:
    """What one answered message takes of each service."""

    http_calls: float
    sqs_requests: float
    lambda_calls: float
    read_units: float
    write_units: float
    log_bytes: float


def usd_per_million(counts: Counts, runs: Mapping[str, Run]) -> dict[str, float]:
    """Return by service what a million answered messages cost, and the total."""
    million = 1_000_000
    costs = {
        "API Gateway": counts.http_calls * HTTP_API_CALL,
        "SQS": counts.sqs_requests * SQS_FIFO_REQUEST,
        "Lambda calls": counts.lambda_calls * LAMBDA_CALL,
        "Lambda time": sum(run.gb_seconds for run in runs.values()) * LAMBDA_GB_SECOND,
        "DynamoDB": counts.read_units * READ_UNIT + counts.write_units * WRITE_UNIT,
        "CloudWatch logs": counts.log_bytes / _GB * LOG_GB,
        "X-Ray": TRACED_SHARE * TRACE,
    }
    return {name: cost * million for name, cost in costs.items()} | {
        "total": sum(costs.values()) * million
    }
