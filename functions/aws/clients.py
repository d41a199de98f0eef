"""Build AWS clients: one session, so what botocore reads from disk is read once.

botocore itself, without boto3's resources: `python -X importtime` shows what that saves.
"""

from functools import cache, cached_property
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)
"""Times in seconds: three attempts at one call fit well into converse's 20 s."""


_SIGNING = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
"""Links name the bucket's own host in its region; an endpoint that is an IP keeps its path."""

_SERVICES = ["cognito-idp", "dynamodb", "lambda", "s3", "sesv2", "sqs", "ssm"]


class _Loader(Loader):
    """What botocore knows of AWS; it would look through the folders of all 400 services first."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002  botocore's own
        """Name the services that the house uses."""
        return _SERVICES


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Loader())
    return session


def client(service: str, config: Config = _CONFIG, endpoint: str = "") -> Any:
    """Return a client; region, credentials and endpoint come as botocore finds them.

    `endpoint` is another one, where a simulated service stands in.
    """
    return _session().create_client(service, config=config, endpoint_url=endpoint or None)


class _LaterClient:
    """A client that is built at its first call: each is tens of milliseconds of a cold start."""

    def __init__(self, service: str, config: Config, endpoint: str = "") -> None:
        self._service = service
        self._config = config
        self._endpoint = endpoint

    @cached_property
    def _client(self) -> Any:
        return client(self._service, self._config, self._endpoint)

    def __getattr__(self, operation: str) -> Any:
        """Find an operation of the client."""
        return getattr(self._client, operation)


def later_client(service: str) -> Any:
    """Return a client that is built at its first call."""
    return _LaterClient(service, _CONFIG)


def signing_client(service: str) -> Any:
    """Return such a client whose links hold in every region."""
    return _LaterClient(service, _CONFIG.merge(_SIGNING))


def patient_client(service: str, seconds: float, endpoint: str = "") -> Any:
    """Return such a client that waits so long for an answer, and never repeats a call by itself."""
    patient = Config(read_timeout=seconds, retries={"total_max_attempts": 1})
    return _LaterClient(service, _CONFIG.merge(patient), endpoint)
