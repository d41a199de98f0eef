"""Speak Facebook Messenger: one page is one account, named by the page's id."""

from typing import Final

from channels.files import OFFICE
from channels.messenger_platform import MessengerPlatform
from channels.messenger_render import Dialect, abilities

CHANNEL: Final = MessengerPlatform(
    "messenger",
    "Messenger",
    "page",
    Dialect(
        abilities(
            text_limit=2000,
            # Kinds beside pictures are general knowledge; sizes are Meta's.
            files={
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
