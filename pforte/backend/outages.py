"""Know outages by street, and take reports of new ones."""

import sqlite3
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pforte.backend.answers import Answer
from pforte.backend.work import Product, Work, fold_street, moment


class Report(BaseModel):
    """What somebody is without, and where."""

    model_config = ConfigDict(extra="forbid")

    street: str = Field(min_length=2, max_length=100)
    product: Product


def outages(work: Work, street: str) -> dict[str, Any]:
    """Return what is known in a street, however the customer wrote it."""
    name = _street(work, street)
    rows = work.db.execute(
        "select * from outage where street = ? and not over order by since", (name,)
    )
    return {"street": name, "outages": [_shown(row) for row in rows.fetchall()]}


def report(work: Work, said: Report) -> Answer:
    """Take a report: of an outage that is known already it is one more, else it opens one."""
    street = _street(work, said.street)
    known = "select * from outage where street = ? and product = ? and not over"
    row = work.db.execute(known, (street, said.product)).fetchone()
    if row is None:
        work.db.execute(
            "insert into outage values (?, ?, ?, ?, null, 'unknown', 0, 0)",
            (work.reference, street, said.product, moment(work.now)),
        )
    work.db.execute(
        "update outage set reports = reports + 1 where street = ? and product = ? and not over",
        (street, said.product),
    )
    outage = work.db.execute(known, (street, said.product)).fetchone()
    return Answer(
        201,
        {
            "reference": work.reference,
            "street": street,
            "known_before": row is not None,
            "outage": _shown(outage),
        },
    )


def _street(work: Work, written: str) -> str:
    row = work.one(
        "select name from street where folded = ?", fold_street(written), missing="unknown_street"
    )
    name: str = row["name"]
    return name


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {key: row[key] for key in ("reference", "product", "since", "until", "cause", "reports")}
