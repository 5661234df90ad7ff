"""The site as people see it when they try it, with its demo in it; and who looks at it."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.browser.chromium import PATIENCE
from tests.browser.conftest import fill_in
from tests.development_server import MANAGE, DevelopmentServer

PEOPLE = ("", "ann", "admin")
"""Nobody, a person, and an operator."""


@dataclass(frozen=True)
class ShownSite:
    url: str
    passwords: dict[str, str]

    @contextmanager
    def seen_by(self, browser: Browser, username: str, **context: object) -> Iterator[Page]:
        """Open a tab of its own, in which somebody is signed in, or nobody."""
        made = browser.new_context(**context)  # type: ignore[arg-type]
        page = made.new_page()
        page.set_default_timeout(PATIENCE)
        if username:
            page.goto(f"{self.url}/accounts/login/")
            fill_in(page, username, self.passwords[username])
            page.wait_for_url("**/accounts/tokens/")
        yield page
        made.close()


def shown_site(server: DevelopmentServer) -> ShownSite:
    def manage(*command: str) -> str:
        return subprocess.check_output([*MANAGE, *command], env=server.environ, text=True)

    # <examples>
    subprocess.run([*MANAGE, "load_sports", "--once"], env=server.environ, check=False)
    # </examples>
    passwords = dict(re.findall(r"account (\w+) +password (\S+)", manage("seed_demo")))
    return ShownSite(f"http://localhost:{server.port}", passwords)


def opened(page: Page, url: str) -> None:
    """Open a page and wait until it stands: some are built by a script."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
