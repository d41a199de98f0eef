"""Build the template for this machine's processor with the SAM CLI, when something has changed."""

import fcntl
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pforte.failure import Failure
from pforte.house.bytecode import compile_built
from pforte.house.house import CHECKOUT
from pforte.house.slim import slim_built

_SAM = CHECKOUT / ".sam" / "bin"
BUILT = CHECKOUT / ".pforte" / "build"
_BOT_INPUTS = (
    *("bot", "pforte/bot", "pforte/nlu", "uv.lock"),
    *("functions/nlu", "functions/dialogue", "functions/conversation"),
)
_INPUTS = ("template.yaml", "functions", "layers", "pforte/house", *_BOT_INPUTS)


def architecture() -> str:
    """Return this machine's processor as Lambda names it."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def build() -> str:
    """Build what changed and return the fingerprint of what is built. Raises Failure."""
    BUILT.parent.mkdir(exist_ok=True)
    with (BUILT.parent / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two houses of one checkout share what is built
        return _build()


def _build() -> str:
    fingerprint = _fingerprint(_INPUTS)
    mark = BUILT / "fingerprint"
    if mark.exists() and mark.read_text() == fingerprint:
        return fingerprint
    # SAM's cache looks at a layer's own folder, and the bot is trained from elsewhere.
    (CHECKOUT / "layers" / "bot" / ".inputs").write_text(_fingerprint(_BOT_INPUTS))
    _sam(
        "build",
        *("--cached", "--cache-dir", str(BUILT.parent / "cache")),
        *("--build-dir", str(BUILT)),
        *("--parameter-overrides", f"Architecture={architecture()}"),
    )
    slim_built(BUILT)
    compile_built(BUILT)
    mark.write_text(fingerprint)
    return fingerprint


def _sam(*arguments: str) -> None:
    if not _SAM.exists():
        raise Failure("the SAM CLI is not installed: run `make env`")
    done = subprocess.run(
        [_SAM / "sam", *arguments],
        cwd=CHECKOUT,
        env={
            **os.environ,
            # SAM looks for the runtime's interpreter with pip on PATH.
            "PATH": f"{_SAM}{os.pathsep}{os.environ['PATH']}",
            "SAM_CLI_TELEMETRY": "0",
            "ARCHITECTURE": architecture(),  # for the layers' Makefile
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = BUILT.parent / f"sam-{arguments[0]}.log"
        log.write_text(done.stdout + done.stderr)
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Failure(
            f"sam {arguments[0]} fails, see {log}: {said[-1] if said else 'no word of it'}"
        )


def _fingerprint(inputs: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in _files(inputs):
        digest.update(f"{path.relative_to(CHECKOUT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(inputs: tuple[str, ...]) -> Iterator[Path]:
    for name in inputs:
        start = CHECKOUT / name
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        yield from (
            path
            for path in found
            if path.is_file() and "__pycache__" not in path.parts and path.name != ".inputs"
        )
