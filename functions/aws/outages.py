"""Tell outages of AWS from mistakes of ours: only an outage is worth trying again."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from conversation.errors import Unavailable

_OUTAGES = frozenset(
    {
        "BandwidthLimitExceeded",
        "InternalError",
        "InternalServerError",
        "LimitExceededException",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Error codes that pass by themselves, after botocore's `retries.standard`."""


def code_of(error: ClientError) -> str:
    """Return AWS's word for an error."""
    return error.response.get("Error", {}).get("Code", "")


@contextmanager
def reaching_aws() -> Iterator[None]:
    """Turn throttling, time-outs, lost connections and 5xx into Unavailable; also a decorator."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code_of(error) in _OUTAGES or status >= 500:
            raise Unavailable(f"{error.operation_name}: {code_of(error)}") from error
        raise
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable(type(error).__name__) from error
