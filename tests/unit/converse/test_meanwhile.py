"""What is done meanwhile is done if it takes long, not at all else, and never behind the block."""

import threading

from converse.meanwhile import after

LONG = 3_600


def test_what_takes_long_is_accompanied() -> None:
    """The function runs while the block still waits."""
    called = threading.Event()
    with after(0, called.set):
        assert called.wait(LONG)


def test_what_is_short_is_not() -> None:
    """The block has ended before: nothing is called, and nothing is left that could."""
    called: list[int] = []
    before = threading.active_count()
    with after(LONG, lambda: called.append(1)):
        pass
    assert called == []
    assert threading.active_count() == before


def test_its_end_is_waited_for() -> None:
    """A call that has begun ends before the block is left: nothing runs behind the handler."""
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def act() -> None:
        begun.set()
        go.wait(LONG)
        done.set()

    with after(0, act):
        begun.wait(LONG)
        go.set()
    assert done.is_set()
