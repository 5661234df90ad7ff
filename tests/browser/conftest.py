"""A real browser, turned on the running site, that keeps account of what pages do to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import PATIENCE, follow, running_chromium

PHONE = 360  # pixels of width


@dataclass
class Visit:
    """One tab, the site it is at, and what it complained of or asked of others."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = urlsplit(self.site).netloc
        self.page.set_default_timeout(PATIENCE)
        # A refused style or script, and a failed request, reach the console as errors.
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request",
            lambda request: (
                self.strangers.append(request.url)
                if urlsplit(request.url).scheme not in ("data", "blob")
                and urlsplit(request.url).netloc != own
                else None
            ),
        )

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.site}{path}")
        return self.page

    def width(self) -> int:
        """Return how wide the page's content is, in pixels."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def sign_in(self, username: str, password: str) -> None:
        page = self.open("/accounts/login/")
        fill_in(page, username, password)
        page.wait_for_url("**/accounts/tokens/")


def fill_in(page: Page, username: str, password: str) -> None:
    """Sign in at the form for it, and arrive where that leads."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    follow(page.get_by_role("button", name="Sign in", exact=True))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def visit(
    request: pytest.FixtureRequest,
    transactional_db: None,
    live_server: LiveServer,
    chromium: Browser,
) -> Iterator[Visit]:
    """A fresh tab without cookies; a test may give `new_context` arguments as a parameter."""
    context = chromium.new_context(**getattr(request, "param", {}))
    yield Visit(context.new_page(), live_server.url)
    context.close()
