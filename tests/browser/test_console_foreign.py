"""What nobody here wrote, at the console: a plugin behind an authorization server of Authlib's."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from config.demo import PERSON, demo_secret
from tests.browser.chromium import follow
from tests.browser.conftest import Visit
from tests.browser.test_console import opened, sign_in
from tests.simulator.foreign.conftest import authlib, authlib_process  # noqa: F401  (fixtures)
from tests.simulator.foreign.process import ForeignServer


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic", "none"])
def test_it_registers_is_agreed_to_called_refreshed_and_ended(
    visit: Visit,
    settings: Any,
    authlib: ForeignServer,  # noqa: F811
    method: str,
) -> None:
    settings.DEBUG, settings.CONSOLE, settings.PUBLIC_URLS = True, True, []
    User.objects.create_user(PERSON, password=demo_secret(f"password of {PERSON}"))
    authlib.set(auth_methods=[method])
    page = visit.open("/console/")
    sign_in(page)
    page.get_by_label("Address").fill(authlib.url)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page.get_by_role("button", name="Install it"))
    follow(page.get_by_role("link", name="Go on, to sign in and agree"))
    follow(page.get_by_role("button", name="Agree"))
    expect(page.locator("#install")).to_contain_text("It is installed as")
    operation = opened(page, "getNotes")
    operation.get_by_label("name").fill("bread")
    follow(operation.get_by_role("button", name="Call getNotes"))
    expect(page.locator(".answer")).to_contain_text('"notes":["bread"]')
    authlib.set(tokens_expire=True)
    follow(opened(page, "getNotes").get_by_role("button", name="Call getNotes"))
    expect(page.locator(".answer .hint")).to_contain_text("HTTP status 200;")
    follow(page.get_by_role("button", name="Uninstall"))
    expect(page.locator("#uninstall .said")).to_contain_text("Revoked its tokens.")
    assert authlib.set()["tokens"] == 0
