"""Watch pages for what a test would not see: errors in their code, and breaches of their policy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page


@contextmanager
def nothing_breaks() -> Iterator[Callable[[Page], None]]:
    """Yield what watches a page; fails at the end if one of them raised or broke its policy."""
    wrong: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)

    yield watch
    assert wrong == [], wrong
