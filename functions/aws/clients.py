"""Build AWS clients: one session, so what botocore reads from disk is read once.

botocore itself, without boto3's resources: `python -X importtime` shows what that saves.
"""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)
"""Times in seconds: three attempts at one call fit well into converse's 20 s."""


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def client(service: str, endpoint: str | None = None) -> Any:
    """Return a client; region, credentials and endpoint come as botocore finds them."""
    return _session().create_client(service, endpoint_url=endpoint, config=_CONFIG)


def patient_client(service: str, seconds: float) -> Any:
    """Return a client that waits so long for an answer, and never repeats a call by itself."""
    patient = Config(read_timeout=seconds, retries={"total_max_attempts": 1})
    return _session().create_client(service, config=_CONFIG.merge(patient))
