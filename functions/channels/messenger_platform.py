"""Speak the Messenger Platform, which Messenger and Instagram share; `Dialect` is what differs."""

from collections.abc import Mapping

from channels import messenger_parse, messenger_render
from channels.base import Call, Outcome
from channels.files import META_HOSTS, Download
from channels.loose import Json, text
from channels.messenger_errors import outcome_of
from channels.messenger_render import Dialect
from channels.meta import GRAPH, MetaChannel
from conversation.incoming import Incoming
from conversation.message import Message


class MessengerPlatform(MetaChannel):
    """One of the two."""

    def __init__(
        self, name: str, root_object: str, dialect: Dialect, host: str = "graph.facebook.com"
    ) -> None:
        self.name = name
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

    def locate(self, reference: str) -> Download:
        """Return a file's address as the webhook tells it; it wants no token, and ends soon."""
        return Download(reference, META_HOSTS)

    def _sent_id(self, body: Json) -> str:
        return text(body.get("message_id"))

    def _known(self, error: Json) -> Outcome | None:
        return outcome_of(error)
