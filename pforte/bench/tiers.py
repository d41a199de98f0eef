"""Measure what each tier of the intent layer costs a bot of 2,000 examples.

The examples are the example bot's, evenly spread; messages are others of them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pforte.bench.figures import Figure
from pforte.bench.package import Built, size
from pforte.failure import Failure
from pforte.house.build import architecture
from pforte.house.house import CHECKOUT

if TYPE_CHECKING:
    from nlu.settings import Tier
    from nlu.training import Example

EXAMPLES, MESSAGES = 2000, 300

_STARTS = 3

_PROBE = Path(__file__).with_name("tier_probe.py")


@dataclass(frozen=True)
class Cost:
    """What a tier costs; ms are the process's own: others on a machine only add to the wall's.

    `memory` and `layers` are in MB; `layers` are numpy and the model. `own_memory` is what came
    after the interpreter and numpy; `new_ms` is a message in a round in which each is new.
    """

    training_s: float
    first_ms: float
    memory: float
    message_ms: float
    layers: float
    wall_ms: float = 0
    own_memory: float = 0
    new_ms: float = 0


BOUNDS: "Mapping[Tier, Cost]" = {
    "default": Cost(60, 400, 160, 3, 150),
    "accurate": Cost(60, 400, 230, 18, 230),
    "small": Cost(60, 400, 40, 0.3, 150),
}


def measure_tiers(built: Built, for_aws: Built, say: Callable[[str], None]) -> list[Figure]:
    """Train, load and ask each tier; the layers' sizes are those of `for_aws`. Raises Failure."""
    from pforte.bot.training import examples_of, read_bot

    every = examples_of(read_bot(CHECKOUT / "bot"))
    taught, asked = spread(every, EXAMPLES, MESSAGES)
    numpy_bytes = size(for_aws.layers["NumpyLayer"])
    found: list[Figure] = []
    for tier, bound in BOUNDS.items():
        say(f"Training tier {tier} ...")
        cost = _measure(tier, taught, [each.text for each in asked], built, numpy_bytes)
        found += figures_of(tier, cost, bound)
    return found


def spread(
    examples: "Sequence[Example]", taught: int, asked: int
) -> "tuple[list[Example], list[Example]]":
    """Return so many examples evenly spread, and so many of the others."""
    wanted = min(taught, len(examples))
    chosen = {place * len(examples) // wanted for place in range(wanted)}
    rest = [each for place, each in enumerate(examples) if place not in chosen] or list(examples)
    step = max(1, len(rest) // asked)
    return [examples[place] for place in sorted(chosen)], rest[::step][:asked]


def figures_of(tier: str, cost: Cost, bound: Cost) -> list[Figure]:
    """Return the figures of one tier."""
    part = f"{EXAMPLES} examples, {tier}"
    note = f"the interpreter up; wall {cost.wall_ms:.0f}"
    memory = f"{cost.own_memory:.0f} above Python with numpy"
    new = f"{cost.new_ms:.2f} where each is new"
    return [
        Figure(part, "training", cost.training_s, "s", bound.training_s),
        Figure(part, "first answer", cost.first_ms, "ms", bound.first_ms, note),
        Figure(part, "memory after many answers", cost.memory, "MB", bound.memory, memory),
        Figure(part, "processor, a message", cost.message_ms, "ms", bound.message_ms, new),
        Figure(part, "model and numpy, unzipped", cost.layers, "MB", bound.layers),
    ]


def _measure(
    tier: "Tier",
    taught: "Sequence[Example]",
    asked: Sequence[str],
    built: Built,
    numpy_bytes: int,
) -> Cost:
    from nlu.encoder import SHARES, load_encoders
    from nlu.settings import NluSettings
    from nlu.training import train
    from pforte.nlu.encoders import prepared
    from pforte.nlu.onnx_runtime import put_runtime

    vectors = prepared(tier)
    with tempfile.TemporaryDirectory(prefix="pforte-bench-") as scratch:
        model, runtime = Path(scratch) / "model", Path(scratch) / "runtime"
        began = time.process_time()
        train(taught, NluSettings(tier=tier), model, (), load_encoders(tier, vectors))
        training = time.process_time() - began
        if "e5" in SHARES[tier]:
            put_runtime(runtime, architecture())
        layers = numpy_bytes + size(Path(scratch))
        layers += sum(size(vectors / name) for name in SHARES[tier])
        tries = [_ask(model, vectors, runtime, asked, built) for _ in range(_STARTS)]
    least = {name: min(found[name] for found in tries) for name in tries[0]}
    return Cost(training_s=training, layers=layers / 1e6, **least)


def _ask(
    model: Path, vectors: Path, runtime: Path, asked: Sequence[str], built: Built
) -> dict[str, float]:
    """Start an interpreter that knows what converse has, and let it understand the messages."""
    converse = built.functions["converse"]
    interpreter: str = getattr(sys, "_base_executable", sys.executable)
    paths = [str(path) for path in (converse.package, *converse.layers, runtime)]
    command = [interpreter, "-I", "-S", "-B", str(_PROBE), str(model), str(vectors.resolve())]
    done = subprocess.run(
        [*command, *paths],
        input=json.dumps(list(asked)),
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(f"a trained model cannot be asked: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found
