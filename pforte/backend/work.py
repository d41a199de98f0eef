"""Carry what every operation of the back end works with: data, time, and the caller's key."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from conversation.reference import reference_number
from pforte.backend.answers import Refused

Product = Literal["electricity", "gas", "water", "district_heating", "internet"]

ZONE = ZoneInfo("Europe/Berlin")
_PREFIX = "SM"


@dataclass(frozen=True)
class Work:
    """One operation: the open database, the moment, and the key of a write ("" for a read)."""

    db: sqlite3.Connection
    now: datetime
    operation: str
    key: str = ""

    @property
    def today(self) -> date:
        """Return the day where the company is."""
        return local_day(self.now)

    @property
    def reference(self) -> str:
        """Return the reference number of this very write: the same for the same key."""
        return reference_number(_PREFIX, f"{self.operation} {self.key}", 0)

    def one(self, query: str, *values: object, missing: str) -> sqlite3.Row:
        """Return the row that a query finds. Raises Refused with the code `missing`."""
        row: sqlite3.Row | None = self.db.execute(query, values).fetchone()
        if row is None:
            raise Refused(404, missing, "there is none of this number")
        return row

    def customer(self, number: str) -> sqlite3.Row:
        """Return a customer. Raises Refused."""
        return self.one(
            "select * from customer where number = ?", number, missing="unknown_customer"
        )


def local_day(now: datetime) -> date:
    """Return the day where the company is."""
    return now.astimezone(ZONE).date()


def moment(at: datetime) -> str:
    """Write a moment: local time with its offset, to the minute."""
    return at.astimezone(ZONE).isoformat(timespec="minutes")


def fold_street(name: str) -> str:
    """Return what a street is compared by, however written: "Linden-Str. 4", "lindenstrasse"."""
    without_number = re.split(r"\d", name.casefold(), maxsplit=1)[0]
    letters = "".join(sign for sign in without_number if sign.isalpha())
    for written, meant in (("strasse", "str"), ("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        letters = letters.replace(written, meant)
    return letters
