"""Book a technician: free times as buttons, a day that the customer names, each time once."""

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import words, written
from actions.backend import Refused
from actions.request import RequestAction, RequestForm, give_up
from actions.talk import Talk, choice

FORM = "technician_form"
SLOTS = ("product", "appointment", "appointments_after")

_OFFERED = 2
_MORE = "after "


class ValidateTechnicianForm(RequestForm):
    """Check that the time is free, or look for times of the day that was named."""

    form = FORM
    intent = "book_technician"
    asked = ("product", "appointment")

    def settle(self, talk: Talk) -> None:
        """Take the time if it is free; a day, and "later", are where to look for others."""
        product, said = talk.get("product"), talk.get("appointment")
        if product is None:
            return
        if not _free(talk, product, ""):
            give_up(talk, "nothing_free")
            return
        if said is None:
            return
        if str(said).startswith(_MORE):
            talk.set("appointments_after", str(said).removeprefix(_MORE))
            talk.clear(("appointment",))
            return
        time = written.day(said) or ""
        # a time comes after its day as text, and those of the day are what is looked for
        talk.set("appointments_after", time[:10] or None)
        if any(each["time"] == time[:13] for each in _free(talk, product, time[:10])):
            talk.set("appointment", time[:13])
        else:
            if "T" in time:
                talk.say("appointment_taken")
            talk.clear(("appointment",))


class AskAppointment(RequestAction):
    """Offer the next free times."""

    action = "action_ask_appointment"

    def act(self, talk: Talk) -> None:
        """Ask, with a button for each time and one for later ones."""
        product, after = str(talk.get("product")), str(talk.get("appointments_after") or "")
        found = _free(talk, product, after)
        said = "ask_appointment" if found else "no_appointment"
        free = (found or _free(talk, product, ""))[:_OFFERED]
        buttons = [
            (words.window(each["begins"], each["ends"], talk.language), choice(each["time"]))
            for each in free
        ]
        later = (talk.word("more_times"), choice(f"{_MORE}{free[-1]['time']}"))
        talk.say(said, [*buttons, later])


class BookTechnician(RequestAction):
    """Book the time, and tell the reference number."""

    action = "action_book_technician"

    def act(self, talk: Talk) -> None:
        """Book; a time that somebody else took meanwhile is chosen anew."""
        try:
            done = talk.backend.write(
                talk.key,
                *("customers", talk.customer, "appointments"),
                time=talk.get("appointment"),
                product=talk.get("product"),
            )
        except Refused as refused:
            if refused.code not in ("taken", "unknown_time"):
                raise
            talk.say("appointment_taken")
            talk.clear(("appointment",))
            talk.events.append(FollowupAction(FORM))
            return
        talk.finish(
            "appointment_done",
            done["reference"],
            time=words.window(done["begins"], done["ends"], talk.language),
            product=talk.product(done["product"]),
        )
        talk.clear(SLOTS)


def _free(talk: Talk, product: str, after: str) -> list[dict[str, Any]]:
    found = talk.backend.read("appointments", product=product, after=after)
    times: list[dict[str, Any]] = found["times"]
    return times
