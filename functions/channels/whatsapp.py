"""Speak WhatsApp (Cloud API): one number is one account, named by its phone number id.

Secrets of an account: `app_secret` (several, while one replaces another, with spaces or commas
between them), `verify_token`, `access_token`.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from channels import reasons, whatsapp_parse, whatsapp_render
from channels.base import (
    Call,
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
from channels.loose import load, mapping, mappings, text
from channels.whatsapp_errors import outcome_of
from conversation.errors import Malformed
from conversation.incoming import Incoming
from conversation.message import Message

_SERVER_TROUBLE = RetryAfter(5, account=False)


class WhatsApp(Channel):
    """The WhatsApp Cloud API."""

    name = "whatsapp"
    abilities = whatsapp_render.ABILITIES

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

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:  # noqa: ARG002  nothing stands in them
        """Return the events of a webhook body. Raises Malformed."""
        return whatsapp_parse.parse(body, account)

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the calls that send a message: long texts split, options with the last part."""
        return whatsapp_render.render(message, account, user)

    def outcome(self, response: ProviderResponse) -> Outcome:
        """Say what the answer means: by error code, and by status where there is none."""
        try:
            body = load(response.body)
        except Malformed:
            body = {}
        error = mapping(body.get("error"))
        if response.status < 300 and not error:
            return Sent(next((text(sent.get("id")) for sent in mappings(body.get("messages"))), ""))
        code = error.get("code")
        known = outcome_of(code) if isinstance(code, int) else None
        return known or _by_status(response, text(code))


CHANNEL: Final = WhatsApp()


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
        seconds = response.headers.get("retry-after", "")
        return RetryAfter(int(seconds) if re.fullmatch("[0-9]{1,5}", seconds) else 60)
    if status >= 500 or status == 408:
        return _SERVER_TROUBLE
    if status == 401:
        return Refused(reasons.TOKEN_INVALID, code or "401")
    if status == 413:
        return Refused(reasons.TOO_LONG, code or "413")
    return Refused(reasons.BAD_REQUEST, code or str(status))
