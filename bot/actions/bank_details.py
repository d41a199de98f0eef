"""Change the account that is debited: the IBAN is checked, shown masked, and confirmed."""

from actions import words, written
from actions.backend import Refused
from actions.request import RequestAction, RequestForm, confirm
from actions.talk import Talk

FORM = "bank_details_form"
SLOTS = ("iban", "bank_check")


class ValidateBankDetailsForm(RequestForm):
    """Check the account number; reading it has checked its digits."""

    form = FORM
    intent = "change_bank_details"
    asked = ("iban", "bank_check")
    told = ("iban",)

    def settle(self, talk: Talk) -> None:
        """Have the account confirmed; another one is asked about anew."""
        if talk.get("iban") is not None:
            confirm(talk, "iban", "bank_check")


class AskBankCheck(RequestAction):
    """Ask whether this account may be debited."""

    action = "action_ask_bank_check"

    def act(self, talk: Talk) -> None:
        """Ask; the account is shown masked."""
        shown = written.masked_iban(str(talk.get("iban")))
        talk.say("ask_bank_check", talk.yes_or_no(), iban=shown)


class ChangeBankDetails(RequestAction):
    """Write the account into the back end, forget it here, and tell the reference number."""

    action = "action_change_bank_details"

    def act(self, talk: Talk) -> None:
        """Change it, if it was confirmed."""
        if talk.get("bank_check") != "confirmed":
            talk.reject()
        iban = str(talk.get("iban"))
        try:
            done = talk.backend.write(
                talk.key, "customers", talk.customer, "bank-details", iban=iban
            )
        except Refused as refused:
            if refused.code == "same_iban":
                talk.say("same_iban", iban=written.masked_iban(iban))
            elif refused.code == "invalid_iban":
                talk.say("iban_unreadable")
            else:
                raise
        else:
            day = words.day(done["begins"], talk.language)
            talk.finish("bank_done", done["reference"], day=day, iban=done["iban"])
        talk.clear(SLOTS)
