"""Give all tests what more than one of them needs; unit and property tests get no network."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pforte.house.house import House

_NETWORKED = ("integration", "browser")
_TESTS = Path(__file__).parent

# A machine that does other work is slow: what takes long is no failure of what is tested.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Open sockets for the tests that talk to a running house, and for no others.

    They come last: a house that is open runs on in this process, and needs its sockets.
    """
    items.sort(key=_needs_network)
    for item in filter(_needs_network, items):
        item.add_marker(pytest.mark.enable_socket)


def _needs_network(item: pytest.Item) -> bool:
    return item.path.relative_to(_TESTS).parts[0] in _NETWORKED


@pytest.fixture(scope="session")
def pforte_shared() -> Path:
    """Return the folder of recorded payloads, which PFORTE_SHARED names; CI must name it."""
    named = os.environ.get("PFORTE_SHARED")
    if not named:
        if os.environ.get("CI") == "true":
            pytest.fail("PFORTE_SHARED must name the folder of recorded payloads")
        pytest.skip("PFORTE_SHARED names no folder of recorded payloads")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"PFORTE_SHARED names {folder}, which is no folder")
    return folder


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Open a whole house on free ports, with data of its own, for all tests of this run."""
    from pforte.house.local import ANYWHERE, open_house  # unit tests start without it

    with open_house(tmp_path_factory.mktemp("house"), preferred_ports=ANYWHERE) as (opened, _):
        yield opened
