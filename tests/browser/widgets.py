"""A host of widgets in the browser, at the site's own origin, which is one that may call it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Page

from tests.browser.conftest import Visit

HERE = Path(__file__).parent
SANDBOX = "http://sandbox.localhost/"
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'; object-src 'none'; "
    "base-uri 'self'"
)
"""What the specification has a host set where a widget asks for nothing from elsewhere."""


@dataclass(frozen=True)
class Host:
    """A page that shows the widget of one call of a tool."""

    page: Page

    @property
    def widget(self) -> FrameLocator:
        return self.page.frame_locator("iframe").frame_locator("iframe")

    def evaluate(self, expression: str) -> Any:
        """Run a script in the widget itself."""
        return self.page.frames[-1].evaluate(expression)

    def told(self, method: str) -> list[Any]:
        """Return the parameters of what the widget sent by a method."""
        sent: list[dict[str, Any]] = self.page.evaluate("told")
        return [each["params"] for each in sent if each.get("method") == method]

    def change(self, **context: Any) -> None:
        self.page.evaluate("context => change(context)", context)

    def tear_down(self) -> Any:
        return self.page.evaluate("tearDown()")


@contextmanager
def host(visit: Visit, slug: str, tool: str, args: dict[str, Any], **more: Any) -> Iterator[Host]:
    """Call a tool and show its widget; at the end, see that nothing was complained of."""
    page = visit.page
    page.route(
        f"{visit.site}/host.html",
        lambda route: route.fulfill(path=HERE / "widget_host.html", content_type="text/html"),
    )
    page.route(
        SANDBOX,
        lambda route: route.fulfill(
            path=HERE / "widget_sandbox.html",
            content_type="text/html",
            headers={"Content-Security-Policy": POLICY},
        ),
    )
    visit.open("/host.html")
    options = {"url": f"/{slug}/mcp", "sandbox": SANDBOX, "tool": tool, "args": args, **more}
    page.evaluate("options => start(options)", options)
    yield Host(page)
    assert visit.complaints == []
    assert set(visit.strangers) <= {SANDBOX}
