"""What holds for every page: it fits, it is quiet, it can be read and reached by everybody."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from oauth_demo.models import Token
from tests.browser.chromium import follow, stop_clock
from tests.browser.conftest import PHONE, Visit
from tests.site.plugins import PLUGINS

OPEN = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/forgotten/",
    "/accounts/forgotten/sent/",
    "/retrieval-none/library",  # <examples></examples>
    *(f"/{plugin.slug}/{page}" for plugin in PLUGINS for page in ("", "legal", "docs")),
]
OWN = [
    *("/accounts/", "/accounts/tokens/", "/accounts/password/", "/accounts/email/"),
    *("/accounts/delete/", "/yours/", "/todo-user/list"),
]
ADMIN = [
    "/admin/",
    "/admin/dashboard/",
    "/admin/todos/todo/",
    "/admin/oauth_demo/token/",
    "/admin/retrieval/document/",  # <examples></examples>
]

on_a_phone = pytest.mark.parametrize(
    "visit", [{"viewport": {"width": PHONE, "height": 740}}], indirect=True
)
in_the_dark = pytest.mark.parametrize("visit", [{"color_scheme": "dark"}], indirect=True)


@pytest.fixture
def carol(visit: Visit) -> User:
    """Signed in, an operator, with a long name and a long token."""
    name = "carol.of.the.very.long.name@an.address.without.any.break.example.org"
    user = User.objects.create_superuser(name, password="carols-long-password")
    Token.objects.issue(plugin="todo-user", name="n" * 100, user=user)
    visit.sign_in(name, "carols-long-password")
    return user


FACTS = """() => {
  const named = e => e.labels.length || e.ariaLabel || e.getAttribute('aria-labelledby');
  const inputs = 'input:not([type=hidden]):not([hidden]), select, textarea';
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return {
    lang: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    unlabelled: [...document.querySelectorAll(inputs)].filter(e => !named(e)).length,
    undescribed: [...document.images].filter(e => !e.hasAttribute('alt')).length,
    unnamed: [...document.querySelectorAll('a, button')]
      .filter(e => !e.textContent.trim() && !e.ariaLabel && !e.title).length,
    repeated: ids.filter((id, i) => ids.indexOf(id) != i),
  };
}"""
GOOD: dict[str, Any] = {
    "lang": "en",
    "headings": 1,
    "unlabelled": 0,
    "undescribed": 0,
    "unnamed": 0,
    "repeated": [],
}


def check_quiet(visit: Visit) -> None:
    assert visit.complaints == []
    assert visit.strangers == []


def test_pages_say_their_language_heading_labels_and_images(visit: Visit) -> None:
    for path in OPEN:
        facts = visit.open(path).evaluate(FACTS)
        assert (path, facts) == (path, GOOD)
    check_quiet(visit)


def test_pages_of_an_account_say_their_language_heading_labels_and_images(
    visit: Visit, carol: User
) -> None:
    for path in OWN:
        assert (path, visit.open(path).evaluate(FACTS)) == (path, GOOD)
    check_quiet(visit)


@on_a_phone
def test_no_page_is_wider_than_a_phone(visit: Visit, carol: User) -> None:
    for path in (*OPEN[3:], *OWN, "/"):
        page = visit.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert (path, visit.width()) == (path, PHONE)
    check_quiet(visit)


@on_a_phone
def test_a_new_token_is_not_wider_than_a_phone(visit: Visit, carol: User) -> None:
    page = visit.open("/accounts/tokens/")
    page.get_by_label("Name").fill("Kitchen")
    follow(page.get_by_role("button", name="Make a token"))
    expect(page.locator("#secret")).to_be_visible()
    assert visit.width() == PHONE


@on_a_phone
def test_the_dashboards_table_shows_that_it_goes_on_and_whose_a_row_is(
    visit: Visit, carol: User
) -> None:
    page = visit.open("/admin/dashboard/")
    box = page.locator(".wide").first
    assert box.evaluate("e => e.scrollWidth > e.clientWidth && e.tabIndex === 0")
    assert "gradient" in box.evaluate("e => getComputedStyle(e).backgroundImage")
    rows = box.locator("tbody tr, tbody td")
    drawn = rows.evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
    assert set(drawn) == {"rgba(0, 0, 0, 0)"}  # through which the shadow shows
    box.evaluate("e => { e.scrollLeft = 300; }")
    name, left = (
        each.bounding_box()["x"]  # type: ignore[index]
        for each in (box.locator("tbody th").first, box)
    )
    assert name >= left


@on_a_phone
def test_the_open_parts_of_the_api_page_are_not_wider_than_a_phone(visit: Visit) -> None:
    page = visit.open("/todo-user/docs")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert visit.width() == PHONE


@pytest.mark.parametrize(
    "visit", [{"permissions": ["clipboard-read", "clipboard-write"]}], indirect=True
)
def test_a_button_copies_what_a_client_is_given(visit: Visit) -> None:
    stop_clock(visit.page)  # it says so for two seconds
    page = visit.open("/todo-user/")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    clipboard = "navigator.clipboard.readText()"
    assert page.evaluate(clipboard) == f"{visit.site}/todo-user/mcp"
    page.locator("summary", has_text="Codex").click()
    page.locator("details[open]").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(2)
    assert 'bearer_token_env_var = "TODO_USER_TOKEN"' in page.evaluate(clipboard)
    check_quiet(visit)


@pytest.mark.parametrize(
    "visit", [{"viewport": {"width": width, "height": 800}} for width in (1280, 320)], indirect=True
)
@pytest.mark.parametrize("path", ["/", "/todo-service/"])
def test_an_address_breaks_before_a_slash_and_nowhere_else(visit: Visit, path: str) -> None:
    heights = visit.open(path).evaluate(
        """() => [...document.querySelectorAll(".address .unbroken")].filter(e => e.offsetHeight)
          .map(e => [e.textContent, e.offsetHeight / parseFloat(getComputedStyle(e).fontSize)])"""
    )
    assert heights or path == "/"  # on a phone, the first page has none
    assert [each for each in heights if each[1] > 2] == []


def test_one_client_is_shown_at_a_time(visit: Visit) -> None:
    page = visit.open("/todo/")
    for name in ("Codex", "Cursor"):
        page.locator("summary", has_text=name).click()
        expect(page.locator(".ways details[open] summary")).to_have_text(name)


@in_the_dark
def test_pages_are_dark_for_who_wants_them_dark(visit: Visit) -> None:
    background = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
    for path in OPEN:
        assert max(visit.open(path).evaluate(background)) < 50, path
    check_quiet(visit)


def test_the_skip_link_shows_when_focused_and_leads_to_the_content(visit: Visit) -> None:
    page = visit.open("/")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_admin_works_under_the_content_security_policy(visit: Visit, carol: User) -> None:
    for path in ADMIN:
        expect(visit.open(path).locator("#site-name")).to_be_visible()
    check_quiet(visit)


def test_a_page_that_is_not_there_says_so_and_leads_back(visit: Visit) -> None:
    page = visit.open("/nowhere")
    assert page.evaluate(FACTS) == GOOD
    follow(page.get_by_role("link", name="See all plugins"))
    expect(page).to_have_url(f"{visit.site}/")


def test_a_failure_still_answers_a_page_to_people(
    visit: Visit, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.views.card", None)
    page = visit.open("/")
    expect(page.get_by_role("heading")).to_have_text("Something went wrong here")
    assert page.evaluate(FACTS) == GOOD


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.slug)
def test_a_plugins_links_all_lead_somewhere(visit: Visit, plugin: Any) -> None:
    page = visit.open(f"/{plugin.slug}/")
    links = page.locator("main a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) >= 5
    for link in links:
        if link.startswith(visit.site):
            assert page.request.get(link).status == 200, link
        else:  # the plugin's own host; the browser alone finds <slug>.localhost everywhere
            response = page.goto(link)
            assert response and response.status == 200, link
