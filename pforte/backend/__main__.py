"""Run the sample back end by itself: `python -m pforte.backend [--port 4583] [--state FOLDER]`."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from pforte.backend.server import Backend

_BEARER_VARIABLE = "PFORTE_BACKEND_TOKEN"


def main() -> int:
    """Serve until interrupted; the token stands in the environment."""
    parser = argparse.ArgumentParser(prog="python -m pforte.backend", description=__doc__)
    parser.add_argument("--port", type=int, default=4583)
    parser.add_argument("--state", type=Path, help="a folder; without it nothing is kept")
    chosen = parser.parse_args()
    token = os.environ.get(_BEARER_VARIABLE)
    if not token:
        print(f"{_BEARER_VARIABLE} must hold the token that callers send", file=sys.stderr)
        return 2
    backend = Backend(chosen.port, chosen.state, token)
    backend.start()
    print(f"The sample back end answers at {backend.url}", flush=True)
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())
    stopped.wait()
    backend.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
