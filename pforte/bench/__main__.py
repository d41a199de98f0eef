"""Run the bench: `python -m pforte.bench [--json] [--runs N]`; status 1 where a bound is missed."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pforte.bench.dialogue import measure_dialogue
from pforte.bench.figures import Figure, as_json, figures
from pforte.bench.measure import measure
from pforte.bench.package import read_build
from pforte.bench.tiers import measure_tiers
from pforte.failure import Failure
from pforte.house.build import BUILT, build
from pforte.house.house import CHECKOUT

FOR_AWS = CHECKOUT / ".aws-sam" / "build"
RUNS = 11


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="pforte.bench", description="What the house costs.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--runs", type=int, default=RUNS, help="starts of each function")
    chosen = parser.parse_args(arguments)
    try:
        found = _bench(chosen.runs)
    except Failure as failure:
        print(f"pforte.bench: {failure}", file=sys.stderr)
        return failure.status
    if chosen.json:
        print(json.dumps(as_json(found), indent=1))
    else:
        _show(found)
    return 1 if any(figure.missed for figure in found) else 0


def _bench(runs: int) -> list[Figure]:
    build()  # for this machine's processor: what is measured has to run here
    for_aws = FOR_AWS if (FOR_AWS / "template.yaml").exists() else BUILT
    built, packed = read_build(BUILT), read_build(for_aws)
    measured = measure(BUILT, runs, _say)
    tiers = measure_tiers(built, packed, _say)
    dialogue = measure_dialogue(_say)
    return [*_machine(), *figures(measured, built, packed), *dialogue, *tiers]


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _machine() -> list[Figure]:
    """Say how fast and how busy this machine is: others on it make every start dearer."""
    laps = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(1_000_000):
            pass
        laps.append((time.process_time() - began) * 1000)
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return [Figure("this machine", "a million empty loops", min(laps), "ms", note=load)]


def _show(found: Sequence[Figure]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column("is", justify="right", no_wrap=True)
    table.add_column("at most", justify="right", no_wrap=True)
    table.add_column()  # notes give way where the page is narrow
    part = ""
    for figure in found:
        if figure.part != part:
            part = figure.part
            table.add_row(f"\n[bold]{part}[/bold]")
        table.add_row(
            f"  {figure.name}",
            f"{_number(figure.value)} {figure.unit}".rstrip(),
            "" if figure.bound is None else _number(figure.bound),
            "[red]missed[/red] " * figure.missed + figure.note,
        )
    Console(width=110).print(table)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 or value == int(value) else f"{value:,.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
