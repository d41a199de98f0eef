"""Say what all requests have in common: forms that check what they are told, and actions.

A form takes everything that one message says, in any order, and checks all of it together each
time, so that whatever was said before can be corrected.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import written
from actions.backend import Refused
from actions.talk import Event, Talk

TRIES = 3
"""After so many wrong pairs of customer number and postcode a person takes over."""

_READ: dict[str, Callable[[Any], Any]] = {
    "customer_number": written.customer_number,
    "postcode": written.postcode,
    "meter_number": written.meter_number,
    "meter_reading": written.whole_number,
    "instalment_amount": written.euros,
    "iban": written.iban,
    "product": written.product,
}
"""How the slots are read that customers write in their own way; None is asked again."""

_SAID_WHEN_UNREADABLE = {
    *("customer_number", "postcode", "meter_reading", "instalment_amount", "iban"),
}

_NUMBERS = ("customer_number", "postcode", "meter_number", "meter_reading")
"""What is told apart by the question, where one number of a message is found to be several."""

_ANSWERS = (None, "nlu_fallback", "inform", "affirm", "deny")
"""Intents of messages that may answer a question; others want something else."""


class RequestAction(Action, ABC):
    """An action that works on a Talk, beside the event loop, as the back end may take its time."""

    action: ClassVar[str]

    def name(self) -> str:
        """Return the action's name in the domain."""
        return self.action

    @abstractmethod
    def act(self, talk: Talk) -> None:
        """Do it."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[Event]:
        """Run the action as rasa-sdk calls it."""
        talk = Talk(self.action, dispatcher, tracker)
        await asyncio.to_thread(self.act, talk)
        return [*talk.slot_events(), *talk.events]


class RequestForm(FormValidationAction, ABC):
    """The validation of a form: `asked` in this order, after who it is where it is `personal`.

    `intent` is what the form is for; with it comes at times what no entity tells: `told`.
    """

    form: ClassVar[str]
    intent: ClassVar[str]
    asked: ClassVar[tuple[str, ...]]
    told: ClassVar[tuple[str, ...]] = ()
    personal: ClassVar[bool] = True

    def name(self) -> str:
        """Return the action's name in the domain."""
        return f"validate_{self.form}"

    @abstractmethod
    def settle(self, talk: Talk) -> None:
        """Check all that is known by now; forget what cannot be, and say why."""

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """Return what is to be asked: nothing any more once a person is needed."""
        talk = Talk(self.name(), dispatcher, tracker)
        if talk.get("needs_person"):
            return []
        unknown = self.personal and not talk.is_verified
        return [*(("customer_number", "postcode") if unknown else ()), *self.asked]

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Event:
        """Return what is asked for next, nothing at the end: the domain need not be sent for it."""
        wanted = await self.required_slots([], dispatcher, tracker, domain)
        missing = (name for name in wanted if tracker.slots.get(name) is None)
        return SlotSet("requested_slot", next(missing, None))

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[Event]:
        """Take a bare answer to the question that is open, where no entity was found in it."""
        wanted = await self.required_slots([], dispatcher, tracker, domain)
        given = tracker.slots_to_validate()
        message = tracker.latest_message or {}
        text = message.get("text") or ""
        intent = (message.get("intent") or {}).get("name")
        if text.startswith("/") or intent not in (*_ANSWERS, self.intent):
            return []
        asked = (tracker.get_slot("requested_slot"), *(self.told if intent == self.intent else ()))
        found: dict[str, Any] = {}
        for name in asked:
            if name in wanted:
                found |= written.bare_answer(name, text)
        return [SlotSet(name, value) for name, value in found.items() if name not in given]

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[Event]:
        """Check what the message gave, together with what is known."""
        talk = Talk(self.name(), dispatcher, tracker)
        talk.given = _told_apart(talk, tracker.slots_to_validate())
        await asyncio.to_thread(self._check, talk)
        return talk.slot_events()

    def _check(self, talk: Talk) -> None:
        if talk.get("needs_person"):
            talk.set("needs_person", False)
        for name, value in talk.given.items():
            if name in _READ and value is not None:
                talk.set(name, _READ[name](value))
                if talk.get(name) is None and name in _SAID_WHEN_UNREADABLE:
                    talk.say(f"{name}_unreadable")
        if not self.personal or _identify(talk):
            self.settle(talk)


def _told_apart(talk: Talk, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a message gave, each number as one thing only: first of all what was asked for.

    Taken back is what the message set beside it.
    """
    asked = (talk.get("requested_slot"), *_NUMBERS)
    kept, seen = dict(given), set()
    for name in dict.fromkeys(name for name in asked if name in _NUMBERS and name in given):
        figures = written.digits(given[name])
        if figures and figures in seen:
            del kept[name]
            talk.set(name, talk.get("verified_customer") if name == "customer_number" else None)
        seen.add(figures)
    return kept


def _identify(talk: Talk) -> bool:
    """Find out who writes, if not yet known; say whether we know."""
    if talk.is_verified:
        return True
    talk.clear(("verified", "verified_customer"))  # somebody else's number was named
    number, postcode = talk.get("customer_number"), talk.get("postcode")
    if number is None or postcode is None:
        return False
    try:
        known = talk.backend.write(
            talk.key, "verifications", customer_number=number, postcode=postcode
        )
    except Refused as refused:
        if refused.code not in ("not_verified", "locked"):
            raise
        _count_try(talk, refused.code)
        return False
    talk.set("verified", True)
    talk.set("verified_customer", known["customer_number"])
    talk.clear(("postcode", "verification_tries"))
    return True


def _count_try(talk: Talk, code: str) -> None:
    tries = int(talk.get("verification_tries") or 0) + 1
    talk.clear(("customer_number", "postcode"))
    if tries >= TRIES or code == "locked":
        talk.clear(("verification_tries",))
        give_up(talk, "verification_given_up")
    else:
        talk.set("verification_tries", tries)
        talk.say("not_verified")


def give_up(talk: Talk, why: str) -> None:
    """Say why the form ends here; the bot's rules hand over then."""
    talk.set("needs_person", True)
    talk.say(why)


def confirm(talk: Talk, what: str, check: str) -> None:
    """Have it confirmed, unless the customer has said yes to what was asked.

    A "no" forgets it, unless the message corrects it ("no, 8132"): that is asked about anew.
    """
    answer = talk.get(check)
    if answer == "denied" and what not in talk.given:
        talk.clear((what, check))
    elif answer != "confirmed" or (what in talk.given and check not in talk.given):
        talk.clear((check,))
