"""Load a trained model in a fresh interpreter and understand messages, read as JSON from stdin.

Runs without the checkout: `python -I -S -B tier_probe.py MODEL VECTORS PATH…`, where the paths are
the package of functions and its layers. Writes one line of JSON: ms up to the first answer, of the
process and of the wall; memory (MB) after all, and how much of it came after numpy; the process's
ms a message, the least of rounds and that of the first, in which every message is new.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

_ROUNDS = 3


def main(model: str, vectors: str, paths: list[str]) -> None:
    """Measure one model."""
    messages = json.load(sys.stdin)
    began, cpu = time.perf_counter(), time.process_time()
    sys.path[:0] = paths
    import_module("bootstrap")  # as each function does first
    import_module("numpy")
    bare = _resident()
    interpreter = import_module("nlu.interpreter").Interpreter.load(Path(model), Path(vectors))
    interpreter.parse(messages[0])
    wall, first = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
    rounds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for message in messages:
            interpreter.parse(message)
        rounds.append((time.process_time() - began) * 1000 / len(messages))
    memory = _resident()
    found = {"first_ms": first, "wall_ms": wall, "memory": memory, "own_memory": memory - bare}
    print(json.dumps({**found, "message_ms": min(rounds), "new_ms": rounds[0]}))


def _resident() -> float:
    """Return the memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * int(import_module("resource").getpagesize()) / 1e6


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
