"""Start functions as Lambda does: a fresh interpreter that knows package, layers and SDK only."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pforte.bench.package import Function
from pforte.failure import Failure

_PROBE = Path(__file__).with_name("probe.py")
_INHERITED = ("PATH", "LANG", "OPENBLAS_CORETYPE")


class Started:
    """One started function; `start` tells what importing it and building its house took.

    `-B`: where Lambda unpacks a package, no bytecode can be written; what the build has compiled
    is used, as there.
    """

    def __init__(self, function: Function, runtime: Path, environment: Mapping[str, str]) -> None:
        interpreter: str = getattr(sys, "_base_executable", sys.executable)
        paths = [str(path) for path in (function.package, *function.layers, runtime)]
        self._room = function.room
        self._process = subprocess.Popen(
            [interpreter, "-I", "-S", "-B", str(_PROBE), function.module, *paths],
            env={name: os.environ[name] for name in _INHERITED if name in os.environ}
            | {**function.fixed, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.start = self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def call(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Let it answer an event; returns what that took and which calls it made."""
        if self._process.stdin is None:
            raise Failure(f"{self._room} takes no events")
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.communicate()
            raise Failure(f"{self._room} ends with status {self._process.returncode}, see above")
        found: dict[str, Any] = json.loads(line)
        return found
