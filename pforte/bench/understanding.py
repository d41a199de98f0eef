"""Measure the intent layer on published sets, beside scikit-learn.

`python -m pforte.bench.understanding [--set NAME] [--tier NAME] [--json]`. All rows of the tables
come from one run. The sets are folders `nlu/NAME` with train.tsv and test.tsv below the folder that
PFORTE_SHARED names (`../shared` unless set).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pforte.failure import Failure

if TYPE_CHECKING:
    from nlu.settings import NluSettings, Tier
    from nlu.training import Example

SETS = ("banking77", "clinc150", "hint3-curekart", "hint3-sofmattress", "roboai-de")
TIERS: "tuple[Tier, ...]" = ("small", "default", "accurate")
YARDSTICK = "TF-IDF + LinearSVC"

LONGEST = 100_000
"""Characters of the worst texts."""

_TIMED = 300
_CLEAR = Path("/proc/self/clear_refs")
_MEGA = 1e6

Row = Mapping[str, Any]
"""One set by one layer: the keys of `pforte nlu evaluate --json`, None where there is no such."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; without the sets, one line says so."""
    parser = argparse.ArgumentParser(prog="pforte.bench.understanding", description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="only this one (repeatable)")
    parser.add_argument("--tier", action="append", choices=TIERS, help="only this one (repeatable)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--worst", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.worst:
        print(json.dumps(_worst(chosen.worst)))
        return 0
    folder = Path(os.environ.get("PFORTE_SHARED", "../shared")) / "nlu"
    there = [name for name in chosen.set or SETS if (folder / name / "test.tsv").is_file()]
    if not there:
        print(f"understanding: not measured, there are no sets in {folder} (see PFORTE_SHARED)")
    try:
        rows = _measure(folder, there, chosen.tier or TIERS)
        if rows and not chosen.json:
            print(tables(rows, there), flush=True)
        worst = worst_texts()
    except Failure as failure:
        print(f"pforte.bench.understanding: {failure}", file=sys.stderr)
        return failure.status
    if chosen.json:
        print(json.dumps({"machine": machine(), "rows": rows, "worst": worst}, indent=1))
    else:
        print(worst_table(worst))
    return 0


def _measure(folder: Path, sets: Sequence[str], tiers: "Sequence[Tier]") -> dict[str, Any]:
    """Return the rows by layer and set."""
    from nlu.settings import NluSettings
    from pforte.nlu.evaluate import read

    layers: dict[str, Callable[[list[Example], list[Example]], Row]] = {YARDSTICK: yardstick}
    for tier in tiers:
        layers[f"pforte, {tier}"] = partial(_ours, NluSettings(tier=tier))
    rows: dict[str, Any] = {}
    for name in sets:
        train, test = (read(folder / name / f"{part}.tsv") for part in ("train", "test"))
        for layer, score in layers.items():
            print(f"{name}: {layer}", file=sys.stderr)
            rows.setdefault(layer, {})[name] = dict(score(train, test))
    return rows


def _ours(settings: "NluSettings", train: "Sequence[Example]", test: "Sequence[Example]") -> Row:
    from pforte.nlu.evaluate import evaluate

    return evaluate(train, test, settings)._asdict()


def yardstick(train: "Sequence[Example]", test: "Sequence[Example]") -> Row:
    """Score scikit-learn's usual pipeline; its decision value is the confidence.

    Words 1-2 and characters 2-5 within words. It is taught no examples out of scope.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    from nlu.training import OUT_OF_SCOPE
    from pforte.nlu.evaluate import auroc_of, coverage_at

    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        ),
        LinearSVC(random_state=0),
    )
    taught = [each for each in train if each.intent != OUT_OF_SCOPE]
    began = time.perf_counter()
    model.fit([each.text for each in taught], [each.intent for each in taught])
    train_s = time.perf_counter() - began
    began_cpu = time.process_time()
    for each in test[:_TIMED]:
        model.predict([each.text])
    cpu = (time.process_time() - began_cpu) / len(test[:_TIMED])
    decision = model.decision_function([each.text for each in test])
    guessed = model.classes_[decision.argmax(axis=1)]
    confidence = decision.max(axis=1)
    wanted = np.array([each.intent for each in test])
    inside = wanted != OUT_OF_SCOPE
    right = inside & (guessed == wanted)
    return {
        "accuracy": float(right[inside].mean()),
        "auroc": auroc_of(confidence, inside),
        "coverage_at_95": coverage_at(confidence, right, 0.95),
        "coverage_at_98": coverage_at(confidence, right, 0.98),
        "train_s": train_s,
        "cpu_ms_per_message": cpu * 1000,
    }


def tables(rows: Mapping[str, Mapping[str, Row]], sets: Sequence[str]) -> str:
    """Return the tables in Markdown: what was reached, what the threshold gives, what it costs."""
    parts = {
        "Accuracy in scope % / AUROC in against out of scope / coverage of all test messages at "
        "95 % precision / at 98 % (thresholds taken on the test set):": _table(
            rows, [*sets, "mean"], _reached
        ),
        "With the threshold set at training: share answered @ precision obtained %, calibration "
        "error of P(in scope and right):": _table(_but_yardstick(rows), sets, _obtained),
        "Training, CPU of a message, model with its encoders:": _table(rows, sets, _costs),
    }
    lines = [machine()]
    for title, table in parts.items():
        lines += ["", title, "", *table]
    return "\n".join(lines)


def _table(
    rows: Mapping[str, Mapping[str, Row]], columns: Sequence[str], cell: Callable[[Row], str]
) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    table = [line(["", *columns]), line(["---"] * (len(columns) + 1))]
    for layer, by_set in rows.items():
        mean = sum(row["accuracy"] for row in by_set.values()) / len(by_set)
        cells = [
            f"{mean:.1%}".rstrip("%") if name == "mean" else cell(by_set[name]) for name in columns
        ]
        table.append(line([layer, *cells]))
    return table


def _reached(row: Row) -> str:
    found = [f"{row['accuracy'] * 100:.1f}"]
    if row["auroc"] is not None:
        found += [_short(row["auroc"], 3), _short(row["coverage_at_95"], 2)]
        found.append(_short(row["coverage_at_98"], 2))
    return " / ".join(found)


def _obtained(row: Row) -> str:
    answered, precision = row["coverage_answered"], row["precision_answered"]
    return f"{_short(answered, 2)} @ {precision * 100:.1f}, {_short(row['ece'], 3)}"


def _costs(row: Row) -> str:
    size = row.get("model_bytes")
    told = [f"{row['train_s']:.1f} s", f"{row['cpu_ms_per_message']:.1f} ms"]
    return ", ".join([*told, f"{size / _MEGA:.0f} MB"] if size else told)


def _short(share: float, digits: int) -> str:
    return f"{share:.{digits}f}".removeprefix("0")


def _but_yardstick(rows: Mapping[str, Mapping[str, Row]]) -> dict[str, Mapping[str, Row]]:
    return {layer: row for layer, row in rows.items() if layer != YARDSTICK}


def machine() -> str:
    """Say when and on what was measured."""
    load = os.getloadavg()[0]
    return f"Measured {datetime.now(UTC):%Y-%m-%d}, one of {os.cpu_count()} cores, load {load:.1f}."


WORST: Mapping[str, str] = {
    "words": ("wann kommt meine rechnung und warum ist sie so hoch " * 2000)[:LONGEST],
    "sentences": ("Bitte. Danke! Ich ziehe um. " * 4000)[:LONGEST],
    "clauses": ("und ich kündige, " * 6000)[:LONGEST],
    "numbers": ("zählerstand 4711, " * 6000)[:LONGEST],
    "one word": "a" * LONGEST,
    "digits": "4111 " * (LONGEST // 5),
    "emoji": "👍🏽" * (LONGEST // 2),
    "joined": "n" + "\u0301" * (LONGEST - 1),
    "ligatures": "\ufdfa" * LONGEST,
    "line ends": "ja\n" * (LONGEST // 3),
}
"""Texts that are long in different ways."""


def worst_texts() -> dict[str, dict[str, float]]:
    """Return CPU (ms) and added memory (MB) of understanding each, by the example bot."""
    from pforte.bot.command import EXAMPLE_BOT
    from pforte.bot.training import trained

    made = subprocess.run(
        [sys.executable, "-m", "pforte.bench.understanding", "--worst", trained(EXAMPLE_BOT)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, dict[str, float]] = json.loads(made.stdout)
    return found


def _worst(folder: Path) -> dict[str, dict[str, float]]:
    """Measure in a process that has done nothing else."""
    from dialogue.rasa_bot import load

    bot = load(folder)
    bot.understand("Guten Tag, wann haben Sie geöffnet?", now=0)
    found = {}
    for name, text in WORST.items():
        before = _resident("VmRSS")
        _CLEAR.write_text("5")  # the peak begins anew (Linux)
        began = time.process_time()
        bot.understand(text, now=0)
        cpu = time.process_time() - began
        added = max(_resident("VmHWM") - before, 0)
        found[name] = {"cpu_ms": round(cpu * 1000, 1), "added_mb": round(added, 1)}
    return found


def _resident(field: str) -> float:
    """Return a figure of this process's memory in MB (`proc_pid_status(5)`)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith(f"{field}:"))


def worst_table(worst: Mapping[str, Mapping[str, float]]) -> str:
    """Return a line for each text, the dearest first."""
    order = sorted(worst.items(), key=lambda each: -each[1]["cpu_ms"])
    lines = [
        f"  {name:10} {cost['cpu_ms']:7.1f} ms  +{cost['added_mb']:.1f} MB" for name, cost in order
    ]
    return "\n".join(
        ["", f"The example bot, texts of {LONGEST:,} characters: CPU, memory added:", *lines]
    )


if __name__ == "__main__":
    sys.exit(main())
