"""Start and stop MiniStack, an AWS emulator in one process, with its data in a folder of ours."""

import os
import shutil
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path
from time import monotonic
from urllib.error import URLError

from pforte.failure import Failure
from pforte.house.house import CHECKOUT, REGION

_PROGRAM = CHECKOUT / ".ministack" / "bin" / "ministack"
_START_SECONDS = 180
_STOP_SECONDS = 180


class Emulator:
    """A MiniStack process; it keeps its data in `state` when it is stopped by `stop`, only then."""

    def __init__(self, state: Path, port: int) -> None:
        self._state = state
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Return the address of its AWS services."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and return when it answers. Raises Failure with the end of its log."""
        if not _PROGRAM.exists():
            raise Failure("MiniStack is not installed: run `make env`")
        temporary = _temporary(self._state)
        shutil.rmtree(temporary, ignore_errors=True)  # of a killed house
        temporary.mkdir(parents=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [_PROGRAM],
                env=self._environment(),
                cwd=self._state,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours: it would not wait for the functions
            )
        (self._state / "emulator.pid").write_text(f"{self._process.pid} {self._port}")
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Stop it, which writes its data; returns when it is gone."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        (self._state / "emulator.pid").unlink(missing_ok=True)

    def check(self) -> None:
        """Raise Failure if it has stopped by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise Failure(f"the AWS emulator has stopped by itself: see {self._log}")

    @property
    def _log(self) -> Path:
        return self._state / "ministack.log"

    def _environment(self) -> dict[str, str]:
        # The functions inherit this: nothing of this shell's but what a program needs to run.
        inherited = {
            name: os.environ[name]
            for name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "OPENBLAS_CORETYPE")
            if name in os.environ
        }
        return inherited | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AUTH": "true",  # the functions may do what template.yaml lets them, and no more
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._state / "aws"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._state / "s3"),
            "TMPDIR": str(_temporary(self._state)),
            # Both would listen on every interface.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        # Written once it has found its port free: until then somebody else may answer there.
        ours = _process_note(self._state, self._port)
        deadline = monotonic() + _START_SECONDS
        while monotonic() < deadline:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                if ours.exists() and _answers(self._port):
                    return
            else:
                break
        self.stop()
        last = self._log.read_text(errors="replace").strip().splitlines()[-3:]
        raise Failure("the AWS emulator does not start: " + " | ".join(last or ["no word of it"]))


def stop_left_over(state: Path) -> None:
    """Stop the emulator of a house that was killed, and wait until it has saved its data."""
    note = state / "emulator.pid"
    try:
        pid, port = (int(part) for part in note.read_text().split())
    except FileNotFoundError:
        return
    if _answers(port):
        os.kill(pid, signal.SIGTERM)
        deadline = monotonic() + _STOP_SECONDS
        while _process_note(state, port).exists() and monotonic() < deadline:
            threading.Event().wait(0.2)
    note.unlink()


def _process_note(state: Path, port: int) -> Path:
    """Return the file that MiniStack removes at its very end, when its data is saved."""
    return _temporary(state) / f"ministack-{port}.pid"


def _temporary(state: Path) -> Path:
    """Return where it unpacks the functions, and notes its process."""
    return state / "tmp"


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=30):
            return True
    except (URLError, OSError):
        return False
