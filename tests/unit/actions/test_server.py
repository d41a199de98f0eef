"""Hold that the actions run as Rasa's action server, a process of its own."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.templates import ROOT
from tests.unit.actions.customer import KNOWN, Customer
from tests.unit.backend.sample import Company

pytestmark = pytest.mark.enable_socket  # talks to the server on the loopback address


@pytest.fixture
def server(
    house: Company, tmp_path: Path, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    """Run `python -m rasa_sdk --actions actions` in the bot's folder."""
    monkeypatch.setenv("SANIC_HOST", "127.0.0.1")
    program = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(unused_port)]
    log = (tmp_path / "server.log").open("wb")
    running = subprocess.Popen(
        program,
        cwd=ROOT / "bot",
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    no_authorities = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    patient = httpx.HTTPTransport(retries=7, verify=no_authorities)
    with httpx.Client(
        base_url=f"http://127.0.0.1:{unused_port}", transport=patient, timeout=30
    ) as client:
        yield client
    os.killpg(running.pid, signal.SIGKILL)  # asked politely, its manager now and then never ends
    running.wait()
    log.close()


@pytest.fixture
def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as anybody:
        anybody.bind(("127.0.0.1", 0))
        port: int = anybody.getsockname()[1]
    return port


def test_it_serves_the_protocol(server: httpx.Client, house: Company) -> None:
    """Health, actions, an effect in the back end, a rejection, an unknown action, a failure."""
    assert server.get("/health").json() == {"status": "ok"}
    assert {"name": "action_submit_meter_reading"} in server.get("/actions").json()
    reading: dict[str, Any] = {"meter_number": "1EMH0012345", "meter_reading": 10400}
    call = Customer(**KNOWN, **reading).call("action_submit_meter_reading", "", [], "turn-1")
    answers = [server.post("/webhook", json=call) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["responses"] == answers[1].json()["responses"]
    [meter] = house.get("/v1/customers/4711023/meters")["meters"]
    assert meter["last_reading"]["value"] == 10400
    stranger = Customer(**reading).call("action_submit_meter_reading", "", [], "turn-2")
    assert server.post("/webhook", json=stranger).status_code == 400
    assert server.post("/webhook", json={**call, "next_action": "no"}).status_code == 404
    house.backend.stop()
    failed = Customer(**KNOWN).call("action_ask_invoice", "", [], "turn-3")
    assert server.post("/webhook", json=failed).status_code == 500


def test_it_runs_with_the_versions_that_the_tests_run_with() -> None:
    """`make requirements` writes them from uv.lock: what is packed is what is tested."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {f"{package['name']}=={package['version']}" for package in lock["package"]}
    packed = (ROOT / "bot" / "actions" / "requirements.txt").read_text().splitlines()
    pinned = [line.partition(" ;")[0] for line in packed]
    assert any(line.startswith("rasa-sdk==") for line in pinned)
    assert set(pinned) <= locked
