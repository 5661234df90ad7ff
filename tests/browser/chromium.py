"""The browser that is installed, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]


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
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()
