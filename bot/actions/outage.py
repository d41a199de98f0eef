"""Take reports of outages, and tell what is known in a street; nobody need say who they are."""

from typing import Any

from actions import words
from actions.backend import Refused
from actions.request import RequestAction, RequestForm
from actions.talk import Talk

SLOTS = ("street", "product")


class ValidateOutageForm(RequestForm):
    """Check that the street is one of ours."""

    form = "outage_form"
    intent = "report_outage"
    asked = ("street", "product")
    told = ("street",)
    personal = False

    def settle(self, talk: Talk) -> None:
        """Look the street up."""
        _find_street(talk)


class ValidateOutageStatusForm(RequestForm):
    """Check that the street is one of ours."""

    form = "outage_status_form"
    intent = "outage_status"
    asked = told = ("street",)
    personal = False

    def settle(self, talk: Talk) -> None:
        """Look the street up."""
        _find_street(talk)


class ReportOutage(RequestAction):
    """Report what is out, and tell what is known about it."""

    action = "action_report_outage"

    def act(self, talk: Talk) -> None:
        """Report what the form collected."""
        street, product = str(talk.get("street")), str(talk.get("product"))
        done = talk.backend.write(talk.key, "outages", "reports", street=street, product=product)
        reference, street = done["reference"], done["street"]
        if done["known_before"]:
            talk.finish("outage_known", reference, status=_status(talk, street, done["outage"]))
        else:
            talk.finish("outage_reported", reference, product=talk.product(product), street=street)
        talk.clear(SLOTS)


class OutageStatus(RequestAction):
    """Tell what is known in a street."""

    action = "action_outage_status"

    def act(self, talk: Talk) -> None:
        """Tell it, outage by outage; where there is none, offer to take a report."""
        known = talk.backend.read("outages", street=str(talk.get("street")))
        for outage in known["outages"]:
            talk.tell(_status(talk, known["street"], outage))
        if known["outages"]:
            talk.clear(SLOTS)
        else:
            report = (talk.word("report_outage"), "/report_outage")
            talk.say("no_outage", [report], street=known["street"])


def _find_street(talk: Talk) -> None:
    street = talk.get("street")
    if street is None:
        return
    try:
        talk.set("street", talk.backend.read("outages", street=street)["street"])
    except Refused as refused:
        if refused.code != "unknown_street":
            raise
        talk.say("unknown_street", street=street[:60])
        talk.clear(("street",))


def _status(talk: Talk, street: str, outage: dict[str, Any]) -> str:
    values = {
        "product": talk.product(outage["product"]),
        "street": street,
        "since": words.moment(outage["since"], talk.language),
        "cause": talk.word(f"cause_{outage['cause']}"),
    }
    if outage["until"] is None:
        return words.sentence("outage_status_open", talk.language, **values)
    until = words.moment(outage["until"], talk.language)
    return words.sentence("outage_status", talk.language, until=until, **values)
