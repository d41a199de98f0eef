"""Send mails through SES, which wants signed requests: AWS's client stands where HTTP would."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Protocol

from aws.mailer import Answer, NotReached
from channels.base import Call, ProviderResponse, Secrets
from channels.files import FileLink
from channels.mail_render import with_files
from deliver.provider import NotSent


class Mailer(Protocol):
    """What sends a raw mail."""

    def send(self, raw: bytes, sender: str, recipient: str) -> Answer:
        """Send a mail. Raises Unavailable where the outcome is unknown, NotReached where not."""


class MailProvider:
    """SES's side of the line; it knows the house by its function's role, not by secrets.

    `read` returns the bytes of a file of ours, None where it is gone.
    """

    def __init__(self, mailer: Mailer, read: Callable[[FileLink], bytes | None]) -> None:
        self._mailer = mailer
        self._read = read

    def call(self, channel: str, call: Call, secrets: Secrets) -> ProviderResponse:  # noqa: ARG002  the protocol's
        """Make one call. Raises Unavailable where the outcome is unknown, NotSent where not."""
        files: list[tuple[FileLink, bytes]] = []
        for link in call.json.get("Files", ()):
            content = self._read(link)
            if content is None:
                return _answered(400, {"__type": "FileGone"})
            files.append((link, content))
        raw = with_files(b64decode(call.json["Content"]["Raw"]["Data"]), files)
        [recipient] = call.json["Destination"]["ToAddresses"]
        try:
            answer = self._mailer.send(raw, call.json["FromEmailAddress"], recipient)
        except NotReached:
            raise NotSent(f"{channel} cannot be reached") from None
        if answer.error:
            return _answered(answer.status, {"__type": answer.error, "message": answer.words})
        return _answered(answer.status, {"MessageId": answer.id})


def _answered(status: int, body: Mapping[str, str]) -> ProviderResponse:
    return ProviderResponse(status=status, body=json.dumps(body).encode())
