"""Score the intent layer on messages that it was not taught: `pforte nlu evaluate`."""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pforte.failure import CALLED_WRONGLY, FOUND_WRONG, Failure
from pforte.nlu.encoders import prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlu.settings import NluSettings
    from nlu.training import Example

_BINS = 15
_TIMED = 300
"""So many messages are timed."""


class Scores(NamedTuple):
    """What came of it, as shares between 0 and 1 unless the name says another unit.

    `coverage_*` are of all messages: `coverage_at_95` with the threshold taken on these very
    messages, `coverage_answered` with the one set at training; `auroc` None without messages out of
    scope. `ece`: calibration error of P(in scope and right), in bins of equal width.
    """

    accuracy: float
    macro_f1: float
    auroc: float | None
    coverage_at_95: float
    coverage_at_98: float
    coverage_answered: float
    precision_answered: float
    ece: float
    train_s: float
    cpu_ms_per_message: float
    model_bytes: int


def evaluate(
    train: "Sequence[Example]", test: "Sequence[Example]", settings: "NluSettings"
) -> Scores:
    """Train on some examples, score on others."""
    import numpy as np

    from conversation.intents import FALLBACK_INTENT
    from nlu.encoder import SHARES, load_encoders
    from nlu.interpreter import Interpreter
    from nlu.training import OUT_OF_SCOPE
    from nlu.training import train as train_nlu

    vectors = prepared(settings.tier)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        began = time.perf_counter()
        train_nlu(train, settings, folder, encoders=load_encoders(settings.tier, vectors))
        train_s = time.perf_counter() - began
        interpreter = Interpreter.load(folder, vectors)
        began_cpu = time.process_time()
        found = [interpreter.parse(example.text) for example in test[:_TIMED]]
        cpu = (time.process_time() - began_cpu) / max(len(found), 1)
        found += [interpreter.parse(example.text) for example in test[_TIMED:]]
        size = sum(file.stat().st_size for file in folder.iterdir())
        for name in SHARES[settings.tier]:
            size += sum(file.stat().st_size for file in (vectors / name).iterdir())
    wanted = np.array([example.intent for example in test])
    guessed = np.array([each.ranking[0].name if each.ranking else "" for each in found])
    inside = wanted != OUT_OF_SCOPE
    right = inside & (guessed == wanted)
    confidence = np.array([each.confidence for each in found])
    answered = np.array([each.intent != FALLBACK_INTENT for each in found])
    acted = np.array([each.intent for each in found])
    return Scores(
        accuracy=float(right[inside].mean()),
        macro_f1=_macro_f1(wanted[inside], guessed[inside]),
        auroc=auroc_of(confidence, inside),
        coverage_at_95=coverage_at(confidence, right, 0.95),
        coverage_at_98=coverage_at(confidence, right, 0.98),
        coverage_answered=float(answered.mean()),
        precision_answered=float((acted == wanted)[answered].mean()) if answered.any() else 1.0,
        ece=_calibration_error(confidence, right),
        train_s=train_s,
        cpu_ms_per_message=cpu * 1000,
        model_bytes=size,
    )


def read(path: Path) -> "list[Example]":
    """Read a tsv file (`text<TAB>intent`), or a Rasa YAML file or folder. Raises Failure."""
    from nlu.training import OUT_OF_SCOPE, OUT_OF_SCOPE_NAMES

    if not path.exists():
        raise Failure(f"{path}: there is no such file or folder.", CALLED_WRONGLY)
    found = _from_tsv(path) if path.suffix == ".tsv" else _from_rasa(path)
    if not found:
        raise Failure(f"{path}: has no examples.", FOUND_WRONG)
    return [
        each._replace(intent=OUT_OF_SCOPE) if each.intent in OUT_OF_SCOPE_NAMES else each
        for each in found
    ]


def _from_tsv(path: Path) -> "list[Example]":
    from nlu.training import Example

    found = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: is not UTF-8 ({error}). Save it as UTF-8.", FOUND_WRONG) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        text, tab, intent = line.rpartition("\t")
        if not tab or not text.strip() or not intent.strip():
            raise Failure(f"{path}:{number}: write 'text<TAB>intent'.", FOUND_WRONG)
        found.append(Example(text, intent.strip()))
    return found


def _from_rasa(path: Path) -> "list[Example]":
    from conversation.errors import PforteError
    from nlu.training import Example
    from pforte.bot.testing import read_cases

    try:
        return [Example(case.text, case.intent, case.language) for case in read_cases(path)]
    except PforteError as error:
        raise Failure(str(error), FOUND_WRONG) from error


def report(scores: Scores, as_json: bool) -> str:
    """Return what is printed."""
    rounded = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in scores._asdict().items()
    }
    if as_json:
        return json.dumps(rounded)
    return "\n".join(f"{name:20} {value}" for name, value in rounded.items())


def _macro_f1(wanted: "NDArray[np.str_]", guessed: "NDArray[np.str_]") -> float:
    values = []
    for intent in sorted(set(wanted)):
        hits = int(((guessed == intent) & (wanted == intent)).sum())
        values.append(2 * hits / int((guessed == intent).sum() + (wanted == intent).sum()))
    return sum(values) / len(values)


def auroc_of(confidence: "NDArray[np.float64]", inside: "NDArray[np.bool_]") -> float | None:
    """Return how often a message in scope has more confidence than one that is not; ties half."""
    import numpy as np

    if inside.all() or not inside.any():
        return None
    _, place, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    own, other = int(inside.sum()), int((~inside).sum())
    return float((rank[inside].sum() - own * (own + 1) / 2) / (own * other))


def coverage_at(
    confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]", precision: float
) -> float:
    """Return the largest share that can be answered with at least the precision."""
    import numpy as np

    order = np.argsort(-confidence, kind="stable")
    good = np.cumsum(right[order])
    taken = np.arange(1, len(order) + 1)
    ends = np.append(np.diff(confidence[order]) != 0, True)
    enough = np.flatnonzero((good >= precision * taken) & ends)
    return float(taken[enough[-1]] / len(order)) if len(enough) else 0.0


def _calibration_error(confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]") -> float:
    import numpy as np

    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(confidence[bins == each].sum()) - int(right[bins == each].sum()))
        for each in range(_BINS)
    ]
    return sum(gaps) / len(confidence)
