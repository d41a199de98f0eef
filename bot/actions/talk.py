"""Hold what one call of an action works with: slots, language, what is said, the back end."""

import uuid
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NoReturn

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, Tracker

from actions import words
from actions.backend import Backend, configured

Event = dict[str, Any]


class Talk:
    """One call of an action. `given` are the slots that the last message set."""

    def __init__(self, action: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.action = action
        self.given: Mapping[str, Any] = {}
        self.events: list[Event] = []
        self._slots = dict(tracker.slots)
        self._changes: dict[str, Any] = {}
        self._dispatcher = dispatcher
        self._message = tracker.latest_message or {}

    @cached_property
    def backend(self) -> Backend:
        """Return the company's back end. Raises BackendFailed."""
        return configured()

    @cached_property
    def key(self) -> str:
        """Return what a back end recognises a repeat of this very call by.

        A server that sends none cannot repeat a call safely; each is new then.
        """
        sent = (self._message.get("metadata") or {}).get("key")
        return sent if isinstance(sent, str) and sent else uuid.uuid4().hex

    @property
    def language(self) -> words.Language:
        """Return the language that the customer is spoken to in."""
        return "en" if self._slots.get("language") == "en" else "de"

    @property
    def is_verified(self) -> bool:
        """Tell whether we know who writes; naming another customer number ends it."""
        known = self._slots.get("verified_customer")
        named = self._slots.get("customer_number")
        return self._slots.get("verified") is True and bool(known) and named in (None, known)

    @property
    def customer(self) -> str:
        """Return the number of the verified customer; without one the action does not run."""
        if not self.is_verified:
            self.reject()
        return str(self._slots["verified_customer"])

    def get(self, slot: str) -> Any:
        """Return a slot's value, changes of this call included."""
        return self._slots.get(slot)

    def set(self, slot: str, value: Any) -> None:
        """Set a slot; what does not change is no event, as a form takes an event for an answer."""
        if value != self._slots.get(slot):
            self._slots[slot] = self._changes[slot] = value

    def clear(self, slots: Iterable[str]) -> None:
        """Forget slots that are set."""
        for slot in slots:
            if self.get(slot) is not None:
                self.set(slot, None)

    def slot_events(self) -> list[Event]:
        """Return the events that set what the message gave and what was changed."""
        names = dict.fromkeys((*self.given, *self._changes))
        return [SlotSet(name, self._slots.get(name)) for name in names]

    def say(self, name: str, buttons: Iterable[tuple[str, str]] = (), **values: object) -> None:
        """Say a sentence, with buttons as pairs of title and payload."""
        self.tell(words.sentence(name, self.language, **values), buttons)

    def tell(self, text: str, buttons: Iterable[tuple[str, str]] = ()) -> None:
        """Say a text that is in the customer's language already."""
        shown = [{"title": title, "payload": payload} for title, payload in buttons]
        self._dispatcher.utter_message(text=text, buttons=shown or None)

    def word(self, name: str) -> str:
        """Return a word or sentence in the customer's language."""
        return words.sentence(name, self.language)

    def product(self, name: str) -> str:
        """Return what a product is called in the customer's language."""
        return words.product_name(name, self.language)

    def yes_or_no(self) -> list[tuple[str, str]]:
        """Return the buttons of a question that is to be confirmed."""
        return [(self.word("yes"), "/affirm"), (self.word("no"), "/deny")]

    def known(self, what: str) -> list[dict[str, Any]]:
        """Return all that the back end has of the customer's: contracts, invoices, meters."""
        found: list[dict[str, Any]] = self.backend.read("customers", self.customer, what)[what]
        return found

    def finish(self, name: str, reference: str, **values: object) -> None:
        """Say that the request is done, and keep its reference number."""
        self.tell(words.sentence(name, self.language, reference=reference, **values))
        self.set("reference", reference)

    def reject(self) -> NoReturn:
        """Refuse to run, so that something else is predicted."""
        raise ActionExecutionRejection(self.action)


def choice(value: str) -> str:
    """Return the payload of a button that answers the question that is open."""
    return f'/choose{{"choice": "{value}"}}'
