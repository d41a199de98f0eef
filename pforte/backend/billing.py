"""Know contracts, instalments and invoices. Money is in cents."""

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pforte.backend.answers import Answer, Refused
from pforte.backend.links import Links
from pforte.backend.work import Work, moment

NOTICE_DAYS = 7
"""So many days before the first of a month its instalment is fixed."""

_MONTHS_AHEAD = 6


class Instalment(BaseModel):
    """What a customer wants to pay a month, in cents, from the first of a month on."""

    model_config = ConfigDict(extra="forbid")

    amount: int = Field(gt=0, lt=10**8)
    begins: date


def contracts(work: Work, customer: str) -> dict[str, Any]:
    """Return a customer's contracts: the instalment now, its limits, and from when to change."""
    work.customer(customer)
    rows = work.db.execute(
        "select * from contract where customer = ? order by product", (customer,)
    ).fetchall()
    names = ("product", "tariff", "instalment", "lowest", "highest")
    begins = [day.isoformat() for day in _months(work.today)]
    return {
        "contracts": [
            {"contract": row["id"], **{name: row[name] for name in names}, "begins": begins}
            for row in rows
        ]
    }


def change_instalment(work: Work, customer: str, contract: str, wanted: Instalment) -> Answer:
    """Change what is paid a month, within the contract's limits."""
    row = work.one(
        "select * from contract where customer = ? and id = ?",
        *(customer, contract),
        missing="unknown_contract",
    )
    if not row["lowest"] <= wanted.amount <= row["highest"]:
        limits = {"lowest": row["lowest"], "highest": row["highest"]}
        raise Refused(422, "out_of_limits", "the instalment must fit the use", **limits)
    begins = _months(work.today)
    if wanted.begins not in begins:
        days = [day.isoformat() for day in begins]
        raise Refused(422, "wrong_begin", "an instalment begins on one of these days", begins=days)
    work.db.execute(
        "insert into instalment values (?, ?, ?, ?)",
        (contract, wanted.begins.isoformat(), wanted.amount, work.reference),
    )
    return Answer(
        201,
        {
            "reference": work.reference,
            "product": row["product"],
            "amount": wanted.amount,
            "before": row["instalment"],
            "begins": wanted.begins.isoformat(),
        },
    )


def invoices(work: Work, customer: str) -> dict[str, Any]:
    """Return a customer's invoices, the newest first."""
    work.customer(customer)
    rows = work.db.execute(
        "select invoice.*, product from invoice join contract on contract.id = contract"
        " where invoice.customer = ? order by day desc, product",
        (customer,),
    ).fetchall()
    names = ("product", "day", "begins", "ends", "amount")
    return {
        "invoices": [{"invoice": row["id"], **{name: row[name] for name in names}} for row in rows]
    }


def link_invoice(work: Work, links: Links, customer: str, invoice: str) -> Answer:
    """Return a link to a copy of an invoice; whoever has it can open it until it expires."""
    row = work.one(
        "select * from invoice where customer = ? and id = ?",
        *(customer, invoice),
        missing="unknown_invoice",
    )
    url, expires = links.make(invoice, work.now)
    return Answer(
        201,
        {
            "reference": work.reference,
            "invoice": invoice,
            "day": row["day"],
            "url": url,
            "expires": moment(expires),
        },
    )


def invoice_page(work: Work, invoice: str) -> list[str]:
    """Return the lines of an invoice, whosever it is. Raises Refused."""
    row = work.one(
        "select invoice.*, name, street, postcode, city, product, tariff from invoice"
        " join customer on customer.number = invoice.customer"
        " join contract on contract.id = contract where invoice.id = ?",
        invoice,
        missing="unknown_invoice",
    )
    euros = f"{row['amount'] // 100}.{row['amount'] % 100:02d}"
    days = {name: date.fromisoformat(row[name]) for name in ("day", "begins", "ends")}
    written = {name: f"{day:%d.%m.%Y}" for name, day in days.items()}
    return [
        "Stadtwerke Musterstadt",
        f"Rechnung / Invoice {row['id']}",
        "",
        row["name"],
        row["street"],
        f"{row['postcode']} {row['city']}",
        "",
        f"Kundennummer / Customer number: {row['customer']}",
        f"Datum / Date: {written['day']}",
        f"{row['tariff']}: {written['begins']} - {written['ends']}",
        "",
        f"Betrag / Amount: {euros} EUR",
    ]


def _months(today: date) -> list[date]:
    """Return the firsts of months from which an instalment can still be changed."""
    first = (today + timedelta(days=NOTICE_DAYS)).replace(day=1)
    days: list[date] = []
    while len(days) < _MONTHS_AHEAD:
        first = (first + timedelta(days=32)).replace(day=1)
        days.append(first)
    return days
