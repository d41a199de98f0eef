"""Do what the connectors of Meta's messengers share: proofs, subscriptions, verify tokens."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pforte.connecting.connector import (
    Connected,
    ask,
    bearer,
    callback_url,
    kept_secrets,
    new_token,
    provider,
)
from pforte.house.house import House

NEEDED = ("access_token", "app_secret")
"""The secrets without which nothing goes at Meta."""

MESSENGER_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "message_reactions",
    "message_edits",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "messaging_handovers",
    "standby",
)
"""What a page tells the house, on Messenger and on an Instagram account that is behind it."""


def me(
    house: House, channel: str, given: Mapping[str, str], fields: str, *, proved: bool
) -> dict[str, Any]:
    """Ask who a token speaks for."""
    return ask(
        "GET",
        f"{provider(house, channel, given)}/me",
        channel.capitalize(),
        given["access_token"],
        params={"fields": fields, **(proof(given) if proved else {})},
        headers=bearer(given),
    )


def subscribe(
    house: House, channel: str, given: Mapping[str, str], node: str, fields: Sequence[str]
) -> None:
    """Let Meta tell the app what happens at the page or account."""
    ask(
        "POST",
        f"{provider(house, channel, given)}/{node}/subscribed_apps",
        channel.capitalize(),
        given["access_token"],
        params={"subscribed_fields": ",".join(fields)},
        headers=bearer(given),
    )


def proof(given: Mapping[str, str]) -> dict[str, str]:
    """Return the proof that Graph refuses unless token and app secret belong together.

    While one secret replaces another there may be several, the app's present one first.
    """
    app_secret = re.split(r"[\s,]+", given["app_secret"])[0]
    digest = hmac.new(app_secret.encode(), given["access_token"].encode(), hashlib.sha256)
    return {"appsecret_proof": digest.hexdigest()}


def store(
    house: House,
    channel: str,
    account: str,
    name: str,
    given: Mapping[str, str],
    dashboard: tuple[str, str],
) -> Connected:
    """Store an account of Meta's with the verify token that Meta knows, or a new one.

    `dashboard` is where Meta's asks for the webhook, and which fields that is to be subscribed to.
    """
    kept = kept_secrets(house, channel, account)
    verify_token = given.get("verify_token") or kept.get("verify_token") or new_token()
    house.connect(channel, account, {**given, "verify_token": verify_token})
    callback = callback_url(house, channel, account)
    place, fields = dashboard
    left = (
        f"In Meta's app dashboard, {place}: enter these,",
        f"then subscribe to {fields}.",
        f"  Callback URL  {callback}",
        f"  Verify token  {verify_token}",
    )
    return Connected(channel, account, name, callback, verify_token, left)
