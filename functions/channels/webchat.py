"""Speak our own web chat: its page fetches what was committed, so nothing is pushed or signed.

Visitors come through the web chat's own API, not through a webhook.
"""

from collections.abc import Mapping
from typing import Final

from channels import reasons
from channels.base import (
    Abilities,
    Call,
    Channel,
    Outcome,
    ProviderResponse,
    Refused,
    Secrets,
    WebhookRequest,
)
from conversation.errors import Malformed
from conversation.incoming import Incoming
from conversation.media import EXTENSIONS, MEDIA_LIMIT
from conversation.message import Message


class Webchat(Channel):
    """The web chat that the house serves itself."""

    name = "webchat"
    title = "Web-Chat"
    abilities = Abilities(
        text_limit=16_000,
        buttons=20,
        button_title=80,
        pushed=False,
        webhook=False,
        files=dict.fromkeys(EXTENSIONS, MEDIA_LIMIT),
    )

    def verify(self, request: WebhookRequest, secrets: Secrets) -> bool:
        """Return False: nobody may call a webhook of the web chat."""
        return False

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Raise Malformed: there is no webhook body."""
        raise Malformed("The web chat has no webhook; visitors write through its own API.")

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return no calls: the page fetches the message."""
        return []

    def outcome(self, response: ProviderResponse) -> Outcome:
        """Refuse: no call was made that could have an answer."""
        return Refused(reasons.BAD_REQUEST)


CHANNEL: Final = Webchat()
