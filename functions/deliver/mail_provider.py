"""Send mails through SES, which wants signed requests: AWS's client stands where HTTP would."""

import json
from base64 import b64decode
from typing import Protocol

from aws.mailer import Answer, NotReached
from channels.base import Call, ProviderResponse, Secrets
from deliver.provider import NotSent


class Mailer(Protocol):
    """What sends a raw mail."""

    def send(self, raw: bytes, sender: str, recipient: str) -> Answer:
        """Send a mail. Raises Unavailable where the outcome is unknown, NotReached where not."""


class MailProvider:
    """SES's side of the line; it knows the house by its function's role, not by secrets."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def call(self, channel: str, call: Call, secrets: Secrets) -> ProviderResponse:  # noqa: ARG002  the protocol's
        """Make one call. Raises Unavailable where the outcome is unknown, NotSent where not."""
        raw = b64decode(call.json["Content"]["Raw"]["Data"])
        [recipient] = call.json["Destination"]["ToAddresses"]
        try:
            answer = self._mailer.send(raw, call.json["FromEmailAddress"], recipient)
        except NotReached:
            raise NotSent(f"{channel} cannot be reached") from None
        if answer.error:
            body = {"__type": answer.error, "message": answer.words}
        else:
            body = {"MessageId": answer.id}
        return ProviderResponse(status=answer.status, body=json.dumps(body).encode())
