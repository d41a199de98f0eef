"""Run a bot's own actions: rasa-sdk's action server as a process, in an environment of its own."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

import httpx

from aws.http_actions import HttpActions
from conversation.errors import ActionFailed
from conversation.turn import ActionCall
from dialogue.runtime.calls import Result
from dialogue.runtime.domain import Domain
from pforte.failure import CALLED_WRONGLY, Failure

SDK = "rasa-sdk>=3.21,<3.22"

_CHECKOUT = Path(__file__).parents[2]
_STATE = _CHECKOUT / ".pforte"
_START_SECONDS = 60
_CALL_SECONDS = 10
_END_SECONDS = 3


class ActionServer:
    """Rasa's action server at the URL of its webhook. Raises PforteError where it may not be.

    `token` proves to it who is calling; "" for nothing.
    """

    def __init__(self, url: str, domain: Domain, token: str = "") -> None:
        self._actions = HttpActions(url, domain.for_actions(), lambda: token)

    def ask(self, call: ActionCall) -> Result:
        """Return what an action answers, or that it refuses, or why it failed."""
        try:
            return self._actions.call(call, _CALL_SECONDS)
        except ActionFailed as failed:
            return {"failed": str(failed)}

    def close(self) -> None:
        """Hang up."""
        self._actions.close()


class OwnActions(ActionServer):
    """A server that was started here; whoever asks first waits until it answers."""

    def __init__(
        self, url: str, domain: Domain, server: "subprocess.Popen[bytes]", log: Path
    ) -> None:
        super().__init__(f"{url}/webhook", domain)
        self._health = f"{url}/health"
        self._server, self._log = server, log
        self._answers = False

    def ask(self, call: ActionCall) -> Result:
        """Return what an action answers. Raises Failure where the server does not start."""
        if not self._answers:
            self._wait_until_it_answers()
            self._answers = True
        return super().ask(call)

    def _wait_until_it_answers(self) -> None:
        deadline = monotonic() + _START_SECONDS
        pause = threading.Event()
        with httpx.Client() as client:
            while monotonic() < deadline and self._server.poll() is None:
                try:
                    if client.get(self._health).is_success:
                        return
                except httpx.TransportError:
                    pause.wait(0.1)
        raise Failure(f"the action server does not start: see {self._log}")


def has_actions(bot: Path) -> bool:
    """Tell whether a bot's folder brings custom actions along."""
    return (bot / "actions").exists() or (bot / "actions.py").exists()


@contextmanager
def own_actions(
    bot: Path, domain: Domain, environment: Mapping[str, str] | None = None
) -> Iterator[ActionServer]:
    """Run the action server of a bot's folder `actions`; `environment` is what its actions read.

    The Python environment is made at first use, from actions/requirements.txt if there is one.
    """
    if not has_actions(bot):
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
            env={
                **os.environ,
                **(environment or {}),
                "SANIC_HOST": "127.0.0.1",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with closing(OwnActions(f"http://127.0.0.1:{port}", domain, server, log)) as asked:
            yield asked
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
