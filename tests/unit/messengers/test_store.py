"""What the phones show is kept in one file, which several threads change."""

from itertools import permutations
from pathlib import Path

import pytest

from pforte.messengers.store import Entry, State, Store


@pytest.mark.parametrize("told", list(permutations(["sent", "delivered", "read"])))
def test_ticks_never_go_back(tmp_path: Path, told: tuple[State, ...]) -> None:
    """Receipts may be told in any order: the ticks end at the furthest."""
    store = Store(tmp_path / "phones.sqlite")
    entry = store.add(Entry("whatsapp", "4917604069001", "customer", "wamid.1", at=1, state="sent"))
    for state in told:
        store.advance(entry, state)
    assert [shown.state for shown in store.entries("whatsapp", entry.user)] == ["read"]
    store.close()


def test_what_failed_stays_failed(tmp_path: Path) -> None:
    """A late receipt does not hide that a message failed."""
    store = Store(tmp_path / "phones.sqlite")
    entry = store.add(Entry("whatsapp", "4917604069001", "house", "wamid.1", at=1, state="failed"))
    store.advance(entry, "delivered")
    assert [shown.state for shown in store.entries("whatsapp", entry.user)] == ["failed"]
    store.close()
