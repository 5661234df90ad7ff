"""What people are told on their way through the flow, and that no step of it loses the request."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User

from oauth_demo.models import Consent
from plugins.auth import OAuth
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    described,
    pkce,
    register,
    registered,
    registration,
    sent_back,
)
from tests.site.plugins import PLUGINS

pytestmark = pytest.mark.django_db

READ, WRITE = "See the todos on your list", "Add todos to your list, and delete them"
OTHERS = [
    plugin.slug
    for plugin in PLUGINS
    if isinstance(plugin.auth, OAuth) and plugin.slug != "todo-oauth"
]


def shown(page: Any) -> str:
    assert page.status_code == 200, page.text
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
    return re.sub(r" ([.,:])", r"\1", words)


def page_on_the_way(browser: Browser, client: OAuthClient, name: str, **changes: Any) -> Any:
    """Return the page to which the request leads who is not signed in, or its neighbour."""
    url = browser.open(client, **changes)["Location"].replace("/login/", f"/{name}/")
    return browser.client.get(url)


@pytest.mark.parametrize("name", ["login", "signup"])
def test_who_signs_in_or_up_is_told_which_app_wants_what(
    name: str, either: Mount, chatgpt: OAuthClient
) -> None:
    text = shown(page_on_the_way(Browser(either), chatgpt, name))
    assert "ChatGPT wants to connect to TODO List (OAuth)" in text
    assert "sends you back to chat.openai.com" in text
    assert READ in text and WRITE in text
    assert "You make tokens" not in text


def test_it_is_told_of_what_is_asked_and_no_more(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    page = page_on_the_way(Browser(todo_oauth), chatgpt, "login", scope="todos:read openid")
    assert READ in shown(page) and WRITE not in shown(page)


def test_a_wrong_password_keeps_it_in_sight(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    browser = Browser(todo_oauth)
    login = browser.open(chatgpt)["Location"]
    page = browser.client.post(login, {"username": "ann", "password": "wrong"})
    assert "ChatGPT wants to connect" in shown(page)


def test_of_an_app_that_named_itself_it_is_said_that_nobody_checked_it(
    todo_oauth: Mount, ann: User
) -> None:
    with registration(on=True):
        client = registered("https://eve.example/callback", client_name="ChatGPT")
        text = shown(page_on_the_way(Browser(todo_oauth), client, "login", **pkce()[1]))
        assert "An app wants to connect to TODO List (OAuth). not verified" in text
        assert text.index("eve.example") < text.index("“ChatGPT”")
        assert "not verified" in shown(Browser(todo_oauth, ann).open(client, **pkce()[1]))


def test_an_app_that_the_operator_made_is_not_marked(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    assert "not verified" not in shown(Browser(todo_oauth, ann).open(chatgpt))


@pytest.mark.parametrize(
    "wanted",
    [
        "/",
        "/todo-oauth/oauth",
        "/todo-oauth/oauth?client_id=nobody",
        "/todo-oauth/oauth?client_id={}&redirect_uri=https://eve.example/",
        "/todo-oauth/oauth?client_id={}&redirect_uri=http://[",
        "/todo-oauth/oauth?client_id={}&redirect_uri=https://chatgpt.com/aip/plugin-1/oauth/callback"
        "&scope=admin",
        "https://eve.example/todo-oauth/oauth?client_id={}",
    ],
)
def test_nothing_is_said_of_a_request_that_leads_nowhere(
    wanted: str, todo_oauth: Mount, chatgpt: OAuthClient
) -> None:
    query = {"next": wanted.format(chatgpt.id)}
    text = shown(Browser(todo_oauth).client.get("/accounts/login/", query))
    assert "wants to connect" not in text and "ChatGPT" not in text


def test_another_account_is_used_for_the_same_request(
    either: Mount, ann: User, bob: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(either, ann)
    page = browser.open(chatgpt)
    assert "Use another account" in page.text
    [wanted] = set(re.findall(r'name="next" value="([^"]+)"', page.text))
    out = browser.client.post("/accounts/logout/", {"next": unescape(wanted)})
    assert out["Cross-Origin-Opener-Policy"] == "unsafe-none"  # a popup keeps its opener
    login = browser.client.get(out["Location"])["Location"]
    assert "ChatGPT wants to connect" in shown(browser.client.get(login))
    back = browser.client.post(login, {"username": "bob", "password": "bobs-password"})
    page = browser.client.get(back["Location"])
    assert "as bob, in TODO List (OAuth)" in shown(page)
    answer = sent_back(browser.answer(page))
    assert answer["code"] and answer["state"] == "the-state"


def test_signing_out_in_the_head_of_the_page_keeps_the_request_too(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    page = Browser(todo_oauth, ann).open(chatgpt).text
    out = page[page.index('action="/accounts/logout/"') : page.index("<main")]
    assert 'name="next" value="/todo-oauth/oauth?' in out


def test_signing_out_elsewhere_leads_to_the_first_page(todo_oauth: Mount, ann: User) -> None:
    client = Browser(todo_oauth, ann).client
    for wanted in ({}, {"next": "https://eve.example/"}):
        assert client.post("/accounts/logout/", wanted)["Location"] == "/"
        client.force_login(ann)


def test_both_are_pictured_and_no_answer_is_dressed_as_a_deletion(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    page = Browser(either, ann).open(chatgpt).text
    main = page[page.index("<main") : page.index("</main>")]
    assert f'src="{either.prefix}/logo.png"' in main
    assert '<span class="app">C</span>' in main
    for wrong in ("checkbox", 'class="checks"', "danger"):
        assert wrong not in main


def test_an_app_that_named_itself_has_no_picture_of_its_own(todo_oauth: Mount, ann: User) -> None:
    with registration(on=True):
        client = described(
            "https://eve.example/client.json",
            "https://eve.example/callback",
            client_name="ChatGPT",
            logo_uri="https://chatgpt.com/logo.png",
        )
        page = Browser(todo_oauth, ann).open(client, **pkce()[1]).text
    assert '<span class="app unknown">?</span>' in page
    assert "chatgpt.com" not in page


@pytest.mark.parametrize("other", OTHERS)
def test_what_the_app_may_do_in_other_plugins_is_said(
    other: str, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    before = shown(Browser(todo_oauth, ann).open(chatgpt))
    assert "It reaches nothing else of yours on this site." in before
    plugin = next(plugin for plugin in PLUGINS if plugin.slug == other)
    Browser(mount_of(other), ann).agree(chatgpt, scope="")
    text = shown(Browser(todo_oauth, ann).open(chatgpt))
    assert "nothing else of yours on this site" not in text
    assert "You gave it more before, which it keeps" in text
    for words in (other, *plugin.auth.scopes.values()):
        assert words in text


def test_what_other_apps_may_do_is_not_said_of_this_one(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    for slug in OTHERS:
        Browser(mount_of(slug), ann).agree(register("Phone", "https://phone.example/"), scope="")
    assert "You gave it more before" not in shown(Browser(todo_oauth, ann).open(chatgpt))


def test_what_was_agreed_before_is_told_from_what_is_new(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(chatgpt, scope="todos:read")
    text = shown(browser.open(chatgpt))
    assert f"{READ} (you agreed to this before) {WRITE} You" not in text
    assert f"{READ} (you agreed to this before)" in text
    assert f"{WRITE} (you" not in text
    assert Consent.objects.get().scopes == {"todos:read"}


def test_the_host_is_said_where_the_code_goes(todo_oauth: Mount, ann: User) -> None:
    client = register("Phone", "https://login.phone.example/callback")
    text = shown(Browser(todo_oauth, ann).open(client))
    assert "It sends you back to login.phone.example" in text


def test_consent_leads_to_what_the_app_could_see(
    either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    page = Browser(either, ann).open(chatgpt).text
    [home] = re.findall(r'<a href="([^"]+)"[^>]*>See what it can see</a>', page)
    assert home.startswith(f"{either.url}/")
    path = home.removeprefix(f"http://{either.host}")
    assert Browser(either, ann).client.get(path).status_code == 200
