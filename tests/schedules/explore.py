"""Explore many schedules, or show one: `python -m tests.schedules.explore run 5000 [SEED0]`."""

import sys
from collections import Counter, defaultdict

from tests.schedules.ground import Violation
from tests.schedules.promises import broken_promises
from tests.schedules.world import World


def play(seed: int, trace: bool = False) -> tuple[World, list[str]]:
    """Run one schedule and return its world with every broken promise."""
    world = World(seed)
    world.trace_on = trace
    try:
        world.run()
    except Violation as violation:
        return world, [str(violation)]
    return world, broken_promises(world)


def _run(number: int, first: int) -> int:
    totals: Counter[str] = Counter()
    broken: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for seed in range(first, first + number):
        world, findings = play(seed)
        totals["schedules"] += 1
        totals["steps"] += world.steps
        totals["commits"] += len(world.commits)
        totals["sends"] += len(world.sends)
        onward = [passed.event for commit in world.commits for passed in commit.turn.onward]
        totals.update(event.kind for event in onward if event.kind in ("absorb", "unlinked"))
        totals["dead letters"] += len(world.dead_lettered)
        totals.update(world.seen_faults)
        for finding in findings:
            broken[finding.split(":")[0]].append((seed, finding))
    print(dict(totals))
    for kind, found in sorted(broken.items(), key=lambda item: -len(item[1])):
        print(f"{kind}: {len(found)}, for example", *found[:3], sep="\n    ")
    return 1 if broken else 0


def _show(seed: int) -> int:
    world, findings = play(seed, trace=True)
    print(*world.trace, sep="\n")
    print(*(f"BROKEN {finding}" for finding in findings), sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    verb, *numbers = sys.argv[1:]
    if verb == "run":
        sys.exit(_run(int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0))
    sys.exit(_show(int(numbers[0])))
