"""Connect a bot on Telegram, named by its user name."""

import re
from collections.abc import Mapping
from typing import Any

from pforte.connecting.connector import (
    Connected,
    Connector,
    ask,
    callback_url,
    kept_secrets,
    named,
    new_token,
    provider,
)
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House

TELEGRAM_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What the house acts on; Telegram sends nothing else."""


def connect(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check a bot with Telegram, store its secrets, and lead its updates here. Raises Failure."""
    token = given["access_token"]
    if not re.fullmatch(r"[0-9]{6,}:[A-Za-z0-9_-]{20,}", token):
        raise Failure(
            "this is no bot's token: BotFather's look like 123456789:ABC…", CALLED_WRONGLY
        )
    bot = _telegram(house, token, "getMe", {})
    account = account or str(bot["username"])
    # Kept from an earlier time: the house must know the secret of each update that is under way.
    kept = kept_secrets(house, "telegram", account)
    secret_token = given.get("secret_token") or kept.get("secret_token") or new_token()
    callback = callback_url(house, "telegram", account)
    stored = named({**given, "secret_token": secret_token}, str(bot["username"]))
    house.connect("telegram", account, stored)
    webhook = {
        "url": callback,
        "secret_token": secret_token,
        "allowed_updates": list(TELEGRAM_UPDATES),
    }
    _telegram(house, token, "setWebhook", webhook)
    return Connected("telegram", account, f"{bot['first_name']} @{bot['username']}", callback)


def _telegram(house: House, token: str, method: str, parameters: Mapping[str, Any]) -> Any:
    url = f"{provider(house, 'telegram', {})}/bot{token}/{method}"
    return ask("POST", url, "Telegram", token, json=parameters)["result"]


CONNECTOR = Connector(
    channel="telegram",
    account="the bot's user name; asked of Telegram where it is not given",
    needed=("access_token",),
    connect=connect,
)
