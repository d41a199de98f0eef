"""Speak Facebook Messenger: one page is one account, named by the page's id."""

from typing import Final

from channels.base import Abilities
from channels.messenger_platform import MessengerPlatform
from channels.messenger_render import QUICK_REPLIES, TITLE, WINDOW, Dialect

CHANNEL: Final = MessengerPlatform(
    "messenger",
    "page",
    Dialect(
        Abilities(
            text_limit=2000,
            buttons=QUICK_REPLIES,
            button_title=TITLE,
            receipts=True,
            window=WINDOW,
        ),
        envelope={"messaging_type": "RESPONSE"},
        marked=True,
    ),
)
