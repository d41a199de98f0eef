"""Connect a number on WhatsApp, named by its phone number id."""

import re
from collections.abc import Mapping

from pforte.connecting.connector import Connected, Connector, ask, asked, bearer, named, provider
from pforte.connecting.meta import NEEDED, proof, store
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House

DASHBOARD = (
    "WhatsApp, Configuration, Webhook",
    "the field messages, and smb_message_echoes where the number is shared with the app",
)


def connect(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check a number and its app with Meta and store the secrets. Raises Failure."""
    account = account or asked("WhatsApp phone number id", secret=False)
    if not re.fullmatch(r"[0-9]{5,20}", account):
        raise Failure("the account is a phone number id: digits, not the number", CALLED_WRONGLY)
    number = ask(
        "GET",
        f"{provider(house, 'whatsapp', given)}/{account}",
        "WhatsApp",
        given["access_token"],
        params={"fields": "display_phone_number,verified_name", **proof(given)},
        headers=bearer(given),
    )
    name = f"{number.get('verified_name', '')} {number.get('display_phone_number', '')}".strip()
    shown = str(number.get("display_phone_number", ""))
    return store(house, "whatsapp", account, name, named(given, shown), DASHBOARD)


CONNECTOR = Connector(
    channel="whatsapp",
    account="the phone number id (Meta: WhatsApp, API setup)",
    needed=NEEDED,
    connect=connect,
)
