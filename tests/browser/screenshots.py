"""Pictures of every page: python -m tests.browser.screenshots FOLDER.

Of the demo that `make run` serves, in three widths, light and dark, as PEOPLE see it; and of the
steps between, such as to agree. The most telling go into docs/ with `--docs`.
"""

import argparse
import secrets
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.chromium import running_chromium
from tests.browser.shown_site import PEOPLE, ShownSite, opened, shown_site
from tests.browser.site_map import one_of_each_kind, pages
from tests.development_server import PROJECT, development_server

WIDTHS = (1280, 390, 320)
SCHEMES = ("light", "dark")
COLOURS = 64
SLUG = "todo-oauth"  # of the demo, the plugin that has a step for everything


HIDE = """() => {
  const secret = document.querySelector("#secret").textContent;
  for (const code of document.querySelectorAll("code"))
    code.textContent = code.textContent.replaceAll(secret, "shown-once-".padEnd(43, "x"));
}"""
"""No secret in a picture, though it is one of a site that is gone."""


def wrong_form(page: Page, site: str) -> None:
    opened(page, f"{site}/accounts/signup/")
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("12345")
    page.get_by_label("Password confirmation").fill("another")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_load_state("networkidle")


def new_token(page: Page, site: str) -> None:
    opened(page, f"{site}/accounts/tokens/")
    page.get_by_label("Name").fill(f"Kitchen {secrets.token_hex(2)}")  # a name is taken once
    page.get_by_role("button", name="Make a token").click()
    page.locator("#secret").wait_for()
    page.evaluate(HIDE)


def consent(page: Page, site: str) -> None:
    """Begin in the console and stop where the person is asked; what was begun before is ended."""
    opened(page, f"{site}/console/try/{SLUG}/")
    for again in ("Uninstall", "Forget all of it"):
        if (button := page.get_by_role("button", name=again, exact=True)).count():
            button.click()
            page.wait_for_load_state("networkidle")
    opened(page, f"{site}/console/try/{SLUG}/")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Go on, to sign in and agree").click()
    page.get_by_role("button", name="Agree").wait_for()


def call(page: Page, site: str) -> None:
    consent(page, site)
    page.get_by_role("button", name="Agree").click()
    page.locator("summary", has_text="addTodo").click()
    page.get_by_role("button", name="Call addTodo").click()
    page.locator(".answer").wait_for()
    page.locator("#call").evaluate("e => e.scrollIntoView()")


STEPS: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    "wrong-form": ("", wrong_form),
    "new-token": ("ann", new_token),
    "consent": ("ann", consent),
    "console-call": ("ann", call),
}
"""By name, who takes a step, and how."""

TELLING: dict[str, tuple[str, int, str, str]] = {
    "first-page": ("", 1280, "light", "/"),
    "first-page-phone": ("", 390, "dark", "/"),
    "plugin": ("", 1280, "light", f"/{SLUG}/"),
    "api-page": ("", 1280, "light", f"/{SLUG}/docs"),
    "consent": ("ann", 1280, "light", "consent"),
    "tokens": ("ann", 1280, "light", "new-token"),
    "console": ("ann", 1200, "light", "console-call"),
    "admin": ("admin", 1280, "light", "/admin/"),
    # <examples>
    "standings": ("", 1280, "light", "/sports/standings"),
    "library": ("ann", 390, "light", "/retrieval-user/library"),
    # </examples>
}
"""What docs/ shows, by the names of its files: who sees it, how wide, in what, and which page."""


def show(page: Page, site: str, place: str) -> None:
    if place in STEPS:
        STEPS[place][1](page, site)
    else:
        opened(page, f"{site}{place}")


def save(page: Page, path: Path, *, whole: bool = True) -> None:
    with Image.open(BytesIO(page.screenshot(full_page=whole))) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def take_all(browser: Browser, site: ShownSite, folder: Path) -> Iterator[Path]:
    for scheme, username in product(SCHEMES, PEOPLE):
        with site.seen_by(browser, username, color_scheme=scheme) as page:
            places = one_of_each_kind(pages(page.request, site.url))
            places += [name for name, (who, _) in STEPS.items() if who == username]
            for place in places:
                show(page, site.url, place)
                name = urlsplit(place).path.strip("/").replace("/", "-") or "first-page"
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 844})
                    path = folder / f"{username or 'nobody'}-{name}-{width}-{scheme}.png"
                    save(page, path)
                    yield path


def take_telling(browser: Browser, site: ShownSite, folder: Path) -> Iterator[Path]:
    for name, (username, width, scheme, place) in TELLING.items():
        look: Any = {"color_scheme": scheme, "viewport": {"width": width, "height": 820}}
        with site.seen_by(browser, username, **look) as page:
            show(page, site.url, place)
            path = folder / f"{name}.png"
            save(page, path, whole=False)
            yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--docs", action="store_true", help="take the telling ones alone")
    options = parser.parse_args()
    folder = PROJECT / options.folder
    folder.mkdir(parents=True, exist_ok=True)
    django.setup()
    take = take_telling if options.docs else take_all
    with (
        tempfile.TemporaryDirectory() as database,
        development_server(Path(database)) as server,
        running_chromium() as browser,
    ):
        for path in take(browser, shown_site(server), folder):
            print(path.relative_to(PROJECT))  # noqa: T201


if __name__ == "__main__":
    main()
