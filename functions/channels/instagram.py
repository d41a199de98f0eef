"""Speak Instagram: one professional account is one account, named by its Instagram id.

Two logins lead to the same API. With a Facebook page behind it, calls go to graph.facebook.com
with the page's token; with Instagram's own login to graph.instagram.com with the account's. Which
it is stands in the secret `graph_host`. Webhooks are signed with the app secret of that login;
`app_secret` holds both where both are used.
"""

from typing import Final

from channels.messenger_platform import MessengerPlatform
from channels.messenger_render import Dialect, abilities
from channels.text import octets

CHANNEL: Final = MessengerPlatform(
    "instagram",
    "Instagram",
    "instagram",
    Dialect(
        # In bytes: general knowledge, Meta's pages name the number alone.
        abilities(
            text_limit=1000,
            # Source: Meta's page "Upload Media for Instagram Messaging".
            files={
                **dict.fromkeys(("audio/aac", "audio/mp4", "audio/wav"), 25_000_000),
                **dict.fromkeys(("video/mp4", "video/quicktime", "video/webm"), 25_000_000),
                "application/pdf": 25_000_000,
            },
            # In the field of all messages; that they bring back a reference is told nowhere.
            unmarked_echoes=True,
        ),
        size=octets,
    ),
    host="{graph_host}",
)
