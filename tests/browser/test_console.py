"""What a person does at the console: every plugin of this site is tried, in a real browser."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from config.demo import PERSON, demo_secret
from oauth_demo.models import Token
from simulator.console.lessons import LESSONS
from simulator.models import InstalledPlugin
from tests.browser.accessibility import violations
from tests.browser.chromium import follow
from tests.browser.conftest import PHONE, Visit
from tests.site.plugins import PLUGINS

OPERATIONS = ("getTodos", "getTeams", "queryDocuments")
"""Of each of the APIs, one whose examples are all that it takes."""


@pytest.fixture
def visit(settings: Any, visit: Visit) -> Visit:
    """A tab on a development site, with the demo's person."""
    settings.DEBUG, settings.CONSOLE, settings.PUBLIC_URLS = True, True, []
    User.objects.create_user(PERSON, password=demo_secret(f"password of {PERSON}"))
    return visit


def sign_in(page: Page) -> None:
    follow(page.get_by_role("button", name="Sign in as ann (demo)"))


def agree(page: Page) -> None:
    """Go where the console sends a person, and come back."""
    follow(page.get_by_role("link", name="Go on, to sign in and agree"))
    if "/accounts/login/" in page.url:  # at the plugin's own host nobody is signed in yet
        sign_in(page)
    follow(page.get_by_role("button", name="Agree"))


def opened(page: Page, name: str) -> Any:
    """Open an operation or a lesson, unless it is."""
    part = page.locator("details", has=page.locator("summary", has_text=name)).last
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    return part


@pytest.mark.parametrize("at", ["", " at its own host"])
def test_every_plugin_installs_and_is_called(visit: Visit, at: str) -> None:
    page = visit.open("/console/")
    sign_in(page)
    for plugin in PLUGINS:
        page.goto(f"{visit.site}/console/")
        follow(page.get_by_role("button", name=f"Try {plugin.name_for_human}{at}", exact=True))
        if plugin.auth.scopes:
            agree(page)
        expect(page.locator("#install")).to_contain_text("It is installed as")
        operation = next(
            each for each in OPERATIONS if page.locator("#call summary", has_text=each).count()
        )
        follow(opened(page, operation).get_by_role("button", name=f"Call {operation}"))
        expect(page.locator(".answer .hint")).to_contain_text("HTTP status 200;")
        onwards = page.get_by_role("link", name="ChatGPT, Claude, Codex and editors")
        expect(onwards).to_have_attribute("href", f"/{plugin.slug}/")
    assert InstalledPlugin.objects.count() == len(PLUGINS)
    assert not [each for each in visit.complaints if "favicon" not in each]


def test_from_the_landing_page_to_a_todo_by_oauth_and_by_keyboard_alone(visit: Visit) -> None:
    page = visit.open("/")
    for name in (
        *("Try TODO List (OAuth)", "Sign in as ann (demo)", "Begin"),
        *("Go on, to sign in and agree", "Agree"),
    ):
        with page.expect_navigation():
            press(page, name)
    press(page, "addTodo")
    with page.expect_navigation():
        press(page, "Call addTodo")
    expect(page.locator(".answer")).to_contain_text('{"todo":"Buy milk"}')
    assert visit.complaints == visit.strangers == []


FOCUSED = """() => {
  const e = document.activeElement;
  return [(e.ariaLabel || e.textContent).trim(), getComputedStyle(e).outlineStyle];
}"""


def press(page: Page, name: str) -> None:
    """Tab to what bears a name, see that its focus is drawn, and press Enter."""
    for _ in range(150):
        page.keyboard.press("Tab")
        found, outline = page.evaluate(FOCUSED)
        if found == name:
            assert outline != "none"
            expect(page.locator(":focus")).to_be_enabled()  # Agree waits for a moment
            page.keyboard.press("Enter")
            return
    pytest.fail(f"No key leads to “{name}” at {page.url}.")


def test_every_lesson_is_one_that_this_site_passes_and_the_installation_outlives(
    visit: Visit, settings: Any
) -> None:
    settings.OAUTH_REFRESH_GRACE = 0  # with which a spent token is a replay at once
    page = visit.open("/console/")
    sign_in(page)
    follow(page.get_by_role("button", name="Try TODO List (OAuth)", exact=True))
    agree(page)
    for lesson in LESSONS.values():
        follow(opened(page, lesson.title).get_by_role("button", name=lesson.title))
        if lesson.needs_visit:
            agree(page)
        expect(opened(page, lesson.title)).to_contain_text("✓ refused as it should")
    follow(opened(page, "getTodos").get_by_role("button", name="Call getTodos"))
    expect(page.locator(".answer .hint")).to_contain_text("HTTP status 200;")
    follow(page.get_by_role("button", name="Uninstall"))
    expect(page.locator("#uninstall .said")).to_contain_text("Revoked its tokens.")
    assert visit.complaints == visit.strangers == []


def test_a_token_that_was_made_for_a_person_ends_with_the_installation(visit: Visit) -> None:
    page = visit.open("/console/try/todo-user/")
    sign_in(page)
    follow(page.get_by_role("button", name="Begin"))
    expect(page.locator("#install .said")).to_contain_text("This site made what the plugin wants")
    assert Token.objects.get().revoked_at is None
    follow(page.get_by_role("button", name="Uninstall"))
    expect(page.locator("#uninstall .said")).to_contain_text("Revoked the token")
    assert Token.objects.get().revoked_at is not None


@pytest.mark.parametrize("slug", ["todo", "todo-user", "todo-oauth"])
def test_where_there_are_no_manifests_its_mcp_server_is_tried(
    visit: Visit, settings: Any, slug: str
) -> None:
    settings.AI_PLUGIN_MANIFEST = False
    page = visit.open(f"/console/try/{slug}/")
    sign_in(page)
    follow(page.get_by_role("button", name="Begin"))
    if page.get_by_role("link", name="Go on, to sign in and agree").count():
        agree(page)
    expect(page.locator("#install")).to_contain_text("It is installed as")
    follow(opened(page, "getTodos").get_by_role("button", name="Call getTodos"))
    expect(page.locator(".answer .hint")).to_contain_text("HTTP status 200;")


def test_where_no_client_registers_this_site_makes_its_own(visit: Visit, settings: Any) -> None:
    settings.OAUTH_CLIENT_REGISTRATION = False
    page = visit.open("/console/try/todo-oauth/")
    sign_in(page)
    follow(page.get_by_role("button", name="Begin"))
    follow(page.get_by_role("link", name="Go on, to sign in and agree"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Connect The console of this site")
    follow(page.get_by_role("button", name="Agree"))
    expect(page.locator("#install")).to_contain_text("It is installed as")
    follow(page.get_by_role("button", name="Forget all of it"))
    expect(page.get_by_role("status")).to_contain_text("Deleted the client that this site had made")


@pytest.mark.parametrize("visit", [{}, {"color_scheme": "dark"}], indirect=True)
def test_axe_finds_nothing_and_a_phone_is_wide_enough(visit: Visit) -> None:
    page = visit.open("/")
    assert violations(page) == []
    page.goto(f"{visit.site}/console/try/todo-oauth/")
    assert violations(page) == []
    sign_in(page)
    assert violations(page) == []
    follow(page.get_by_role("button", name="Begin"))
    agree(page)
    follow(opened(page, "addTodo").get_by_role("button", name="Call addTodo"))
    for number in range(page.locator("main details").count()):
        page.locator("main details").nth(number).evaluate("e => { e.open = true }")
    assert violations(page) == []
    page.set_viewport_size({"width": PHONE, "height": 740})
    assert visit.width() == PHONE
    page.goto(f"{visit.site}/console/")
    assert violations(page) == []
    assert visit.width() == PHONE


def test_a_secret_is_revealed_by_a_click_and_covered_again(visit: Visit) -> None:
    page = visit.open("/console/try/todo-oauth/")
    sign_in(page)
    follow(page.get_by_role("button", name="Begin"))
    agree(page)
    exchange = page.locator("details.exchange", has_text="Exchanges the code for tokens, once.")
    exchange.locator("summary").click()
    token = re.compile(r'"access_token": "[^*"]+"')
    expect(exchange).to_contain_text('"access_token": "***"')
    follow(exchange.get_by_role("button", name="Reveal its secrets"))
    expect(exchange).to_contain_text(token)
    follow(exchange.get_by_role("link", name="Cover them"))
    expect(page.locator("body")).not_to_contain_text(token)
