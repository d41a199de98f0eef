"""Run a bot's own actions: rasa-sdk's action server as a process, in an environment of its own."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from dialogue.runtime.calls import Act, Call, Result
from dialogue.runtime.domain import Domain
from pforte.failure import CALLED_WRONGLY, Failure

SDK = "rasa-sdk>=3.21,<3.22"

_CHECKOUT = Path(__file__).parents[2]
_STATE = _CHECKOUT / ".pforte"
_START_SECONDS = 60
_CALL_SECONDS = 30
_END_SECONDS = 10


@contextmanager
def own_actions(bot: Path, domain: Domain) -> Iterator[Callable[[Mapping[str, Any]], Act]]:
    """Run the action server of a bot's folder `actions`; yields what answers a turn's calls.

    Its environment is made at first use, from actions/requirements.txt if there is one.
    """
    if not (bot / "actions").exists() and not (bot / "actions.py").exists():
        raise Failure(f"{bot}: has no folder actions. Leave out '--actions own'.", CALLED_WRONGLY)
    port = _free_port()
    log = _STATE / f"actions-{port}.log"
    command: list[str | Path] = [
        _environment(bot),
        "-m",
        "rasa_sdk",
        "--actions",
        "actions",
        "-p",
        str(port),
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=bot,
            env={**os.environ, "SANIC_HOST": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_CALL_SECONDS) as client:
            _wait_until_it_answers(client, server, log)
            act = _caller(client, domain)
            yield lambda _turn: act
    finally:
        end(server, _END_SECONDS)
    log.unlink()


def end(server: "subprocess.Popen[bytes]", patience: float) -> None:
    """End a server that leads a group of processes; after `patience` seconds without asking.

    The manager of rasa-sdk's workers now and then stays when it is asked.
    """
    server.terminate()
    try:
        server.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _caller(client: httpx.Client, domain: Domain) -> Act:
    told = domain.for_actions()

    def act(call: Call) -> Result:
        answer = client.post("/webhook", json=call.payload("replay", told))
        if answer.status_code == httpx.codes.BAD_REQUEST:
            return {"rejected": True}
        if answer.status_code != httpx.codes.OK:
            return {"failed": f"the action server answers {answer.status_code}"}
        result: Result = answer.json()
        return result

    return act


def _wait_until_it_answers(
    client: httpx.Client, server: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = monotonic() + _START_SECONDS
    pause = threading.Event()
    while monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            if client.get("/health").is_success:
                return
        except httpx.TransportError:
            pause.wait(0.1)
    raise Failure(f"the action server does not start: see {log}")


def _environment(bot: Path) -> Path:
    """Return a Python that has rasa-sdk and what the bot's actions need besides."""
    file = bot / "actions" / "requirements.txt"
    needs = file.read_text("utf-8") if file.is_file() else ""
    name = hashlib.sha256(f"{SDK}\n{needs}\n{sys.version}".encode()).hexdigest()[:8]
    folder = _STATE / f"actions-{name}"
    python = folder / "bin" / "python"
    if not (folder / ".made").exists():
        _STATE.mkdir(exist_ok=True)
        wanted: list[str | Path] = ["-r", file] if needs else [SDK]
        _run_uv("venv", "--quiet", "--clear", "--python", sys.executable, folder)
        _run_uv("pip", "install", "--quiet", "--python", python, *wanted)
        (folder / ".made").touch()
    return python


def _run_uv(*arguments: str | Path) -> None:
    ours = _CHECKOUT / ".bootstrap" / "bin" / "uv"
    found = ours if ours.exists() else shutil.which("uv")
    if found is None:
        raise Failure("uv is not installed: run `make env`")
    if subprocess.run([found, *arguments], check=False).returncode:
        raise Failure("rasa-sdk cannot be installed: see above.")


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
    return port
