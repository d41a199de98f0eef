"""Speak WhatsApp (Cloud API): one number is one account, named by its phone number id."""

from collections.abc import Mapping
from typing import Final

from channels import whatsapp_parse, whatsapp_render
from channels.base import Call, Outcome
from channels.loose import Json, mappings, text
from channels.meta import MetaChannel
from channels.whatsapp_errors import outcome_of
from conversation.incoming import Incoming
from conversation.message import Message


class WhatsApp(MetaChannel):
    """The WhatsApp Cloud API."""

    name = "whatsapp"
    abilities = whatsapp_render.ABILITIES

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Return the events of a webhook body. Raises Malformed."""
        return whatsapp_parse.parse(body, account)

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the calls that send a message: long texts split, options with the last part."""
        return whatsapp_render.render(message, account, user)

    def _sent_id(self, body: Json) -> str:
        return next((text(sent.get("id")) for sent in mappings(body.get("messages"))), "")

    def _known(self, error: Json) -> Outcome | None:
        code = error.get("code")
        return outcome_of(code) if isinstance(code, int) else None


CHANNEL: Final = WhatsApp()
