"""Keep what the phones show and what is still to be told to the house, in one SQLite file."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pforte.messengers.faults import ChannelName
from pforte.messengers.files import Files

State = Literal["", "sent", "delivered", "read", "failed"]
_FORWARD: tuple[State, ...] = ("", "sent", "delivered", "read")

_SCHEMA = """
create table if not exists entry (
    n integer primary key, changed integer not null, channel text not null, user text not null,
    provider_id text not null, body text not null);
create index if not exists entry_changed on entry (channel, user, changed);
create index if not exists entry_provider on entry (channel, user, provider_id);
create table if not exists webhook (
    n integer primary key, channel text not null, user text not null, kind text not null,
    provider_id text not null, body blob not null, done integer not null default 0,
    answers text not null default '[]');
create index if not exists webhook_provider on webhook (provider_id);
create table if not exists counter (name text primary key, value integer not null);
create table if not exists customer (
    channel text not null, user text not null, name text not null,
    blocked integer not null default 0, primary key (channel, user));
"""


@dataclass(frozen=True)
class Option:
    """A button or a list row: `id` goes back to the house when it is tapped."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Entry:
    """One message as the phone shows it.

    `n` is its place, `changed` grows with every change of any entry (the cursor of long polls).
    `at` in ms. `side` says who wrote it. `menu` is the opener of a list, "" for buttons. `state`
    is that of the ticks. `about` is the provider's id of the message that a tap, reaction, edit or
    deletion is about. `answered`: the house answered the tap, with `notice` as the passing words.
    `code` says why it failed. `file` is the id of what hangs on it.
    """

    channel: ChannelName
    user: str
    side: Literal["customer", "house"]
    provider_id: str
    at: int
    kind: str = "text"
    text: str = ""
    options: tuple[Option, ...] = ()
    menu: str = ""
    state: State = ""
    about: str = ""
    payload: str = ""
    answered: bool = False
    notice: str = ""
    code: str = ""
    reference: str = ""
    file: str = ""
    filename: str = ""
    n: int = 0
    changed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON takes it."""
        return asdict(self)


@dataclass(frozen=True)
class Webhook:
    """A call to the house: `body` is what is signed and sent, `answers` the statuses it got."""

    channel: ChannelName
    user: str
    kind: Literal["message", "status"]
    provider_id: str
    body: bytes
    n: int = 0
    done: bool = False
    answers: list[str] = field(default_factory=list)


class Store:
    """Hold entries, customers, counters and webhooks; every method is safe among threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files = Files(path.parent / "files")
        self._changes = threading.Condition(threading.RLock())
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # what a crash of this program leaves is whole; of the machine, nobody asks it
        self._connection.execute("pragma synchronous = off")
        self._connection.executescript(_SCHEMA)
        self._released = False

    def close(self) -> None:
        """Close the file."""
        with self._changes:
            self._connection.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._changes:
            self._connection.execute("begin immediate")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")
            self._changes.notify_all()

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._changes:
            return self._connection.execute(query, values).fetchall()

    def next(self, counter: str) -> int:
        """Count up and return a counter that survives a restart; it begins at 1."""
        with self._changes:
            rows = self._connection.execute(
                "insert into counter values (?, 1)"
                " on conflict (name) do update set value = value + 1 returning value",
                (counter,),
            ).fetchall()
            return int(rows[0][0])

    def add(self, entry: Entry) -> Entry:
        """Keep a new entry and return it with its place."""
        with self._changing() as connection:
            n = self.next("entry")
            entry = replace(entry, n=n, changed=self.next("change"))
            connection.execute(
                "insert into entry values (?, ?, ?, ?, ?, ?)",
                (n, entry.changed, entry.channel, entry.user, entry.provider_id, _dump(entry)),
            )
        return entry

    def update(self, entry: Entry, **changes: Any) -> Entry:
        """Change an entry as it now stands and return it."""
        with self._changing() as connection:
            rows = self._rows("select body from entry where n = ?", entry.n)
            entry = replace(_load(rows[0][0]), **changes, changed=self.next("change"))
            connection.execute(
                "update entry set changed = ?, body = ? where n = ?",
                (entry.changed, _dump(entry), entry.n),
            )
        return entry

    def advance(self, entry: Entry, state: State) -> None:
        """Move the ticks of an entry forward; one that is further already stays as it is."""
        with self._changes:
            rows = self._rows("select body from entry where n = ?", entry.n)
            now = _load(rows[0][0])
            if now.state in _FORWARD and _FORWARD.index(now.state) < _FORWARD.index(state):
                self.update(now, state=state)

    def find(self, channel: ChannelName, user: str, provider_id: str) -> Entry | None:
        """Return the newest entry of that provider id; None where there is none."""
        rows = self._rows(
            "select body from entry where channel = ? and user = ? and provider_id = ?"
            " order by n desc limit 1",
            *(channel, user, provider_id),
        )
        return _load(rows[0][0]) if rows else None

    def find_by_id(self, channel: ChannelName, provider_id: str) -> Entry | None:
        """Return an entry whose provider id is unique over all of its channel."""
        rows = self._rows(
            "select body from entry where channel = ? and provider_id = ? limit 1",
            *(channel, provider_id),
        )
        return _load(rows[0][0]) if rows else None

    def entries(self, channel: ChannelName, user: str, after: int = 0) -> list[Entry]:
        """Return what is new or was changed after a cursor, in the order of the thread."""
        rows = self._rows(
            "select body from entry where channel = ? and user = ? and changed > ? order by n",
            *(channel, user, after),
        )
        return [_load(row[0]) for row in rows]

    def wait[T](self, read: Callable[[], T], ready: Callable[[T], bool], timeout: float) -> T:
        """Return what is read as soon as it is ready, or at a release, or after `timeout` s."""
        with self._changes:
            self._changes.wait_for(lambda: self._released or ready(read()), timeout)
            return read()

    def release(self) -> None:
        """End all waits, now and later."""
        with self._changes:
            self._released = True
            self._changes.notify_all()

    def notify(self) -> None:
        """Let the waiting look again, at something that is not in the file."""
        with self._changes:
            self._changes.notify_all()

    def customer(self, channel: ChannelName, user: str, name: str = "") -> str:
        """Return a customer's profile name, which the first call gives for good."""
        with self._changing() as connection:
            connection.execute(
                "insert into customer (channel, user, name) values (?, ?, ?)"
                " on conflict (channel, user) do nothing",
                (channel, user, name or f"Kunde {user[-4:]}"),
            )
        rows = self._rows("select name from customer where channel = ? and user = ?", channel, user)
        return str(rows[0][0])

    def knows(self, channel: ChannelName, user: str) -> bool:
        """Say whether a customer has ever written."""
        query = "select 1 from customer where channel = ? and user = ?"
        return bool(self._rows(query, channel, user))

    def customers(self, channel: ChannelName) -> list[dict[str, str]]:
        """Return all customers of a channel, the last heard of first."""
        rows = self._rows(
            "select c.user, c.name from customer c left join entry e"
            " on e.channel = c.channel and e.user = c.user"
            " where c.channel = ? group by c.user order by max(e.n) desc",
            channel,
        )
        return [{"user": user, "name": name} for user, name in rows]

    def block(self, channel: ChannelName, user: str, blocked: bool) -> None:
        """Let a customer block us, or allow us again."""
        with self._changing() as connection:
            connection.execute(
                "update customer set blocked = ? where channel = ? and user = ?",
                (blocked, channel, user),
            )

    def blocked(self, channel: ChannelName, user: str) -> bool:
        """Say whether a customer has blocked us."""
        query = "select 1 from customer where channel = ? and user = ? and blocked"
        return bool(self._rows(query, channel, user))

    def last_written(self, channel: ChannelName, user: str) -> int | None:
        """Return when a customer last wrote, in ms: the messaging window runs from there."""
        written = [e.at for e in self.entries(channel, user) if e.side == "customer"]
        return max(written, default=None)

    def add_webhook(self, webhook: Webhook) -> Webhook:
        """Keep a call to the house until it is accepted, and after that for repeats."""
        with self._changing() as connection:
            n = self.next("webhook")
            connection.execute(
                "insert into webhook (n, channel, user, kind, provider_id, body)"
                " values (?, ?, ?, ?, ?, ?)",
                (n, webhook.channel, webhook.user, webhook.kind, webhook.provider_id, webhook.body),
            )
        return replace(webhook, n=n)

    def answered_webhook(self, webhook: Webhook, answers: list[str], *, done: bool) -> None:
        """Record what the house answered so far; `done` ends the repeats."""
        with self._changing() as connection:
            connection.execute(
                "update webhook set answers = ?, done = ? where n = ?",
                (json.dumps(answers), done, webhook.n),
            )

    def webhooks(self, *, provider_id: str = "", pending: bool = False) -> list[Webhook]:
        """Return the calls about a provider's id, or all that the house has not accepted."""
        rows = self._rows(
            "select channel, user, kind, provider_id, body, n, done, answers from webhook"
            " where (? or provider_id = ?) and (not ? or not done) order by n",
            *(not provider_id, provider_id, pending),
        )
        return [
            Webhook(channel, user, kind, provider, body, n, bool(done), json.loads(answers))
            for channel, user, kind, provider, body, n, done, answers in rows
        ]


def _dump(entry: Entry) -> str:
    return json.dumps(entry.to_dict(), ensure_ascii=False)


def _load(body: str) -> Entry:
    known = json.loads(body)
    options = tuple(Option(**option) for option in known.pop("options"))
    return Entry(**known, options=options)
