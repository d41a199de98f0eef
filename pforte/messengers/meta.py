"""Play what Meta's messengers share: how webhooks are written and signed, proofs, the set-up."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from pforte.messengers.faults import ChannelName
from pforte.messengers.webhooks import Webhooks


def signature(app_secret: str, body: bytes) -> dict[str, str]:
    """Return the headers of a webhook: signed with the app secret over the body's bytes."""
    digest = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "User-Agent": "facebookexternalua"}


def as_sent(body: Mapping[str, Any]) -> bytes:
    """Return a webhook's bytes: Meta escapes all that is not ASCII, and the slash."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def proves(given: str, app_secret: str, access_token: str) -> bool:
    """Say whether a call's `appsecret_proof` is right; none at all is."""
    proof = hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
    return not given or hmac.compare_digest(given.encode(), proof.encode())


def is_bearer(given: str, access_token: str) -> bool:
    """Say whether an Authorization header carries the token."""
    return hmac.compare_digest(given.encode(), f"Bearer {access_token}".encode())


def greets(webhooks: Webhooks, channel: ChannelName, verify_token: str) -> bool:
    """Make the set-up request and say whether the house answered it with the challenge."""
    challenge = str(secrets.randbelow(10**10))
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    return webhooks.get(channel, query) == (200, challenge)
