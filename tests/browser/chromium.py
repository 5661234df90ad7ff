"""The browser that is installed, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
PATIENCE = 30_000
"""Milliseconds that a browser has for what it does at once: a machine may be busy."""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the browser, which takes longer than a test in it; skip where none is installed."""
    found = (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES))
    path = next(filter(None, found), None)
    if path is None:
        pytest.skip(f"No browser is installed: none of {', '.join(NAMES)} is on the PATH.")
    # Playwright's synchronous API runs an event loop in this thread for as long as it is
    # open. Django sees the loop and would refuse the database to the tests, and to
    # pytest-django when it empties the tables between them.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            expect.set_options(timeout=PATIENCE)
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()


def follow(what: Locator) -> None:
    """Click what leads to another page, and wait until that one has run its scripts.

    A click alone returns when the page begins to come: who goes on at once acts on one without.
    """
    with what.page.expect_navigation():
        what.click()


def stop_clock(page: Page) -> None:
    """Let a timer of what is opened from now on run out by `page.clock.run_for` alone."""
    page.clock.install(time=0)
    page.clock.pause_at(1)
