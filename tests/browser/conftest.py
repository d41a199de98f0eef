"""Give browser tests one browser: the system's Chromium or Chrome, else Playwright's own."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.way import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")  # its event loop must have ended when other tests run theirs
def browser() -> Iterator[Browser]:
    """Start a browser that asks nobody for anything by itself."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a visitor's browser, with a storage of its own."""
    context = browser.new_context(locale="de-DE", color_scheme="light")
    yield context
    context.close()


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """Give pages on a busy machine their time: Playwright gives up after five seconds."""
    expect.set_options(timeout=PATIENCE * 1000)
    yield
    expect.set_options(timeout=5_000)
