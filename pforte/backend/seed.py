"""Fill a new back end: the same customers on every machine, their dates counted from today."""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pforte.backend.work import fold_street, local_day, moment


class _Meter(NamedTuple):
    number: str
    product: str
    daily_use: float
    last: int


class _Contract(NamedTuple):
    product: str
    tariff: str
    instalment: int


class _Customer(NamedTuple):
    number: str
    name: str
    postcode: str
    street: str
    iban: str
    meters: tuple[_Meter, ...]
    contracts: tuple[_Contract, ...]


_POWER = "Musterstrom Natur"
_GAS = "Mustergas Komfort"
_WATER = "Trinkwasser"

CUSTOMERS = (
    _Customer(
        *("4711023", "Erika Sommer", "12345", "Lindenweg 4", "DE89370400440532013000"),
        (_Meter("1EMH0012345", "electricity", 7.1, 8056),),
        (_Contract("electricity", _POWER, 8400),),
    ),
    _Customer(
        *("5510982", "Mehmet Öztürk", "12345", "Gartenstraße 5", "DE02120300000000202051"),
        (
            _Meter("60911234", "electricity", 9.4, 24310),
            _Meter("7GMT0081520", "gas", 4.2, 5127),
        ),
        (_Contract("electricity", _POWER, 11200), _Contract("gas", _GAS, 9600)),
    ),
    _Customer(
        *("3310457", "Greta Lindqvist", "12347", "Parkallee 12", "DE02500105170137075030"),
        (
            _Meter("1LGZ0051234567", "electricity", 5.5, 15602),
            _Meter("8SEN0044170", "water", 0.28, 412),
        ),
        (_Contract("electricity", _POWER, 6700), _Contract("water", _WATER, 3900)),
    ),
    _Customer(
        *("6120045", "John O’Brien", "12349", "Bahnhofstraße 3", "DE88100900001234567892"),
        (_Meter("2ISK0078123", "electricity", 12.6, 40177),),
        (_Contract("electricity", _POWER, 15300),),
    ),
    _Customer(
        *("7745001", "Bäckerei Krume GmbH", "12345", "Hauptstraße 21", "DE75512108001245126199"),
        (
            _Meter("60554321", "electricity", 88.0, 96420),
            _Meter("7ELS0190034", "gas", 31.0, 71204),
            _Meter("8SEN0099001", "water", 1.9, 3377),
        ),
        (
            _Contract("electricity", "Musterstrom Gewerbe", 89000),
            _Contract("gas", "Mustergas Gewerbe", 54000),
        ),
    ),
    _Customer(
        *("8801452", "Hannelore Voß", "12351", "Amselweg 9", "DE27100777770209299700"),
        (_Meter("55120987", "electricity", 3.9, 99871),),
        (_Contract("electricity", _POWER, 4700),),
    ),
)
"""Invented, all of them; the account numbers are banks' published examples."""

STREETS = (
    *("Amselweg", "Bahnhofstraße", "Gartenstraße", "Goethestraße", "Hauptstraße", "Kastanienweg"),
    *("Kirchgasse", "Lindenstraße", "Lindenweg", "Marktplatz", "Parkallee", "Rosenstraße"),
    *("Schillerstraße", "Schlossgasse", "Talstraße", "Tannenweg", "Uferstraße", "Ulmenstraße"),
    "Wiesenweg",
)

_OUTAGES = (
    ("SM-0AG4-71KD", "Schillerstraße", "electricity", 95, 130, "cable", 14),
    ("SM-0AG4-90XB", "Talstraße", "water", 40, 240, "pipe", 6),
    ("SM-0AG4-M3VC", "Goethestraße", "electricity", 20, None, "unknown", 2),
)
"""Reference, street, product, reported so many minutes ago, over in so many, cause, reports."""

_UNITS = {"electricity": "kWh", "gas": "m³", "water": "m³"}
_PRICE_CENTS = {"electricity": 36, "gas": 118, "water": 402}
_HISTORY = 3


def seed(db: sqlite3.Connection, now: datetime) -> None:
    """Write everything into an empty database."""
    today = local_day(now)
    for customer in CUSTOMERS:
        place = (customer.postcode, customer.street, "Musterstadt", customer.iban)
        db.execute(
            "insert into customer values (?, ?, ?, ?, ?, ?)",
            (customer.number, customer.name, *place),
        )
        for meter in customer.meters:
            _add_meter(db, customer.number, meter, today)
        for contract in customer.contracts:
            _add_contract(db, customer, contract, today)
    db.executemany(
        "insert into street values (?, ?)", [(name, fold_street(name)) for name in STREETS]
    )
    _add_outages(db, now)


def _add_meter(db: sqlite3.Connection, customer: str, meter: _Meter, today: date) -> None:
    unit = _UNITS[meter.product]
    digits = max(5, len(str(meter.last)))
    db.execute(
        "insert into meter values (?, ?, ?, ?, ?, ?)",
        (meter.number, customer, meter.product, unit, digits, meter.daily_use),
    )
    for years in range(_HISTORY):
        value = meter.last - round(365 * years * meter.daily_use)
        if value < 0:
            break
        day = _readings_day(today) - timedelta(days=365 * years)
        db.execute(
            "insert into reading (meter, day, value, reference) values (?, ?, ?, '')",
            (meter.number, day.isoformat(), value),
        )


def _add_contract(
    db: sqlite3.Connection, customer: _Customer, contract: _Contract, today: date
) -> None:
    name = f"{customer.number}-{contract.product[0].upper()}"
    paid = contract.instalment
    db.execute(
        "insert into contract values (?, ?, ?, ?, ?, ?, ?)",
        (
            *(name, customer.number, contract.product, contract.tariff, paid),
            *(_whole_euros(paid * 7 // 10), _whole_euros(paid * 2)),
        ),
    )
    use = next((m.daily_use for m in customer.meters if m.product == contract.product), 0.0)
    for number, (begins, ends) in enumerate(_years(_readings_day(today))):
        price = _PRICE_CENTS[contract.product]
        amount = round(365 * use * price) + 1190 * 12 - number * 317
        invoice = f"{ends.year}-{customer.number}-{contract.product[0].upper()}"
        day = ends + timedelta(days=9)
        values = (day.isoformat(), begins.isoformat(), ends.isoformat(), amount)
        db.execute(
            "insert into invoice values (?, ?, ?, ?, ?, ?, ?)",
            (invoice, customer.number, name, *values),
        )


def _add_outages(db: sqlite3.Connection, now: datetime) -> None:
    for reference, street, product, ago, left, cause, reports in _OUTAGES:
        since = moment(now - timedelta(minutes=ago))
        until = None if left is None else moment(now + timedelta(minutes=left))
        db.execute(
            "insert into outage values (?, ?, ?, ?, ?, ?, ?, 0)",
            (reference, street, product, since, until, cause, reports),
        )


def _years(last: date) -> Iterator[tuple[date, date]]:
    """Yield the years that were invoiced, the last one first."""
    for years in range(_HISTORY):
        ends = last - timedelta(days=365 * years)
        yield ends - timedelta(days=364), ends


def _readings_day(today: date) -> date:
    """Return the day of the last yearly reading: some eleven months ago."""
    return today - timedelta(days=340)


def _whole_euros(cents: int) -> int:
    return cents // 100 * 100
