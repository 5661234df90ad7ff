"""What a person does on the site, from the landing page to a revoked token."""

from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.chromium import follow
from tests.browser.conftest import Visit, fill_in
from tests.site.plugins import PLUGINS
from todos.models import TodoList


def call(method: str, url: str, token: str, body: Any = None) -> httpx.Response:
    """Call the API as a client does, outside the browser."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, url, headers=headers, json=body, trust_env=False)


def test_a_person_signs_up_makes_a_token_uses_it_and_revokes_it(visit: Visit) -> None:
    page = visit.open("/")
    follow(page.get_by_role("link", name="Sign up"))
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("carols-long-password")
    page.get_by_label("Password confirmation").fill("carols-long-password")
    follow(page.get_by_role("button", name="Sign up"))
    expect(page.get_by_role("status")).to_have_text("Welcome, carol.")
    expect(page.get_by_text("You have no tokens yet.")).to_be_visible()

    page.get_by_label("Name").fill("Kitchen")
    follow(page.get_by_role("button", name="Make a token"))
    secret = page.locator("#secret").inner_text()
    assert f"curl {visit.site}/todo-user/todos/carol" in page.locator("main").inner_text()

    url = f"{visit.site}/todo-user/todos/carol"
    assert call("POST", url, secret, {"todo": "Buy milk"}).status_code == 200
    assert call("GET", url, secret).json() == {"todos": ["Buy milk"]}

    follow(page.get_by_role("link", name="Tokens"))
    expect(page.get_by_text(secret)).to_have_count(0)
    page.locator("summary", has_text="Revoke the token “Kitchen” for todo-user").click()
    follow(page.get_by_role("button", name="Revoke it"))
    expect(page.get_by_role("status")).to_contain_text("“Kitchen” was revoked")
    assert call("GET", url, secret).status_code == 401
    assert visit.complaints == visit.strangers == []


def test_a_person_signs_up_by_keyboard_alone_and_sees_where_they_are(visit: Visit) -> None:
    page = visit.open("/accounts/signup/")
    focus_is_drawn = "getComputedStyle(document.activeElement).outlineStyle != 'none'"
    for label, text in (
        ("Username", "carol"),
        ("Password", "carols-long-password"),
        ("Password confirmation", "carols-long-password"),
        ("E-mail address", ""),  # which may stay empty
    ):
        expect(page.get_by_label(label, exact=True)).to_be_focused()
        assert page.evaluate(focus_is_drawn)
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    assert page.evaluate(focus_is_drawn)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visit.site}/accounts/tokens/")
    expect(page.get_by_role("status")).to_have_text("Welcome, carol.")


def test_a_wrong_sign_up_says_what_is_wrong_beside_the_field(visit: Visit) -> None:
    page = visit.open("/accounts/signup/")
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("carols-long-password")
    page.get_by_label("Password confirmation").fill("another")
    page.get_by_role("button", name="Sign up").click()
    again = page.get_by_label("Password confirmation")
    expect(again).to_have_attribute("aria-invalid", "true")
    described_by = (again.get_attribute("aria-describedby") or "").split()
    assert "id_password2_error" in described_by
    for identifier in described_by:
        expect(page.locator(f"#{identifier}")).to_be_visible()


def test_who_came_to_sign_in_and_signs_up_instead_gets_where_they_wanted(visit: Visit) -> None:
    page = visit.open("/accounts/password/")
    for name in ("Sign up", "Sign in", "Sign up"):
        follow(page.locator("main").get_by_role("link", name=name))
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("carols-long-password")
    page.get_by_label("Password confirmation").fill("carols-long-password")
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_url(f"{visit.site}/accounts/password/")


def test_the_api_page_adds_a_todo_and_asks_nothing_of_other_servers(visit: Visit) -> None:
    page = visit.open("/todo/docs")
    page.locator("#addTodo > summary").click()
    page.locator("#addTodo").get_by_label("username").fill("carol")
    page.get_by_role("button", name="Send addTodo").click()
    answer = page.locator("#addTodo .answer")
    expect(answer.get_by_role("heading")).to_have_text("200 OK")
    expect(answer).to_be_focused()
    expect(page.locator("#addTodo .curl")).to_contain_text("/todos/carol")
    page.reload()  # which sends nothing again
    assert TodoList("todo", "carol").texts() == ["Buy milk"]
    assert visit.complaints == visit.strangers == []


def test_the_api_page_sends_the_token_that_one_authorizes_it_with(
    visit: Visit, service_token: str
) -> None:
    page = visit.open("/todo-service/docs")
    page.get_by_label("Token", exact=True).fill(service_token)
    page.get_by_role("button", name="Use this token").click()
    page.get_by_role("button", name="Send getTodos").click()
    expect(page.locator("#getTodos .answer").get_by_role("heading")).to_have_text("200 OK")
    assert visit.complaints == visit.strangers == []


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_the_api_page_needs_no_script(visit: Visit) -> None:
    page = visit.open("/todo/docs")
    page.locator("#addTodo > summary").click()
    page.get_by_role("button", name="Send addTodo").click()
    expect(page.locator("#addTodo .answer").get_by_role("heading")).to_have_text("200 OK")
    assert TodoList("todo", "global").texts() == ["Buy milk"]


def test_the_api_page_is_lent_a_token_of_who_signed_in(visit: Visit) -> None:
    User.objects.create_user("carol", password="carols-long-password")
    page = visit.open("/todo-oauth/docs")
    follow(page.locator("#token").get_by_role("link", name="Sign in"))
    fill_in(page, "carol", "carols-long-password")
    page.get_by_role("button", name="Fill in a token of mine").click()
    page.locator("#addTodo > summary").click()
    page.get_by_role("button", name="Send addTodo").click()
    expect(page.locator("#addTodo .answer").get_by_role("heading")).to_have_text("200 OK")
    assert TodoList("todo-oauth", "carol").texts() == ["Buy milk"]
    page.get_by_role("button", name="End the token now").click()
    expect(page.get_by_role("status")).to_contain_text("It opens nothing now.")
    assert visit.complaints == visit.strangers == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_api_page(visit: Visit, scheme: Any) -> None:
    for slug in (plugin.slug for plugin in PLUGINS):
        page = visit.open(f"/{slug}/docs")
        page.emulate_media(color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert (slug, violations(page)) == (slug, [])
