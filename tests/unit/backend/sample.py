"""Run the sample back end in the tests' own process, at a time that the test says."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from pforte.backend.server import Backend

TOKEN = "a-token-of-the-tests"
BEGIN = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
"""A Wednesday, half past ten in Musterstadt."""


class Clock:
    """Tell the time that a test sets."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def goes(self, **by: float) -> None:
        """Let time pass: `minutes=61`."""
        self.now += timedelta(**by)


class Company:
    """A back end and somebody who calls it; each write gets a key of its own unless one is named.

    `effects` counts what is written in the tables that requests write to.
    """

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self.backend = backend
        self.clock = clock
        self.url = backend.url
        no_authorities = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.http = httpx.Client(
            base_url=backend.url,
            trust_env=False,
            verify=no_authorities,
            timeout=60,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        self._keys = count()

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def post(self, path: str, key: str | None = None, **body: Any) -> httpx.Response:
        key = key or f"key-{next(self._keys)}"
        return self.http.post(path, json=body, headers={"Idempotency-Key": key})

    def effects(self) -> dict[str, int]:
        tables = ("reading", "instalment", "mandate", "appointment", "outage", "wrong_postcode")
        with self.backend._database.reading() as db:
            counted = {
                table: db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables
            }
            counted["reports"] = db.execute("select sum(reports) from outage").fetchone()[0]
        return counted


@contextmanager
def company(state: Path | None = None, clock: Clock | None = None) -> Iterator[Company]:
    """Run a back end; without `state` its data is in memory."""
    clock = clock or Clock()
    backend = Backend(0, state, TOKEN, clock=clock)
    backend.start()
    opened = Company(backend, clock)
    try:
        yield opened
    finally:
        opened.http.close()
        backend.stop()
