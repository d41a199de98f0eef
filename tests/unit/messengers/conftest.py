"""Bring the simulated messengers up beside a house that only listens."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.base import WebhookRequest
from channels.registry import CHANNELS
from conversation.incoming import Incoming
from pforte.messengers.accounts import simulated_accounts
from pforte.messengers.server import Messengers
from pforte.messengers.web import Request, Response, Server

PATIENCE_S = 60.0


def local_client(base: str, **more: Any) -> httpx.Client:
    """Return a client without TLS, whose authorities take longer to load than a test."""
    no_authorities = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    more.setdefault("timeout", PATIENCE_S)
    return httpx.Client(base_url=base, trust_env=False, verify=no_authorities, **more)


class StubHouse:
    """Take webhooks in as the real house would see them, and answer what a test says."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, WebhookRequest]] = []
        self.answers: list[int] = []
        self.answer_body = b""
        self.on_call: Callable[[str, WebhookRequest], None] = lambda _channel, _request: None
        self._arrived = threading.Condition()
        path = r"/webhooks/(?P<channel>\w+)/(?P<account>\w+)"
        self._server = Server(0, [("POST", path, self._take), ("GET", path, self._greet)])
        self.verify_token = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def _take(self, request: Request) -> Response:
        seen = WebhookRequest("POST", request.parts["account"], request.headers, request.body)
        with self._arrived:
            self.requests.append((request.parts["channel"], seen))
            status = self.answers.pop(0) if self.answers else 200
            self._arrived.notify_all()
        if status == 200:
            self.on_call(request.parts["channel"], seen)
        return Response(status, self.answer_body if status == 200 else b"")

    def _greet(self, request: Request) -> Response:
        seen = WebhookRequest("GET", request.parts["account"], {}, query=request.query)
        secrets = {"verify_token": self.verify_token}
        answer = CHANNELS[request.parts["channel"]].handshake(seen, secrets)
        return Response(answer.status, answer.body.encode()) if answer else Response(401, b"")

    def wait_for(self, number: int) -> list[tuple[str, WebhookRequest]]:
        """Return the calls as soon as there are so many."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= number, PATIENCE_S)
            return list(self.requests)

    def events(self, number: int) -> list[Incoming]:
        """Return the events of the first `number` calls, parsed as the house does."""
        return self._read(self.wait_for(number)[:number])

    def messages(self, number: int) -> list[Incoming]:
        """Return the customer's messages as soon as there are so many, whatever else is told."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self._messages()) >= number, PATIENCE_S)
            return self._messages()

    def _messages(self) -> list[Incoming]:
        return [event for event in self._read(self.requests) if event.kind == "message"]

    def _read(self, calls: Sequence[tuple[str, WebhookRequest]]) -> list[Incoming]:
        return [
            event
            for channel, request in calls
            for event in CHANNELS[channel].parse(request.body, request.headers, request.account)
        ]


class Phone:
    """Act as a customer, through the control API."""

    def __init__(self, base: str) -> None:
        self.http = local_client(base)

    def does(self, channel: str, user: str, **act: Any) -> dict[str, Any]:
        answer = self.http.post("/control/messages", json={"channel": channel, "user": user, **act})
        assert answer.status_code == 201, answer.text
        entry: dict[str, Any] = answer.json()
        return entry

    def shows(
        self, channel: str, user: str, until: Callable[[list[dict[str, Any]]], bool]
    ) -> list[dict[str, Any]]:
        """Return all messages as soon as they are as `until` wants them."""
        after, shown = 0, dict[int, dict[str, Any]]()
        while True:
            query = {"channel": channel, "user": user, "after": str(after), "wait": "30"}
            page = self.http.get("/control/messages", params=query).json()
            assert page["messages"], f"nothing more came; shown: {shown}"
            after = page["next"]
            shown |= {entry["n"]: entry for entry in page["messages"]}
            messages = [shown[n] for n in sorted(shown)]
            if until(messages):
                return messages

    def fail(self, channel: str, *faults: Mapping[str, Any], count: int = 1) -> None:
        plan = {"channel": channel, "next": list(faults), "count": count}
        assert self.http.post("/control/faults", json=plan).status_code == 200


@pytest.fixture
def house() -> Iterator[StubHouse]:
    house = StubHouse()
    house.start()
    yield house
    house.stop()


class Clock:
    """Tell the time that a test sets."""

    def __init__(self) -> None:
        self.now = 1_790_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


type Opener = Callable[..., Messengers]


@pytest.fixture
def open_messengers(house: StubHouse, clock: Clock, tmp_path: Path) -> Iterator[Opener]:
    """Return a function that starts messengers over the same state; they stop after the test."""
    with ExitStack() as opened:

        def start(backoff: tuple[float, ...] = (0.01,) * 5) -> Messengers:
            accounts = simulated_accounts(tmp_path)
            known = Messengers(0, tmp_path, house.url, accounts, clock=clock, backoff=backoff)
            known.start()
            opened.callback(known.stop)
            return known

        yield start


@pytest.fixture
def messengers(open_messengers: Opener, house: StubHouse) -> Messengers:
    known = open_messengers()
    house.verify_token = known.whatsapp.account.verify_token
    return known


@pytest.fixture
def phone(messengers: Messengers) -> Iterator[Phone]:
    phone = Phone(f"http://127.0.0.1:{messengers.port}")
    yield phone
    phone.http.close()


@pytest.fixture
def whatsapp_api(messengers: Messengers) -> Iterator[httpx.Client]:
    """Return the house's way to WhatsApp."""
    account = messengers.whatsapp.account
    base = f"http://127.0.0.1:{messengers.port}/whatsapp/v25.0/{account.account}/"
    headers = {"Authorization": f"Bearer {account.access_token}"}
    with local_client(base, headers=headers) as client:
        yield client


@pytest.fixture
def telegram_api(messengers: Messengers) -> Iterator[httpx.Client]:
    """Return the house's way to Telegram."""
    token = messengers.telegram.account.access_token
    base = f"http://127.0.0.1:{messengers.port}/telegram/bot{token}/"
    with local_client(base) as client:
        yield client
