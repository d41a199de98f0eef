"""Bring up the sample back end beside the actions, and name it to them."""

from collections.abc import Iterator

import pytest

from tests.unit.backend.sample import TOKEN, Company, company


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Return a fresh back end that the actions call."""
    with company() as opened:
        monkeypatch.setenv("PFORTE_BACKEND_URL", opened.url)
        monkeypatch.setenv("PFORTE_BACKEND_TOKEN", TOKEN)
        yield opened
