"""Let one customer write from several messengers, and read what they show."""

from itertools import count
from typing import Any

from conversation.conversation import Conversation
from conversation.link import code_in
from conversation.message import Content, Message
from conversation.understanding import Language
from tests.guarantees import messenger
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House

PHONE = "4917604069001"


class NamingBot(EchoBot):
    """A bot whose house sentences tell the values that stand in them."""

    def say(self, response: str, language: Language, seed: int, **values: str) -> Content:
        """Say the name of the sentence, and its values."""
        told = [v for name, v in values.items() if name in ("code", "links", "channel")]
        return Content(text=" ".join([response.removeprefix("utter_pforte_"), *told]))


class LinkedHouse(House):
    """A house in which people write on Telegram (a number) and WhatsApp (a long number)."""

    def __init__(self, **more: Any) -> None:
        super().__init__(NamingBot(), **more)
        self._wamids = count(1)

    def writes(self, user: str, text: str) -> dict[str, Any]:
        """Let a customer write; returns the webhook call, for repeats."""
        if len(user) < 10:
            return self.write(text, user)
        said = messenger.whatsapp_message(
            user, next(self._wamids), self.now, type="text", text={"body": text}
        )
        event = messenger.whatsapp_event({"messages": [said]})
        assert self.post(event) == 200
        return event

    def asks(self, user: str, text: str) -> list[tuple[str, str]]:
        """Let a customer write, and return what all messengers showed then: (user, text)."""
        before = len(self.messenger.taken)
        self.now += 1_000
        self.writes(user, text)
        self.rest()
        shown = self.messenger.taken[before:]
        return [
            (taken.address.rpartition(":")[2], text)
            for taken in shown
            for text in taken.text.split("\n\n")  # one bubble where the messenger bills each
        ]

    def code(self, user: str) -> str:
        """Let a customer ask for a code, and return it."""
        shown = self.asks(user, "Can we continue elsewhere?")
        assert shown[-1][0] == user
        found = code_in(shown[-1][1])
        assert found, shown
        return found

    def shown(self, user: str) -> list[str]:
        """Return all texts that a customer was shown, in order."""
        return [text for bubble in self.messenger.texts(user) for text in bubble.split("\n\n")]

    def own(self, user: str) -> Conversation:
        """Return the conversation that an address began."""
        return self.state(user, _channel(user))

    def own_thread(self, user: str) -> list[Message]:
        """Return what stands in the conversation that an address began."""
        return self.thread(user, _channel(user))

    def own_texts(self, user: str) -> list[str]:
        """Return the customer's texts that stand in the conversation that an address began."""
        return [m.content.text for m in self.own_thread(user) if m.author == "customer"]


def address(user: str) -> str:
    """Return a user's address."""
    return messenger.address(user, _channel(user))


def _channel(user: str) -> str:
    return "whatsapp" if len(user) >= 10 else "telegram"
