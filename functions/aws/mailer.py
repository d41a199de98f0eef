"""Send raw mails through Amazon SES (API v2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.exceptions import ConnectionError as NoConnection

from aws.outages import code_of
from conversation.errors import Unavailable


class SesClient(Protocol):
    """What is used of botocore's client for SES; it must not repeat a call by itself."""

    def send_email(self, **request: Any) -> Mapping[str, Any]:
        """Send a mail; the answer holds `MessageId`."""


class NotReached(Unavailable):
    """SES could not be reached at all: for certain, nothing was sent."""


@dataclass(frozen=True)
class Answer:
    """What SES answered: `id` of an accepted mail, else the `error`'s name and its `words`."""

    status: int
    id: str = ""
    error: str = ""
    words: str = ""


class SesMailer:
    """SES; `configuration` names the set that reports what becomes of mails, "" for none."""

    def __init__(self, client: SesClient, configuration: str = "") -> None:
        self._client = client
        self._configuration = configuration

    def send(self, raw: bytes, sender: str, recipient: str) -> Answer:
        """Send a mail. Raises Unavailable where the outcome is unknown, NotReached where not."""
        set_ = {"ConfigurationSetName": self._configuration} if self._configuration else {}
        try:
            answer = self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [recipient]},
                Content={"Raw": {"Data": raw}},
                **set_,
            )
        except ClientError as error:
            told = error.response
            status = told.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
            return Answer(status, "", code_of(error), told.get("Error", {}).get("Message", ""))
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise NotReached("SES cannot be reached") from error
        except (NoConnection, HTTPClientError) as error:
            raise Unavailable(f"SES: {type(error).__name__}") from error
        return Answer(200, answer["MessageId"])
