"""Speak WhatsApp (Cloud API): one number is one account, named by its phone number id."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from channels import whatsapp_parse, whatsapp_render
from channels.base import Call, Outcome, ProviderResponse, Secrets
from channels.files import META_HOSTS, Download, Lost
from channels.loose import Json, load, mapping, mappings, text
from channels.meta import BEARER, MetaChannel
from channels.whatsapp_errors import outcome_of
from conversation.errors import Malformed, Unavailable
from conversation.incoming import Incoming
from conversation.media import GONE
from conversation.message import Message
from conversation.understanding import Language


class WhatsApp(MetaChannel):
    """The WhatsApp Cloud API."""

    name = "whatsapp"
    title = "WhatsApp"
    abilities = whatsapp_render.ABILITIES

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Return the events of a webhook body. Raises Malformed."""
        return whatsapp_parse.parse(body, account)

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the calls that send a message: long texts split, options with the last part."""
        return whatsapp_render.render(message, account, user)

    def deep_link(self, account: str, secrets: Secrets, code: str, language: Language) -> str:
        """Return a link to the number with a text to be sent, which people may change first.

        `public_name` is the number as people see it; the account is no number.
        """
        digits = "".join(c for c in secrets.get("public_name", "") if c.isdigit())
        words = {"de": f"Hier geht es weiter: {code}", "en": f"Let us go on here: {code}"}
        return f"https://wa.me/{digits}?text={quote(words[language])}" if digits else ""

    def locate(self, reference: str) -> Call:
        """Return the call that tells a file's address; it holds for five minutes."""
        return Call("GET", f"/{quote(reference, safe='')}", {}, BEARER)

    def located(self, response: ProviderResponse) -> Download | Lost:
        """Read the file's address, which wants the same token. Raises Unavailable.

        100 is "does not exist": the id was deleted, or is older than its seven days.
        """
        try:
            body = load(response.body)
        except Malformed:
            body = {}
        url = text(body.get("url"))
        if response.status < 300 and url:
            return Download(url, META_HOSTS, BEARER)
        if response.status == 404 or mapping(body.get("error")).get("code") == 100:
            return Lost(GONE)
        raise Unavailable(f"the media id is answered with {response.status}")

    def mark_read(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that marks a message, and those before it, as read."""
        return whatsapp_render.read_mark(account, seen, typing=False)

    def show_typing(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that marks a message as read and shows that we type: up to 25 s."""
        return whatsapp_render.read_mark(account, seen, typing=True)

    def _sent_id(self, body: Json) -> str:
        return next((text(sent.get("id")) for sent in mappings(body.get("messages"))), "")

    def _known(self, error: Json) -> Outcome | None:
        code = error.get("code")
        return outcome_of(code) if isinstance(code, int) else None


CHANNEL: Final = WhatsApp()
