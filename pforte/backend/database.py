"""Keep the back end's data in one SQLite file, and do every write exactly once."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pforte.backend.answers import Answer, Refused

_SCHEMA = """
create table if not exists customer (
    number text primary key, name text not null, postcode text not null, street text not null,
    city text not null, iban text not null);
create table if not exists meter (
    number text primary key, customer text not null references customer, product text not null,
    unit text not null, digits integer not null, daily_use real not null);
create table if not exists reading (
    meter text not null references meter, day text not null, value integer not null,
    reference text not null, to_be_checked integer not null default 0);
create index if not exists reading_meter on reading (meter, day);
create table if not exists contract (
    id text primary key, customer text not null references customer, product text not null,
    tariff text not null, instalment integer not null, lowest integer not null,
    highest integer not null);
create table if not exists instalment (
    contract text not null references contract, begins text not null, amount integer not null,
    reference text not null);
create table if not exists invoice (
    id text primary key, customer text not null references customer,
    contract text not null references contract, day text not null, begins text not null,
    ends text not null, amount integer not null);
create table if not exists street (name text primary key, folded text not null);
create table if not exists outage (
    reference text primary key, street text not null references street, product text not null,
    since text not null, until text, cause text not null, reports integer not null,
    over integer not null default 0);
create table if not exists appointment (
    id text not null, product text not null, customer text not null, reference text not null,
    primary key (id, product));
create table if not exists mandate (
    customer text not null references customer, iban text not null, day text not null,
    reference text not null);
create table if not exists wrong_postcode (customer text not null, at text not null);
create table if not exists done (
    operation text not null, key text not null, request text not null, status integer not null,
    answer text not null, primary key (operation, key));
create table if not exists setting (name text primary key, value text not null);
"""

Seeding = Callable[[sqlite3.Connection], None]


class Database:
    """One SQLite file, or memory where `path` is None; safe among threads, one at a time.

    `seed` fills a database that is new.
    """

    def __init__(self, path: Path | None, seed: Seeding) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_SCHEMA)
        with self.changing() as db:
            if db.execute("select 1 from customer").fetchone() is None:
                seed(db)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to one caller at a time."""
        with self._lock:
            yield self._connection

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for changes: all of them are kept, or none."""
        with self._lock, self._connection:  # which commits, or rolls back
            self._connection.execute("begin immediate")
            yield self._connection

    def once(
        self,
        operation: str,
        key: str,
        request: Mapping[str, Any],
        do: Callable[[sqlite3.Connection], Answer],
    ) -> Answer:
        """Do what was asked for under this key, or return what came of it before.

        A refusal is remembered like a success; an exception of any other kind leaves nothing.
        Raises Refused where the key was used for something else.
        """
        written = json.dumps(request, sort_keys=True)
        with self.changing() as db:
            known = db.execute(
                "select request, status, answer from done where operation = ? and key = ?",
                (operation, key),
            ).fetchone()
            if known is None:
                answer = _kept(db, do)
                db.execute(
                    "insert into done values (?, ?, ?, ?, ?)",
                    (operation, key, written, answer.status, json.dumps(answer.body)),
                )
                return answer
        if known["request"] != written:
            raise Refused(422, "key_reused", "the Idempotency-Key came with another request")
        return Answer(known["status"], json.loads(known["answer"]))


def _kept(db: sqlite3.Connection, do: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """Do it; operations refuse before they write anything."""
    try:
        return do(db)
    except Refused as refused:
        return refused.answer
