"""Send a copy of an invoice: a link that opens the PDF for a while."""

from typing import Any

from actions import words, written
from actions.backend import Refused
from actions.request import RequestAction, RequestForm, give_up
from actions.talk import Talk, choice

FORM = "invoice_form"
SLOTS = ("invoice", "product")

_OFFERED = 3


class ValidateInvoiceForm(RequestForm):
    """Check that the invoice is one of the customer's."""

    form = FORM
    intent = "ask_invoice_copy"
    asked = told = ("invoice",)

    def settle(self, talk: Talk) -> None:
        """Find the invoice by its number, as the newest, or by its year if it is the only one."""
        known = _invoices(talk)
        if not known:
            give_up(talk, "no_invoice")
            return
        said = talk.get("invoice")
        if said is None:
            return
        found = [each for each in known if said in (each["invoice"], each["ends"][:4])]
        if said == written.LATEST:
            found = list({each["product"]: each for each in reversed(known)}.values())
        if len(found) == 1:
            talk.set("invoice", found[0]["invoice"])
            return
        if not found:
            talk.say("unknown_invoice")
        talk.clear(("invoice",))


class AskInvoice(RequestAction):
    """Ask which invoice, with buttons for the newest."""

    action = "action_ask_invoice"

    def act(self, talk: Talk) -> None:
        """Ask."""
        newest = _invoices(talk)[:_OFFERED]
        talk.say("ask_invoice", [(_title(talk, each), choice(each["invoice"])) for each in newest])


class SendInvoiceCopy(RequestAction):
    """Have the link made and send it."""

    action = "action_send_invoice_copy"

    def act(self, talk: Talk) -> None:
        """Send the link to what the form collected."""
        try:
            link = talk.backend.write(
                talk.key, "customers", talk.customer, "invoices", str(talk.get("invoice")), "links"
            )
        except Refused as refused:
            if refused.code != "unknown_invoice":
                raise
            talk.say("unknown_invoice")
        else:
            talk.finish(
                "invoice_done",
                link["reference"],
                day=words.day(link["day"], talk.language),
                url=link["url"],
                expires=words.moment(link["expires"], talk.language),
            )
        talk.clear(SLOTS)


def _invoices(talk: Talk) -> list[dict[str, Any]]:
    """Return the customer's invoices, newest first: of the product that was named, if any."""
    known = talk.known("invoices")
    return [each for each in known if each["product"] == talk.get("product")] or known


def _title(talk: Talk, invoice: dict[str, Any]) -> str:
    """Return an invoice as a button names it, at most 20 characters: Strom 22.12.2025."""
    day = words.day(invoice["day"], talk.language)
    return f"{talk.product(invoice['product'])[:8].strip()} {day}"
