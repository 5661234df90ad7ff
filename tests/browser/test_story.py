"""What a person does on the site, from the landing page to a revoked token."""

from typing import Any

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from todos.models import TodoList


def call(method: str, url: str, token: str, body: Any = None) -> httpx.Response:
    """Call the API as a client does, outside the browser."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, url, headers=headers, json=body, trust_env=False)


def test_a_person_signs_up_makes_a_token_uses_it_and_revokes_it(visit: Visit) -> None:
    page = visit.open("/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("carols-long-password")
    page.get_by_label("Password confirmation").fill("carols-long-password")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("status")).to_have_text("Welcome, carol.")
    expect(page.get_by_text("You have no tokens yet.")).to_be_visible()

    page.get_by_label("Name").fill("Kitchen")
    page.get_by_role("button", name="Make a token").click()
    secret = page.locator("#secret").inner_text()
    assert f"curl {visit.site}/todo-user/todos/carol" in page.locator("main").inner_text()

    url = f"{visit.site}/todo-user/todos/carol"
    assert call("POST", url, secret, {"todo": "Buy milk"}).status_code == 200
    assert call("GET", url, secret).json() == {"todos": ["Buy milk"]}

    page.get_by_role("link", name="Tokens").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke the token “Kitchen” for todo-user").click()
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
    page.locator("main").get_by_role("link", name="Sign up").click()
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.locator("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("carols-long-password")
    page.get_by_label("Password confirmation").fill("carols-long-password")
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_url(f"{visit.site}/accounts/password/")


def test_the_api_page_adds_a_todo_and_asks_nothing_of_other_servers(visit: Visit) -> None:
    page = visit.open("/todo/docs")
    page.locator(".opblock-post .opblock-summary-control").click()
    page.get_by_placeholder("username").fill("carol")
    page.locator(".opblock-post textarea").fill('{"todo": "Buy milk"}')
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status")).to_have_text("200")
    assert TodoList("todo", "carol").texts() == ["Buy milk"]
    assert visit.complaints == visit.strangers == []


def test_the_api_page_sends_the_token_that_one_authorizes_it_with(
    visit: Visit, service_token: str
) -> None:
    page = visit.open("/todo-service/docs")
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(service_token)
    page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").last.click()
    page.locator(".opblock-get .opblock-summary-control").click()
    page.get_by_placeholder("username").fill("carol")
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status")).to_have_text("200")
    assert visit.complaints == visit.strangers == []
