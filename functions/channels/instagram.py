"""Speak Instagram: one professional account is one account, named by its Instagram id.

Two logins lead to the same API. With a Facebook page behind it, calls go to graph.facebook.com
with the page's token; with Instagram's own login to graph.instagram.com with the account's. Which
it is stands in the secret `graph_host`. Webhooks are signed with the app secret of that login;
`app_secret` holds both where both are used.
"""

from typing import Final

from channels.base import Abilities
from channels.messenger_platform import MessengerPlatform
from channels.messenger_render import QUICK_REPLIES, TITLE, WINDOW, Dialect
from channels.text import octets

CHANNEL: Final = MessengerPlatform(
    "instagram",
    "instagram",
    Dialect(
        # In bytes: general knowledge, Meta's pages name the number alone.
        Abilities(
            text_limit=1000,
            buttons=QUICK_REPLIES,
            button_title=TITLE,
            receipts=True,
            window=WINDOW,
            # In the field of all messages; that they bring back a reference is told nowhere.
            unmarked_echoes=True,
        ),
        size=octets,
    ),
    host="{graph_host}",
)
