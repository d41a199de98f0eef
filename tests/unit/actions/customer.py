"""Play Rasa's side of a conversation against the real rasa-sdk, with trackers as Rasa sends."""

import asyncio
import re
from functools import cache
from itertools import count
from typing import Any

from rasa_sdk.executor import ActionExecutor

MEHMET: dict[str, Any] = {
    "verified": True,
    "verified_customer": "5510982",
    "customer_number": "5510982",
}
"""Slots of a customer with two meters and two contracts: Mehmet Öztürk."""

REFERENCE = r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}"

KNOWN: dict[str, Any] = {
    "verified": True,
    "verified_customer": "4711023",
    "customer_number": "4711023",
}
"""Slots of a customer who has said who she is: Erika Sommer."""

Event = dict[str, Any]


@cache
def executor() -> ActionExecutor:
    """Return rasa-sdk's executor with the example bot's actions."""
    made = ActionExecutor()
    made.register_package("actions")
    return made


class Customer:
    """A conversation: its slots; every call has a key of its own unless one is named.

    `intent` is what the next messages are taken for. `said` are the texts, `buttons` the titles
    and payloads of the last call.
    """

    def __init__(self, language: str | None = "de", **slots: Any) -> None:
        self.slots: dict[str, Any] = {"language": language, **slots}
        self.intent: str | None = None
        self.said: list[str] = []
        self.buttons: dict[str, str] = {}
        self.events: list[Event] = []
        self._keys = count()

    def fills(self, form: str, text: str = "", **given: Any) -> str | None:
        """Let a form validate what a message gave; return the slot that is asked for next."""
        self.slots |= given
        asked = [{"event": "slot", "name": "requested_slot", "value": self.requested}]
        ran = {"event": "action", "name": form}
        candidates = [{"event": "slot", "name": n, "value": v} for n, v in given.items()]
        self.does(f"validate_{form}", text, [*asked, ran, *candidates])
        return self.requested

    def does(
        self,
        action: str,
        text: str = "",
        events: list[Event] | None = None,
        key: str | None = None,
    ) -> str:
        """Run an action, and return all that it says."""
        call = self.call(action, text, events or [], key or f"turn/{next(self._keys)}")
        result = asyncio.run(executor().run(call))
        assert result is not None
        self.events = result.events
        self.slots |= {e["name"]: e["value"] for e in result.events if e["event"] == "slot"}
        self.said = [response["text"] for response in result.responses]
        shown = [button for each in result.responses for button in each["buttons"]]
        self.buttons = {button["title"]: button["payload"] for button in shown}
        return "\n".join(self.said)

    def call(self, action: str, text: str, events: list[Event], key: str) -> dict[str, Any]:
        """Return the request to an action server."""
        intent = {"name": self.intent} if self.intent else {}
        message = {"text": text, "intent": intent, "entities": [], "metadata": {"key": key}}
        heard = {"event": "user", "text": text, "parse_data": message}
        return {
            "next_action": action,
            "sender_id": "customer",
            "tracker": {
                "sender_id": "customer",
                "slots": dict(self.slots),
                "latest_message": message,
                "events": [heard, *events],
                "active_loop": {},
                "paused": False,
                "latest_action_name": None,
            },
            "domain": {},
        }

    @property
    def requested(self) -> str | None:
        name: str | None = self.slots.get("requested_slot")
        return name


def chosen(customer: Customer, number: int) -> str:
    """Return what the button of this number says when it is tapped."""
    payload = list(customer.buttons.values())[number]
    match = re.fullmatch(r'/choose\{"choice": "(.*)"\}', payload)
    assert match is not None, payload
    return match[1]
