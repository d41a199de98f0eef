"""Know customers: who somebody is, and where money is taken from."""

import re
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from conversation.iban import LENGTHS, is_valid
from pforte.backend.answers import Answer, Refused
from pforte.backend.work import Work, moment

WRONG_POSTCODES = 10
"""So many wrong postcodes for one customer number within a day, and nobody gets in any more."""

_DAY = timedelta(days=1)


class Verification(BaseModel):
    """Who somebody says to be."""

    model_config = ConfigDict(extra="forbid")

    customer_number: str = Field(max_length=20)
    postcode: str = Field(max_length=10)


class BankDetails(BaseModel):
    """The account to take money from."""

    model_config = ConfigDict(extra="forbid")

    iban: str = Field(max_length=50)


def verify(work: Work, said: Verification) -> Answer:
    """Compare customer number and postcode; which of them is wrong is not told.

    A customer number at which somebody guesses postcodes is locked for a day.
    """
    number = re.sub(r"\D", "", said.customer_number)
    since = moment(work.now - _DAY)
    wrong = work.db.execute(
        "select count(*) from wrong_postcode where customer = ? and at > ?", (number, since)
    ).fetchone()[0]
    if wrong >= WRONG_POSTCODES:
        raise Refused(429, "locked", "too many wrong postcodes for this customer number")
    row = work.db.execute("select * from customer where number = ?", (number,)).fetchone()
    if row is None or row["postcode"] != re.sub(r"\D", "", said.postcode):
        work.db.execute("insert into wrong_postcode values (?, ?)", (number, moment(work.now)))
        return Refused(404, "not_verified", "no such customer number with this postcode").answer
    return Answer(200, {"customer_number": number, "name": row["name"]})


def show_customer(work: Work, number: str) -> dict[str, Any]:
    """Return a customer; the account only as it may be shown."""
    row = work.customer(number)
    return {
        "customer_number": number,
        "name": row["name"],
        "address": f"{row['street']}, {row['postcode']} {row['city']}",
        "iban": masked_iban(row["iban"]),
    }


def change_bank_details(work: Work, number: str, wanted: BankDetails) -> Answer:
    """Take money from another account from tomorrow on."""
    row = work.customer(number)
    iban = re.sub(r"[\s.-]", "", wanted.iban).upper()
    if (
        LENGTHS.get(iban[:2]) != len(iban)
        or not (iban.isascii() and iban.isalnum())
        or not is_valid(iban)
    ):
        raise Refused(422, "invalid_iban", "the check digits of the account number are wrong")
    if row["iban"] == iban:
        raise Refused(409, "same_iban", "this is the account already", iban=masked_iban(iban))
    day = work.today + _DAY
    work.db.execute("update customer set iban = ? where number = ?", (iban, number))
    work.db.execute(
        "insert into mandate values (?, ?, ?, ?)", (number, iban, day.isoformat(), work.reference)
    )
    return Answer(
        201,
        {"reference": work.reference, "iban": masked_iban(iban), "begins": day.isoformat()},
    )


def masked_iban(iban: str) -> str:
    """Return an account number as it may be shown: country, check digits, last four."""
    return f"{iban[:4]} •••• {iban[-4:]}"
