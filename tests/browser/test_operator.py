"""What an operator does in the admin, in a browser: nothing is cut off, and a person can go."""

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import call_command
from oauth2_provider.models import AccessToken, Application
from playwright.sync_api import Page, expect

from api.notes import writer
from oauth_demo.models import Consent, Token
from simulator.models import InstalledPlugin
from tests.browser.accessibility import violations
from tests.browser.chromium import follow
from tests.browser.conftest import Visit
from tests.conftest import mount_of
from todos.models import TodoList

LONG = "carol.of.the.very.long.name@an.address.without.any.break.example.org"
PASSWORD = "operators-password"
DESK = {"viewport": {"width": 1280, "height": 900}}

CUT = """() => [...document.querySelectorAll('#content *')].filter(e => {
  const hides = ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX);
  return (hides && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1
    && !e.matches('select, textarea, input, button'))
    || e.getBoundingClientRect().right > innerWidth + 1;
}).map(e => `${e.tagName}.${e.className}`)"""


@pytest.fixture
def carol(db: None) -> User:
    """Has something of everything, and all of it is long."""
    carol = User.objects.create_user(LONG, email=LONG)
    client = Application.objects.create(
        name="A client with quite a long name",
        user=carol,
        client_type="public",
        redirect_uris="https://a-long-host-name.example.org/some/callback/path",
    )
    scope = "todos:read todos:write"
    Consent.objects.create(user=carol, application=client, plugin="todo-oauth", scope=scope)
    AccessToken.objects.create(
        user=carol, application=client, scope=scope, token="x", expires="2036-01-01T00:00Z"
    )
    secret = Token.objects.issue(plugin="todo-user", name="n" * 100, user=carol, days=30)[1]
    TodoList("todo-user", LONG).add("word " * 200)
    TodoList("todo-user", LONG).add("x" * 300)
    address = "https://a-long-host-name.example.org/" + "p" * 200
    InstalledPlugin.objects.create(owner=carol, name="Installed", address=address, kind="mcp")
    AccessAttempt.objects.create(
        username=LONG,
        ip_address="2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        user_agent="Mozilla" * 30,
        failures_since_start=12,
        path_info="/accounts/login/",
    )
    mount_of("todo-user").get("/todos/me", token=secret)
    writer.write()
    return carol


@pytest.fixture
def desk(visit: Visit, carol: User) -> Page:
    """The first administrator of a new site is made in a terminal, and signs in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        call_command("createsuperuser", "--noinput", "--username=operator", "--email=o@a.example")
    visit.sign_in("operator", PASSWORD)
    return visit.page


def lists(page: Page) -> set[str]:
    return set(re.findall(r'href="(/admin/[a-z_0-9]+/[a-z_0-9]+/)"', page.content()))


@pytest.mark.parametrize("visit", [DESK], indirect=True)
def test_nothing_of_the_admin_is_cut_off_on_a_desk(visit: Visit, desk: Page) -> None:
    paths = ["/admin/dashboard/", *sorted(lists(visit.open("/admin/")))]
    for path in paths:
        page = visit.open(path)
        assert (path, visit.width(), page.evaluate(CUT)) == (path, 1280, [])
        rows = page.locator("#result_list tbody a[href*='/change/']")
        if rows.count():
            page.goto(visit.site + str(rows.first.get_attribute("href")))
            assert (path, visit.width(), page.evaluate(CUT)) == (path, 1280, [])
    assert len(paths) > 15


@pytest.mark.parametrize(
    "visit",
    [DESK, {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}],
    indirect=True,
)
def test_the_dashboard_and_the_account_are_for_everybody(visit: Visit, desk: Page) -> None:
    width = visit.width()
    for path in ("/admin/dashboard/", "/accounts/", "/accounts/delete/", "/accounts/email/"):
        page = visit.open(path)
        for summary in page.locator("summary").all():
            summary.click()
        assert (path, violations(page)) == (path, [])
        assert (path, visit.width()) == (path, width)
    assert visit.complaints == []


def test_an_operator_finds_who_used_what_and_erases_a_person(
    visit: Visit, desk: Page, carol: User
) -> None:
    page = visit.open("/admin/")
    follow(page.get_by_role("link", name="Dashboard").first)
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="(personal)")).first
    expect(row).to_contain_text("2 todos")
    follow(row.get_by_role("link", name="2 todos"))
    follow(page.get_by_role("link", name=LONG).first)
    follow(page.get_by_role("link", name=LONG))
    expect(page.get_by_text("All of it goes with the account")).to_be_visible()
    expect(page.get_by_role("link", name="1 connected app")).to_be_visible()
    follow(page.get_by_role("link", name="1 personal token"))
    expect(page.locator(".field-last_used_at")).not_to_have_text("-")
    follow(page.get_by_role("link", name=LONG).first)
    follow(page.get_by_role("link", name="Delete", exact=True))
    expect(page.get_by_text("2 todos in TODO List (personal)")).to_be_visible()
    follow(page.get_by_role("button", name="Yes, I’m sure"))
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
    gone: list[Any] = [User.objects.filter(username=LONG), Token.objects, Consent.objects]
    assert [each.count() for each in gone] == [0, 0, 0]
    assert TodoList("todo-user", LONG).texts() == []
