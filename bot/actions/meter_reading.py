"""Take a meter reading: whose meter it is, and whether the reading can be true."""

from typing import Any

from actions import words
from actions.backend import Refused
from actions.request import RequestAction, RequestForm, confirm
from actions.talk import Talk, choice

FORM = "meter_reading_form"
SLOTS = ("meter_number", "meter_reading", "reading_check", "product")


class ValidateMeterReadingForm(RequestForm):
    """Check meter and reading; an implausible reading is to be confirmed."""

    form = FORM
    intent = "submit_meter_reading"
    asked = ("meter_number", "meter_reading", "reading_check")

    def settle(self, talk: Talk) -> None:
        """Find the meter, then judge the reading by its last one."""
        meter = _find_meter(talk)
        if meter is None or talk.get("meter_reading") is None:
            return
        value = int(talk.get("meter_reading"))
        if len(str(value)) > meter["digits"]:
            talk.say("too_many_digits", digits=meter["digits"])
            talk.clear(("meter_reading", "reading_check"))
            return
        if meter["plausible"]["from"] <= value <= meter["plausible"]["to"]:
            talk.set("reading_check", "plausible")
        else:
            confirm(talk, "meter_reading", "reading_check")


class AskMeterNumber(RequestAction):
    """Ask which meter, with a button for each."""

    action = "action_ask_meter_number"

    def act(self, talk: Talk) -> None:
        """Ask."""
        meters = _likely(talk, talk.known("meters"))
        talk.say("ask_meter", [(_title(talk, m), choice(m["meter_number"])) for m in meters])


class AskMeterReading(RequestAction):
    """Ask what the meter shows."""

    action = "action_ask_meter_reading"

    def act(self, talk: Talk) -> None:
        """Ask."""
        meter = _chosen(talk)
        product = talk.product(meter["product"])
        talk.say("ask_reading", number=meter["meter_number"], product=product)


class AskReadingCheck(RequestAction):
    """Ask whether an implausible reading is right."""

    action = "action_ask_reading_check"

    def act(self, talk: Talk) -> None:
        """Ask, with the last reading to compare."""
        meter, value = _chosen(talk), int(talk.get("meter_reading"))
        last = meter["last_reading"]
        talk.say(
            "ask_low_reading" if value < last["value"] else "ask_high_reading",
            talk.yes_or_no(),
            value=words.number(value, talk.language),
            unit=meter["unit"],
            last=words.number(last["value"], talk.language),
            day=words.day(last["day"], talk.language),
        )


class SubmitMeterReading(RequestAction):
    """Write the reading into the back end, and tell the reference number."""

    action = "action_submit_meter_reading"

    def act(self, talk: Talk) -> None:
        """Submit what the form collected."""
        done = talk.backend.write(
            talk.key,
            *("customers", talk.customer, "meters", str(talk.get("meter_number")), "readings"),
            value=int(talk.get("meter_reading")),
            confirmed=talk.get("reading_check") == "confirmed",
        )
        talk.finish(
            "reading_to_be_checked" if done["to_be_checked"] else "reading_done",
            done["reference"],
            value=words.number(done["value"], talk.language),
            unit=done["unit"],
            number=done["meter_number"],
            day=words.day(done["day"], talk.language),
            used=words.number(done["used"], talk.language),
        )
        talk.clear(SLOTS)


def _likely(talk: Talk, meters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the meters of the product that was named, all of them where there is none."""
    return [each for each in meters if each["product"] == talk.get("product")] or meters


def _find_meter(talk: Talk) -> dict[str, Any] | None:
    """Return the meter that is meant; the only one need not be named."""
    number, meters = talk.get("meter_number"), talk.known("meters")
    likely = _likely(talk, meters)
    if number is None and len(likely) == 1:
        talk.set("meter_number", likely[0]["meter_number"])
        return likely[0]
    found = _by_number(meters, number)
    if found is None and number is not None:
        talk.say("unknown_meter", number=number)
        talk.clear(("meter_number",))
    return found


def _by_number(meters: list[dict[str, Any]], number: Any) -> dict[str, Any] | None:
    return next((meter for meter in meters if meter["meter_number"] == number), None)


def _chosen(talk: Talk) -> dict[str, Any]:
    """Return the meter that the form found. Raises Refused where it is gone meanwhile."""
    meter = _by_number(talk.known("meters"), talk.get("meter_number"))
    if meter is None:
        raise Refused("unknown_meter", {})
    return meter


def _title(talk: Talk, meter: dict[str, Any]) -> str:
    """Return a meter as a button names it: at most 20 characters."""
    title = f"{talk.product(meter['product'])} {meter['meter_number']}"
    return title if len(title) <= 20 else str(meter["meter_number"])
