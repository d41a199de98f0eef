"""Hold the guarantees through random schedules on the real handlers."""

import logging

import pytest

from tests.schedules.explore import play

SCHEDULES = 1000
CHUNK = 100


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize("first", range(0, SCHEDULES, CHUNK))
def test_every_guarantee_holds_through_random_schedules_of_faults(first: int) -> None:
    """Nothing is lost, doubled, misordered or said with two voices, whatever dies when."""
    broken = {}
    for seed in range(first, first + CHUNK):
        world, findings = play(seed)
        assert world.commits, f"seed {seed} did nothing"
        if findings:
            broken[seed] = findings
    assert not broken, "show one: python -m tests.schedules.explore show SEED"


def test_faults_really_happen() -> None:
    """The schedules hold crashes before and after, outages, time-outs and repeats by the SDK."""
    seen: set[str] = set()
    for seed in range(CHUNK):
        world, _ = play(seed)
        seen |= set(world.seen_faults)
    assert seen >= {
        "killed before",
        "killed after",
        "unavailable before",
        "unavailable after",
        "outage",
        "time-out",
        "stall",
        "twice",
    }
