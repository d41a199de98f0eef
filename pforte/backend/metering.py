"""Take meter readings: whose meter it is, and whether a reading can be true."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pforte.backend.answers import Answer, Refused
from pforte.backend.work import Work

_LEEWAY = 60.0
"""Days of ordinary use by which a reading may always be higher than expected."""


class Reading(BaseModel):
    """A reading, without decimals. `confirmed`: the customer has looked again."""

    model_config = ConfigDict(extra="forbid")

    value: int = Field(ge=0, lt=10**9)
    confirmed: bool = False


def meters(work: Work, customer: str) -> dict[str, Any]:
    """Return a customer's meters, with their last readings and what would be plausible today."""
    work.customer(customer)
    rows = work.db.execute(
        "select * from meter where customer = ? order by product, number", (customer,)
    )
    return {"meters": [_shown(work, dict(row)) for row in rows.fetchall()]}


def submit_reading(work: Work, customer: str, meter: str, said: Reading) -> Answer:
    """Keep a reading; one that cannot be true only when confirmed, and then to be checked."""
    row = work.one(
        "select * from meter where customer = ? and number = ?",
        *(customer, meter),
        missing="unknown_meter",
    )
    known = _shown(work, dict(row))
    if len(str(said.value)) > row["digits"]:
        raise Refused(422, "too_many_digits", "the meter has fewer digits", digits=row["digits"])
    low, high = known["plausible"]["from"], known["plausible"]["to"]
    plausible = low <= said.value <= high
    if not plausible and not said.confirmed:
        raise Refused(
            *(409, "implausible", "the reading does not fit the last one"),
            **{key: known[key] for key in ("last_reading", "plausible", "unit")},
        )
    work.db.execute(
        "insert into reading values (?, ?, ?, ?, ?)",
        (meter, work.today.isoformat(), said.value, work.reference, not plausible),
    )
    return Answer(
        201,
        {
            "reference": work.reference,
            "meter_number": meter,
            "value": said.value,
            "unit": row["unit"],
            "day": work.today.isoformat(),
            "used": said.value - known["last_reading"]["value"],
            "to_be_checked": not plausible,
        },
    )


def _shown(work: Work, meter: dict[str, Any]) -> dict[str, Any]:
    last = work.one(
        "select day, value from reading where meter = ? and not to_be_checked"
        " order by day desc, rowid desc",
        meter["number"],
        missing="no_reading",
    )
    days = (work.today - date.fromisoformat(last["day"])).days
    expected = meter["daily_use"] * days
    highest = last["value"] + round(2 * expected + _LEEWAY * meter["daily_use"])
    return {
        "meter_number": meter["number"],
        "product": meter["product"],
        "unit": meter["unit"],
        "digits": meter["digits"],
        "last_reading": {"day": last["day"], "value": last["value"]},
        "plausible": {"from": last["value"], "to": highest},
    }
