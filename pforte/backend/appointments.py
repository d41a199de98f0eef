"""Give technicians' free times, and each of them once."""

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pforte.backend.answers import Answer, Refused
from pforte.backend.work import ZONE, Product, Work, moment

_HOURS = (8, 10, 13, 15)
_LENGTH = timedelta(hours=2)
_FIRST_DAY = 2
_DAYS = 21
_TAKEN_OF_TEN = 4
_OFFERED = 10


class Booking(BaseModel):
    """One of the free times."""

    model_config = ConfigDict(extra="forbid")

    time: str = Field(max_length=20)
    product: Product


def free_times(work: Work, product: str, after: str) -> dict[str, Any]:
    """Return the next free times for a trade, those after a time if one is named."""
    taken = {
        row["id"]
        for row in work.db.execute("select id from appointment where product = ?", (product,))
    }
    free = [
        _shown(begins)
        for begins in _times(work.today)
        if _is_open(begins, product) and _id(begins) not in taken and _id(begins) > after
    ]
    return {"times": free[:_OFFERED]}


def book(work: Work, customer: str, wanted: Booking) -> Answer:
    """Book a time; two customers never get the same."""
    work.customer(customer)
    begins = next((each for each in _times(work.today) if _id(each) == wanted.time), None)
    if begins is None:
        raise Refused(422, "unknown_time", "there is no such time")
    taken = Refused(409, "taken", "somebody else has this time")
    if not _is_open(begins, wanted.product):
        raise taken
    try:
        work.db.execute(
            "insert into appointment values (?, ?, ?, ?)",
            (wanted.time, wanted.product, customer, work.reference),
        )
    except sqlite3.IntegrityError as error:  # the primary key: one customer for a time and trade
        raise taken from error
    return Answer(201, {"reference": work.reference, "product": wanted.product, **_shown(begins)})


def _times(today: date) -> Iterator[datetime]:
    for ahead in range(_FIRST_DAY, _DAYS):
        day = today + timedelta(days=ahead)
        if day.weekday() < 5:
            for hour in _HOURS:
                yield datetime.combine(day, time(hour), ZONE)


def _is_open(begins: datetime, product: str) -> bool:
    """Say whether a technician's calendar has room: some times are taken on every machine."""
    drawn = hashlib.sha256(f"{product} {_id(begins)}".encode()).digest()[0]
    return drawn % 10 >= _TAKEN_OF_TEN


def _id(begins: datetime) -> str:
    return begins.strftime("%Y-%m-%dT%H")


def _shown(begins: datetime) -> dict[str, Any]:
    return {"time": _id(begins), "begins": moment(begins), "ends": moment(begins + _LENGTH)}
