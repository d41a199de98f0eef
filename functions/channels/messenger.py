"""Speak Facebook Messenger: one page is one account, named by the page's id."""

from typing import Final

from channels.base import Abilities
from channels.files import OFFICE
from channels.messenger_platform import MessengerPlatform
from channels.messenger_render import QUICK_REPLIES, TITLE, WINDOW, Dialect

CHANNEL: Final = MessengerPlatform(
    "messenger",
    "Messenger",
    "page",
    Dialect(
        Abilities(
            text_limit=2000,
            buttons=QUICK_REPLIES,
            button_title=TITLE,
            receipts=True,
            read_marks=True,
            window=WINDOW,
            # Kinds beside pictures are general knowledge; sizes are Meta's.
            files={
                **dict.fromkeys(("image/jpeg", "image/png", "image/gif"), 8_000_000),
                **dict.fromkeys(
                    ("audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "video/mp4"), 25_000_000
                ),
                **dict.fromkeys(("application/pdf", "text/plain", *OFFICE), 25_000_000),
            },
        ),
        envelope={"messaging_type": "RESPONSE"},
        marked=True,
    ),
)
