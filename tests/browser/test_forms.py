"""What forms do for who fills them in: what is wrong is found, and what ends something asks."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from oauth_demo.models import Token
from tests.browser.chromium import follow
from tests.browser.conftest import Visit

without_scripts = pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
IN_RED = re.compile(r"rgb\((\d+), (\d+), (\d+)\)")


@pytest.fixture
def ann(visit: Visit) -> User:
    user = User.objects.create_user("ann", password="anns-long-password")
    visit.sign_in("ann", "anns-long-password")
    return user


def is_red(colour: str) -> bool:
    red, green, blue = map(int, IN_RED.match(colour).groups())  # type: ignore[union-attr]
    return red > 2 * max(green, blue)


def test_the_first_wrong_field_is_red_and_has_the_focus(visit: Visit) -> None:
    page = visit.open("/accounts/signup/")
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill("carols-long-password")
    page.get_by_label("Password confirmation").fill("another")
    follow(page.get_by_role("button", name="Sign up"))
    wrong, right = page.get_by_label("Password confirmation"), page.get_by_label("Username")
    expect(wrong).to_be_focused()
    border = "e => getComputedStyle(e).borderTopColor"
    assert is_red(wrong.evaluate(border))
    assert not is_red(right.evaluate(border))


@pytest.mark.parametrize(
    ("path", "button", "label"),
    [
        ("/accounts/tokens/", "Make a token", "Name"),
        ("/accounts/password/", "Change password", "Old password"),
    ],
)
def test_so_is_every_form_that_is_sent_empty(
    visit: Visit, ann: User, path: str, button: str, label: str
) -> None:
    page = visit.open(path)
    page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    follow(page.locator("main").get_by_role("button", name=button))
    expect(page.get_by_label(label, exact=True)).to_be_focused()
    expect(page.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")


def test_to_load_the_page_of_a_new_token_again_makes_no_second_one(visit: Visit, ann: User) -> None:
    page = visit.open("/accounts/tokens/")
    page.get_by_label("Name").fill("Kitchen")
    follow(page.get_by_role("button", name="Make a token"))
    expect(page.locator("#secret")).to_be_visible()
    page.reload()
    expect(page.locator("#secret")).to_have_count(0)
    assert Token.objects.count() == 1
    assert visit.complaints == visit.strangers == []


@without_scripts
def test_to_revoke_a_token_asks_without_a_script_too(visit: Visit, ann: User) -> None:
    token, _ = Token.objects.issue(plugin="todo-user", name="Kitchen", user=ann)
    page = visit.open("/accounts/tokens/")
    expect(page.get_by_role("button", name="Revoke it")).to_be_hidden()
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_contain_text("“Kitchen” was revoked")
    token.refresh_from_db()
    assert token.revoked_at


@without_scripts
def test_examples_are_chosen_by_language_without_a_script(visit: Visit) -> None:
    page = visit.open("/todo/")
    for language, begins in (
        ("curl", "curl "),
        ("Python", "import requests"),
        ("JavaScript", "const answer"),
    ):
        page.get_by_role("radio", name=language).focus()
        page.keyboard.press("Space")
        shown = [each.inner_text() for each in page.locator(".samples pre:visible").all()]
        assert len(shown) == 2
        assert all(code.startswith(begins) for code in shown)


def test_the_examples_for_javascript_do_what_they_say(visit: Visit) -> None:
    page = visit.open("/todo/")
    told = []
    for code in page.locator(".samples .in-javascript code").all():
        with page.expect_console_message() as message:
            page.evaluate(f"async () => {{ {code.text_content()} }}")
        told.append(message.value.args[0].json_value())
    assert told == [{"todo": "Buy milk"}, {"todos": ["Buy milk"]}]
