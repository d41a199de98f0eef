"""Speak the Messenger Platform, which Messenger and Instagram share; `Dialect` is what differs."""

from collections.abc import Mapping
from urllib.parse import quote

from channels import messenger_parse, messenger_render
from channels.base import Call, Outcome, Secrets
from channels.files import META_HOSTS, Download
from channels.loose import Json, text
from channels.messenger_errors import outcome_of
from channels.messenger_render import Dialect
from channels.meta import GRAPH, MetaChannel
from conversation.incoming import Incoming
from conversation.message import Message
from conversation.understanding import Language


class MessengerPlatform(MetaChannel):
    """One of the two."""

    def __init__(
        self,
        name: str,
        title: str,
        root_object: str,
        dialect: Dialect,
        host: str = "graph.facebook.com",
    ) -> None:
        self.name = name
        self.title = title
        self.base_url = f"https://{host}/{GRAPH}"
        self.abilities = dialect.abilities
        self._root_object = root_object
        self._dialect = dialect

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Return the events of a webhook body. Raises Malformed."""
        return messenger_parse.parse(body, account, self.name, self._root_object)

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the calls that send a message: long texts split, options with the last part."""
        return messenger_render.render(self._dialect, message, user)

    def deep_link(self, account: str, secrets: Secrets, code: str, language: Language) -> str:
        """Return a link to the page or account; the code comes with a postback or a referral.

        m.me takes a page's name or id, ig.me a user name alone; Instagram hands the code on only
        where the account has ice breakers. That an id will do is general knowledge.
        """
        name = secrets.get("public_name", "")
        if self.name == "instagram":
            return f"https://ig.me/m/{quote(name)}?ref={code}" if name else ""
        return f"https://m.me/{quote(name or account)}?ref={code}"

    def locate(self, reference: str) -> Download:
        """Return a file's address as the webhook tells it; it wants no token, and ends soon."""
        return Download(reference, META_HOSTS)

    def mark_read(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that marks the conversation as seen."""
        return messenger_render.sender_action(user, "mark_seen") if seen else None

    def show_typing(self, account: str, user: str, seen: str) -> Call | None:
        """Return the call that shows that we type, for up to 20 s."""
        return messenger_render.sender_action(user, "typing_on")

    def _sent_id(self, body: Json) -> str:
        return text(body.get("message_id"))

    def _known(self, error: Json) -> Outcome | None:
        return outcome_of(error)
