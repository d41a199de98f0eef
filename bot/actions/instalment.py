"""Change what a customer pays a month: for which contract, how much, from when."""

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import words, written
from actions.backend import Refused
from actions.request import RequestAction, RequestForm
from actions.talk import Talk, choice

FORM = "instalment_form"
SLOTS = ("contract", "instalment_amount", "instalment_begin", "product")

_OFFERED = 3


class ValidateInstalmentForm(RequestForm):
    """Check contract, amount and begin."""

    form = FORM
    intent = "change_instalment"
    asked = ("contract", "instalment_amount", "instalment_begin")

    def settle(self, talk: Talk) -> None:
        """Find the contract, then check the amount by its limits and the begin by its days."""
        contract = _find_contract(talk)
        if contract is None:
            return
        amount = written.amount(talk.get("instalment_amount"))
        if amount is not None and not contract["lowest"] <= amount <= contract["highest"]:
            _say_limits(talk, amount, contract)
        begin = talk.get("instalment_begin")
        if begin is not None:
            day = written.day(begin) or ""
            later = [each for each in contract["begins"] if each >= day[:10]]
            talk.set("instalment_begin", later[0] if later else None)


class AskContract(RequestAction):
    """Ask which contract, with a button for each."""

    action = "action_ask_contract"

    def act(self, talk: Talk) -> None:
        """Ask."""
        known = talk.known("contracts")
        talk.say(
            "ask_contract", [(talk.product(c["product"]), choice(c["contract"])) for c in known]
        )


class AskInstalmentAmount(RequestAction):
    """Ask how much, with what it is now and what is possible."""

    action = "action_ask_instalment_amount"

    def act(self, talk: Talk) -> None:
        """Ask."""
        contract = _chosen(talk)
        talk.say(
            "ask_amount",
            product=talk.product(contract["product"]),
            now=words.money(contract["instalment"], talk.language),
            lowest=words.money(contract["lowest"], talk.language),
            highest=words.money(contract["highest"], talk.language),
        )


class AskInstalmentBegin(RequestAction):
    """Ask from when, with buttons for the next months."""

    action = "action_ask_instalment_begin"

    def act(self, talk: Talk) -> None:
        """Ask."""
        days = _chosen(talk)["begins"][:_OFFERED]
        talk.say("ask_begin", [(words.month(day, talk.language), choice(day)) for day in days])


class ChangeInstalment(RequestAction):
    """Write the instalment into the back end, and tell the reference number."""

    action = "action_change_instalment"

    def act(self, talk: Talk) -> None:
        """Change it; limits that moved meanwhile are asked about again."""
        contract, amount = str(talk.get("contract")), written.amount(talk.get("instalment_amount"))
        if amount is None:
            talk.reject()
        try:
            done = talk.backend.write(
                talk.key,
                *("customers", talk.customer, "contracts", contract, "instalment"),
                amount=amount,
                begins=talk.get("instalment_begin"),
            )
        except Refused as refused:
            if refused.code == "out_of_limits":
                _say_limits(talk, amount, refused.facts)
            elif refused.code == "wrong_begin":
                talk.clear(("instalment_begin",))
            else:
                raise
            talk.events.append(FollowupAction(FORM))
            return
        talk.finish(
            "instalment_done",
            done["reference"],
            product=talk.product(done["product"]),
            amount=words.money(done["amount"], talk.language),
            before=words.money(done["before"], talk.language),
            day=words.day(done["begins"], talk.language),
        )
        talk.clear(SLOTS)


def _find_contract(talk: Talk) -> dict[str, Any] | None:
    """Return the contract that is meant; the only one need not be named."""
    known, product = talk.known("contracts"), talk.get("product")
    chosen = [each for each in known if each["contract"] == talk.get("contract")]
    named = [each for each in known if each["product"] == product]
    if product is not None and not named:
        talk.say("unknown_contract", product=talk.product(product))
        talk.clear(("product",))
    found = chosen or named or (known if len(known) == 1 else [])
    if not found:
        talk.clear(("contract",))
        return None
    talk.set("contract", found[0]["contract"])
    return found[0]


def _chosen(talk: Talk) -> dict[str, Any]:
    """Return the contract that the form found. Raises Refused where it is gone meanwhile."""
    for contract in talk.known("contracts"):
        if contract["contract"] == talk.get("contract"):
            return contract
    raise Refused("unknown_contract", {})


def _say_limits(talk: Talk, amount: int, limits: Any) -> None:
    talk.say(
        "out_of_limits",
        amount=words.money(amount, talk.language),
        lowest=words.money(limits["lowest"], talk.language),
        highest=words.money(limits["highest"], talk.language),
    )
    talk.clear(("instalment_amount",))
