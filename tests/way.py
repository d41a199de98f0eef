"""Take part in a whole house over HTTP: as a customer on a simulated phone, as an agent at a desk.

Nothing here looks inside, but for the ids of conversations, which are keyed hashes.
"""

import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from aws.vault import SsmVault
from conversation.identity import Identity
from converse.burst import WAIT_SECONDS
from pforte.house.house import House
from pforte.house.local import seeded_passwords
from pforte.messengers.accounts import simulated_accounts
from pforte.messengers.said import Said
from pforte.messengers.store import Store, Webhook

ANNA = "anna@musterstadt.example"
JONAS = "jonas@musterstadt.example"
PATIENCE = 120.0
"""Seconds until what does not come is missing: a machine that does other work is slow."""

_DISCLOSURES = ("wie wir mit Ihren Daten umgehen", "how we handle your data")
_LOOK_EVERY = 0.1
_LONG_POLL = 20.0

# plain HTTP on this machine: loading the authorities of the web for each call would take longer
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

type Json = dict[str, Any]


def call(method: str, url: str, **more: Any) -> httpx.Response:
    """Make a request on a connection of its own."""
    return httpx.request(
        method, url, timeout=PATIENCE, trust_env=False, verify=_NO_AUTHORITIES, **more
    )


def eventually[T](
    look: Callable[[], T], holds: Callable[[T], object], what: str, every: float = _LOOK_EVERY
) -> T:
    """Look until it holds, and return what was seen. Fails with what was seen last.

    The desk has no long poll: it is looked at again and again (`every` s), as its page does.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = look()
        if holds(seen):
            return seen
        assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what}; last seen: {seen}"
        threading.Event().wait(every)


def identity(house: House) -> Identity:
    """Return the maker of a house's ids; whoever comes first makes its key, as in the house."""
    vault = SsmVault(house.client("ssm"), house.outputs["ParameterPrefix"], lambda: 0)
    return Identity(vault.identity_key())


def run_schedule(house: House) -> None:
    """Do what is due, as the house does every minute."""
    resources = house.client("cloudformation").describe_stack_resource(
        StackName=house.stack, LogicalResourceId="ScheduleFunction"
    )
    function = resources["StackResourceDetail"]["PhysicalResourceId"]
    answer = house.client("lambda").invoke(FunctionName=function, Payload="{}")
    assert "FunctionError" not in answer, answer["Payload"].read()


class Control:
    """What steers the simulated messengers of a house."""

    def __init__(self, house: House) -> None:
        self._url = f"{house.messengers}/control"

    def get(self, path: str, asked: Json) -> Json:
        """Look something up."""
        return _json(call("GET", self._url + path, params=asked))

    def post(self, path: str, body: object) -> Json:
        """Let something happen."""
        return _json(call("POST", self._url + path, json=body))

    def fail(self, phone: "Phone", *faults: Json) -> None:
        """Let the next sends to a phone fail."""
        self.post("/faults", {"channel": phone.channel, "user": phone.user, "next": faults})


class Phone:
    """A customer on a simulated messenger."""

    def __init__(self, house: House, channel: str, user: str, name: str = "") -> None:
        self.house = house
        self.channel = channel
        self.user = user
        self.name = name
        self._control = Control(house)

    @cached_property
    def account(self) -> str:
        """Return which account of ours is written to."""
        known = simulated_accounts(Path(self.house.state) / "messengers")
        account: str = getattr(known, self.channel).account
        return account

    @cached_property
    def address(self) -> str:
        """Return the customer's address."""
        return f"{self.channel}:{self.account}:{self.user}"

    @cached_property
    def conversation(self) -> str:
        """Return the id of the customer's conversation."""
        return identity(self.house).conversation(self.address)

    def does(self, **what: object) -> Json:
        """Do something on the phone; returns its entry."""
        said = {"channel": self.channel, "user": self.user, "name": self.name, **what}
        Said.model_validate(said)
        return self._control.post("/messages", said)

    def writes(self, text: str) -> Json:
        """Write a text; returns its entry."""
        return self.does(text=text)

    def repeat(self, provider_id: str, times: int) -> list[str]:
        """Let the messenger make a call again, so many times at once; returns the answers."""
        asked = {"provider_id": provider_id, "channel": self.channel, "user": self.user}
        answers: list[str] = self._control.post("/repeat", {**asked, "times": times})["answers"]
        return answers

    def webhook(self, provider_id: str) -> Webhook:
        """Return the messenger's call about a message, once the house has accepted it.

        An answer may reach the phone sooner than the 200 reaches the messenger.
        """
        store = Store(Path(self.house.state) / "messengers" / "messengers.sqlite")
        try:
            calls = eventually(
                lambda: store.webhooks(provider_id=provider_id),
                lambda found: found and found[-1].done,
                f"the house accepts the call about {provider_id}",
            )
            return calls[-1]
        finally:
            store.close()

    def answers(self, after: Json | None = None) -> list[Json]:
        """Return what arrived from the house, but for the disclosure, in order."""
        return _answers(self._page(0, 0)["messages"], after)

    def hears(self, words: str, after: Json | None = None) -> list[Json]:
        """Wait for an answer with these words; returns all that arrived up to now, in order."""
        return self.waits(lambda found: any(words in a["text"] for a in found), words, after)

    def waits(
        self, holds: Callable[[list[Json]], object], what: str, after: Json | None = None
    ) -> list[Json]:
        """Wait until it holds of the answers; returns them."""
        deadline = time.monotonic() + PATIENCE
        cursor, entries = 0, dict[int, Json]()
        while True:
            left = deadline - time.monotonic()
            page = self._page(cursor, max(0.0, min(left, _LONG_POLL)))
            cursor = page["next"]
            entries |= {entry["n"]: entry for entry in page["messages"]}
            found = _answers(sorted(entries.values(), key=lambda entry: int(entry["n"])), after)
            if holds(found):
                return found
            texts = [answer["text"] for answer in found]
            assert left > 0, f"not within {PATIENCE:g} s: {what}; the phone shows: {texts}"

    def _page(self, after: int, wait: float) -> Json:
        asked: Json = {"channel": self.channel, "user": self.user, "after": after, "wait": wait}
        return self._control.get("/messages", asked)


def arrives_in_time(phone: Phone, burst: Sequence[str], pause: float = 0) -> bool:
    """Write a burst; say whether the house had each message while it still waited for more."""
    return said_in_time(lambda text: phone.webhook(phone.writes(text)["provider_id"]), burst, pause)


def said_in_time(say: Callable[[str], object], burst: Sequence[str], pause: float = 0) -> bool:
    """Say a burst; say whether the house had each message while it still waited for more.

    `say` ends when the house has taken a message. `pause` (s) is real time from one message to the
    next, as people take it. A machine that does other work may take too long over a call: then it
    is no burst.
    """
    begun = time.monotonic()
    taken = [begun]
    for number, text in enumerate(burst):
        threading.Event().wait(max(0.0, begun + number * pause - time.monotonic()))
        say(text)
        taken.append(time.monotonic())
    in_turn = all(later - earlier < WAIT_SECONDS for earlier, later in pairwise(taken))
    return in_turn and taken[-1] - begun < 2 * WAIT_SECONDS


def _json(answer: httpx.Response) -> Json:
    assert answer.is_success, answer.text
    found: Json = answer.json()
    return found


def _answers(entries: Iterable[Json], after: Json | None) -> list[Json]:
    return [
        entry
        for entry in entries
        if entry["side"] == "house"
        and entry["state"] != "failed"
        and (after is None or entry["n"] > after["n"])
        and (entry["channel"] == "email" or not _only_discloses(entry["text"]))
    ]


def _only_discloses(text: str) -> bool:
    """Say whether a message is the disclosure; on some channels it is one with the first answer."""
    return any(words in text for words in _DISCLOSURES) and "\n\n" not in text


class Desk:
    """An agent at the desk."""

    def __init__(self, house: House, email: str = ANNA) -> None:
        password = seeded_passwords(Path(house.state))[email]
        self._url = f"{house.url}/desk"
        login = {"email": email, "password": password}
        token = _json(call("POST", f"{self._url}/login", json=login))["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Make a request to the desk's API."""
        return call(method, f"{self._url}/api{path}", json=body, headers=self._headers)

    def put(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send bytes to the desk's API, as a file."""
        with httpx.Client(trust_env=False, verify=_NO_AUTHORITIES, timeout=PATIENCE) as client:
            headers = {**self._headers, **headers}
            return client.put(f"{self._url}/api{path}", content=body, headers=headers)

    def overview(self) -> Json:
        """Return the queue and the agent's own conversations."""
        return _json(self.ask("GET", "/overview"))

    def thread(self, conversation: str) -> Json:
        """Return a conversation."""
        return _json(self.ask("GET", f"/conversations/{conversation}"))

    def said(self, conversation: str, author: str) -> list[str]:
        """Return what somebody said in a conversation, word for word."""
        entries = self.thread(conversation)["entries"]
        return [entry["text"] for entry in entries if entry["author"] == author]

    def sees(self, conversation: str, holds: Callable[[Json], object], what: str) -> Json:
        """Wait until it holds of a conversation that exists; returns it."""

        def look() -> Json:
            answer = self.ask("GET", f"/conversations/{conversation}")
            found: Json = answer.json()
            return found

        return eventually(look, lambda seen: "entries" in seen and holds(seen), what)

    def entry(self, conversation: str, words: str, holds: Callable[[Json], object]) -> Json:
        """Wait until it holds of the newest entry with these words; returns the entry."""

        def newest(seen: Json) -> Json | None:
            entries = [entry for entry in seen["entries"] if words in entry["text"]]
            return entries[-1] if entries else None

        def found(seen: Json) -> bool:
            entry = newest(seen)
            return entry is not None and bool(holds(entry))

        return newest(self.sees(conversation, found, words)) or {}

    def waits_for(self, conversation: str) -> Json:
        """Wait until a conversation is in the queue; returns its row."""

        def row(overview: Json) -> Json | None:
            rows = [row for row in overview["queue"] if row["conversation"] == conversation]
            return rows[0] if rows else None

        return row(eventually(self.overview, row, f"{conversation} is in the queue")) or {}

    def claim(self, conversation: str) -> int:
        """Claim a conversation; returns its epoch."""
        answer = self.ask("POST", f"/conversations/{conversation}/claim")
        epoch: int = _json(answer)["epoch"]
        return epoch

    def reply(self, conversation: str, epoch: int, text: str, files: Sequence[str] = ()) -> None:
        """Answer a customer; `files` were uploaded before."""
        new = {"epoch": epoch, "text": text, "sent_at": time.time_ns() // 1_000_000}
        new |= {"files": list(files)} if files else {}
        self._end(conversation, "replies", new)

    def resolve(self, conversation: str, epoch: int) -> None:
        """Be done with a conversation."""
        self._end(conversation, "resolve", {"epoch": epoch})

    def empty_the_queue(self) -> None:
        """Take and resolve whatever waits, so that a test knows who is next."""
        mine: Sequence[Json] = self.overview()["mine"]
        for row in mine:
            self.resolve(row["conversation"], row["summary"]["epoch"])
        while (answer := self.ask("POST", "/claims")).status_code == httpx.codes.CREATED:
            claimed = answer.json()
            self.resolve(claimed["conversation"], claimed["epoch"])
        eventually(
            self.overview, lambda seen: not seen["queue"] and not seen["mine"], "nobody waits"
        )

    def _end(self, conversation: str, what: str, new: Json) -> None:
        answer = self.ask(
            "POST", f"/conversations/{conversation}/{what}", {"id": str(uuid.uuid4()), **new}
        )
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
