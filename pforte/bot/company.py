"""Run the sample back end for a talk: its data new whenever one begins, its clock the talk's."""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pforte.backend.server import Backend

EFFECTS = {
    "readings": "select count(*) from reading",
    "instalments": "select count(*) from instalment",
    "mandates": "select count(*) from mandate",
    "appointments": "select count(*) from appointment",
    "outages": "select count(*) from outage",
    "reports": "select sum(reports) from outage",
    "wrong_postcodes": "select count(*) from wrong_postcode",
}
"""What requests do in the back end's tables (see `pforte.backend.database`)."""


class Company:
    """The sample back end on one port of this machine; `now` (ms) is its clock.

    `environment` tells an action server where it is.
    """

    def __init__(self, folder: Path, now: int) -> None:
        self.now = now
        self._token = secrets.token_hex(16)
        self._new, self._state = folder / "new", folder / "state"
        self._backend: Backend | None = None
        self._port = 0
        self._open(self._new)
        self.close()
        self._seeded = _counted(self._new)
        self.begin()

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that an action server finds the back end by."""
        return {
            "PFORTE_BACKEND_URL": f"http://127.0.0.1:{self._port}",
            "PFORTE_BACKEND_TOKEN": self._token,
        }

    def begin(self) -> None:
        """Forget all that was done."""
        self.close()
        shutil.rmtree(self._state, ignore_errors=True)
        shutil.copytree(self._new, self._state)
        self.open()

    def open(self) -> None:
        """Serve, if it does not."""
        if self._backend is None:
            self._open(self._state)

    def close(self) -> None:
        """Serve no more; the data stays."""
        if self._backend is not None:
            self._backend.stop()
            self._backend = None

    def effects(self) -> dict[str, int]:
        """Return how much was done since it began, what there is nothing of left out."""
        counted = _counted(self._state)
        done = {name: counted[name] - self._seeded[name] for name in EFFECTS}
        return {name: number for name, number in done.items() if number}

    def _open(self, state: Path) -> None:
        self._backend = Backend(self._port, state, self._token, clock=self._clock)
        self._port = self._backend.port
        self._backend.start()

    def _clock(self) -> datetime:
        return datetime.fromtimestamp(self.now / 1000, UTC)


@contextmanager
def sample_company(now: int) -> Iterator[Company]:
    """Run the sample back end as it is at a moment (ms); nothing of it is kept."""
    with TemporaryDirectory(prefix="pforte-") as folder:
        company = Company(Path(folder), now)
        try:
            yield company
        finally:
            company.close()


def _counted(state: Path) -> dict[str, int]:
    with closing(sqlite3.connect(state / "backend.sqlite")) as db:
        return {name: db.execute(query).fetchone()[0] for name, query in EFFECTS.items()}
