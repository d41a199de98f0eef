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


def client(service: str, endpoint: str | None = None, config: Config | None = None) -> Any:
    """Return a client of a service; region, credentials and endpoint come as botocore finds them.

    `config` is laid over the settings that all clients share.
    """
    merged = _CONFIG.merge(config) if config else _CONFIG
    return _session().create_client(service, endpoint_url=endpoint, config=merged)
