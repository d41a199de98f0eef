"""Share what Meta's channels have in common: set-up request, signature, shape of an answer.

Secrets of an account: `app_secret` (several, while one replaces another, with spaces or commas
between them), `verify_token`, `access_token`.
"""

import hashlib
import hmac
import re
from abc import abstractmethod
from dataclasses import replace
from typing import Final

from channels import reasons
from channels.base import (
    Channel,
    HandshakeAnswer,
    Outcome,
    ProviderResponse,
    Refused,
    RetryAfter,
    Secrets,
    Sent,
    WebhookRequest,
)
from channels.loose import Json, load, mapping, text
from conversation.errors import Malformed

GRAPH: Final = "v25.0"
"""The version of the Graph API that this was written for; Meta keeps one for two years."""

BEARER: Final = {"Authorization": "Bearer {access_token}"}

_SERVER_TROUBLE = RetryAfter(5, account=False)


class MetaChannel(Channel):
    """A channel whose webhooks and answers are those of Meta's Graph API."""

    base_url = f"https://graph.facebook.com/{GRAPH}"

    def handshake(self, request: WebhookRequest, secrets: Secrets) -> HandshakeAnswer | None:
        """Answer Meta's set-up request with its challenge where the verify token is ours."""
        ours = secrets.get("verify_token", "")
        theirs = request.query.get("hub.verify_token", "")
        if request.query.get("hub.mode") != "subscribe" or not ours:
            return None
        if not hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace")):
            return None
        return HandshakeAnswer(200, request.query.get("hub.challenge", ""))

    def verify(self, request: WebhookRequest, secrets: Secrets) -> bool:
        """Check `X-Hub-Signature-256` over the raw bytes, else over their ASCII-escaped form.

        Meta signs non-ASCII characters as it escapes them (`\\u00e9`, lower-case hex).
        """
        theirs = request.headers.get("x-hub-signature-256", "").encode("utf-8", "replace")
        keys = filter(None, re.split(r"[\s,]+", secrets.get("app_secret", "")))
        bodies = [request.body]
        if not request.body.isascii():
            bodies.append(_escaped(request.body))
        valid = [
            hmac.compare_digest(_signature(key, body), theirs) for key in keys for body in bodies
        ]
        return any(valid)

    def outcome(self, response: ProviderResponse) -> Outcome:
        """Say what the answer means: by error code, and by status where there is none.

        How long to wait is Retry-After's to say, where it does.
        """
        try:
            body = load(response.body)
        except Malformed:
            body = {}
        error = mapping(body.get("error"))
        if response.status < 300 and not error:
            return Sent(self._sent_id(body))
        outcome = self._known(error) or _by_status(response, text(error.get("code")))
        asked = response.headers.get("retry-after", "")
        if isinstance(outcome, RetryAfter) and re.fullmatch("[0-9]{1,5}", asked):
            return replace(outcome, seconds=max(1, int(asked)))
        return outcome

    @abstractmethod
    def _sent_id(self, body: Json) -> str:
        """Return the id of the message that was accepted, "" where none is told."""

    @abstractmethod
    def _known(self, error: Json) -> Outcome | None:
        """Return what an error means by its code, None where we don't know it."""


def _signature(key: str, body: bytes) -> bytes:
    return f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}".encode()


def _escaped(body: bytes) -> bytes:
    """Escape what is not ASCII as JSON does: UTF-16 code units in lower-case hex."""
    units = "".join(
        character
        if character.isascii()
        else re.sub("(....)", r"\\u\1", character.encode("utf-16-be").hex())
        for character in body.decode("utf-8", "replace")
    )
    return units.encode()


def _by_status(response: ProviderResponse, code: str) -> Outcome:
    status = response.status
    if status == 429:
        return RetryAfter(60)
    if status >= 500 or status == 408:
        return _SERVER_TROUBLE
    if status == 401:
        return Refused(reasons.TOKEN_INVALID, code or "401")
    if status == 413:
        return Refused(reasons.TOO_LONG, code or "413")
    return Refused(reasons.BAD_REQUEST, code or str(status))
