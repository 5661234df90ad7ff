"""What holds for every page that a link leads to: anybody can use it, and it is in its budget."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.accessibility import OF_COLOUR, violations
from tests.browser.shown_site import PEOPLE, ShownSite, opened, shown_site
from tests.browser.site_map import one_of_each_kind, pages
from tests.clients.live_site import LiveSite, live_site
from tests.development_server import DevelopmentServer

PHONE = {"width": 390, "height": 844}
HEIGHTS = {"/": 2_500}
HEIGHT = 3_300
"""Of a page on such a phone, in pixels: four screens, and the first page three."""
WEIGHT = 100_000
"""Bytes, as they travel, of all that a page brings of the site's own."""
NOT_OUR_OWN = ("/static/admin/",)
"""Django's."""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def shown(development_site: DevelopmentServer) -> ShownSite:
    return shown_site(development_site)


KNOWN: dict[tuple[str, str], list[str]] = {}


def kinds(page: Page, site: str, username: str) -> list[str]:
    """Return one page of each kind that a person is led to; the links are followed once."""
    if (site, username) not in KNOWN:
        KNOWN[site, username] = one_of_each_kind(pages(page.request, site))
    return KNOWN[site, username]


DJANGOS_OWN = {"label-title-only"}
"""What Django's admin breaks by itself: the search field of a list has a picture for a label."""


SETTLED = """async () => {
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    const ends = (each) => each.effect.getComputedTiming().endTime < 5000;
    const moving = document.getAnimations().filter(ends);
    await Promise.all(moving.map((each) => each.finished.catch(() => null)));
}"""
"""Waits until colours have changed: the admin lets some fade."""


ELEMENTS = """() => JSON.stringify([...document.querySelectorAll("main, main *")].map(
    (each) => [each.localName, each.className, each.getAttributeNames()]))"""
CHECKED: set[str] = set()
"""What pages are made of, where that broke no rule: many are the same for another person."""


@pytest.mark.parametrize("username", PEOPLE)
def test_no_page_breaks_a_rule_of_accessibility(
    shown: ShownSite, chromium: Browser, username: str
) -> None:
    """In the light, and of colours in the dark."""
    with shown.seen_by(chromium, username) as page:
        found = kinds(page, shown.url, username)
        broken = {}
        for path in found:
            page.emulate_media(color_scheme="light")
            page.goto(f"{shown.url}{path}")
            elements = page.evaluate(ELEMENTS)
            if elements in CHECKED:
                continue
            rules = violations(page)
            page.emulate_media(color_scheme="dark")
            page.evaluate(SETTLED)
            rules += [f"{rule} in the dark" for rule in violations(page, **OF_COLOUR)]
            djangos = DJANGOS_OWN if path.startswith("/admin/") else set()
            rules = [rule for rule in rules if rule.partition(":")[0] not in djangos]
            if rules:
                broken[path] = rules
            else:
                CHECKED.add(elements)
    assert len(found) >= 10
    assert broken == {}


@pytest.mark.parametrize("username", PEOPLE[:2])
def test_no_page_is_higher_on_a_phone_than_one_scrolls(
    shown: ShownSite, chromium: Browser, username: str
) -> None:
    with shown.seen_by(chromium, username, viewport=PHONE) as page:
        heights = {}
        for path in kinds(page, shown.url, username):
            page.goto(f"{shown.url}{path}")
            heights[path] = page.evaluate("document.documentElement.scrollHeight")
    assert {p: h for p, h in heights.items() if h > HEIGHTS.get(p, HEIGHT)} == {}


class Weighed:
    """What travels to a tab, by path, and to whom else the tab went."""

    def __init__(self, page: object, site: str) -> None:
        self.site = urlsplit(site).netloc
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        session = page.context.new_cdp_session(page)  # type: ignore[attr-defined]
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self.sent)
        session.on("Network.loadingFinished", self.finished)

    def sent(self, event: dict[str, object]) -> None:
        self.urls[str(event["requestId"])] = str(event["request"]["url"])  # type: ignore[index]

    def finished(self, event: dict[str, object]) -> None:
        url = urlsplit(self.urls.get(str(event["requestId"]), ""))
        if url.scheme.startswith("http"):
            self.bytes[url.path] = int(event["encodedDataLength"])  # type: ignore[call-overload]

    @property
    def strangers(self) -> set[str]:
        netlocs = {urlsplit(url).netloc for url in self.urls.values() if url.startswith("http")}
        return netlocs - {self.site}

    @property
    def own(self) -> int:
        return sum(n for path, n in self.bytes.items() if not path.startswith(NOT_OUR_OWN))


@pytest.fixture(scope="module")
def fresh_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site that nobody has put a large document into."""
    with live_site(tmp_path_factory.mktemp("fresh")) as site:
        yield site


@pytest.mark.parametrize("username", ["", "ann"])
def test_no_page_is_heavy_or_needs_another_server(
    fresh_site: LiveSite, chromium: Browser, username: str
) -> None:
    site = fresh_site.url
    shown = ShownSite(site, {"ann": fresh_site.person["password"]})
    with shown.seen_by(chromium, username) as page:
        found = kinds(page, site, username)
        cookies = page.context.cookies()
    heavy, strangers = {}, set()
    for path in found:
        context = chromium.new_context()  # with nothing in its cache
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        weighed = Weighed(page, site)
        opened(page, f"{site}{path}")
        strangers |= weighed.strangers
        if weighed.own > WEIGHT:
            heavy[path] = weighed.bytes
        assert weighed.own > 1_000, path
        context.close()
    assert (heavy, strangers) == ({}, set())
