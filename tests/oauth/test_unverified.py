"""What a person sees of a client that made itself known: its claims, as claims."""

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.conftest import Mount
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

pytestmark = pytest.mark.django_db

URL = "https://chatgpt.com/oauth/client.json"
UNCHECKED = "nobody checked this one"


@pytest.fixture(autouse=True)
def open_registration() -> Any:
    with registration(on=True):
        yield


@pytest.fixture(params=["registered", "described"])
def newcomer(request: pytest.FixtureRequest) -> OAuthClient:
    """A client of either kind at an https address, where a hand-made one is remembered."""
    if request.param == "registered":
        return registered("https://client.example/callback", client_name="ChatGPT")
    return described(URL, "https://client.example/callback", client_name="ChatGPT")


def shown(page: Any) -> str:
    assert page.status_code == 200, page.text
    return " ".join(unescape(page.text).split())


def test_where_it_leads_stands_before_what_it_calls_itself(
    newcomer: OAuthClient, either: Mount, ann: User
) -> None:
    page = shown(Browser(either, ann).open(newcomer, **pkce()[1]))
    assert "<h1>Connect an app to TODO List (OAuth)?</h1>" in page
    assert "<strong>client.example</strong>" in page
    assert page.index("<strong>client.example</strong>") < page.index("“ChatGPT”")
    assert UNCHECKED in page


def test_the_host_of_its_document_is_shown(todo_oauth: Mount, ann: User) -> None:
    """Client ID Metadata Documents, section 6.4."""
    client = described(URL, "http://127.0.0.1/callback", client_name="Codex")
    uri = "http://127.0.0.1:50505/callback"
    page = shown(Browser(todo_oauth, ann).open(client, redirect_uri=uri, **pkce()[1]))
    assert "<strong>chatgpt.com</strong>" in page
    assert "<strong>a program on this device (127.0.0.1:50505)</strong>" in page


def test_a_client_without_a_name_gets_none(todo_oauth: Mount, ann: User) -> None:
    client = registered("https://client.example/callback")
    page = shown(Browser(todo_oauth, ann).open(client, **pkce()[1]))
    assert "nothing: it gave no name" in page


def test_a_name_is_text_and_no_markup(todo_oauth: Mount, ann: User) -> None:
    client = registered("https://client.example/callback", client_name="<b>ChatGPT</b>")
    page = Browser(todo_oauth, ann).open(client, **pkce()[1])
    assert "&lt;b&gt;ChatGPT" in page.text and "<b>" not in page.text


def test_a_client_made_by_hand_bears_its_name(todo_oauth: Mount, ann: User) -> None:
    client = register("ChatGPT", "https://client.example/callback")
    page = shown(Browser(todo_oauth, ann).open(client))
    assert "<h1>Connect ChatGPT to TODO List (OAuth)?</h1>" in page
    assert UNCHECKED not in page
    assert "sent back to client.example." in page


def test_connected_apps_say_that_its_name_is_a_claim_and_that_it_asks_again(
    newcomer: OAuthClient, todo_oauth: Mount, ann: User
) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(newcomer, **pkce()[1])
    page = shown(browser.client.get("/accounts/apps/"))
    assert "It introduced itself under this name; nobody checked it." in page
    assert "if it asks again, you are asked too." in page


def test_connected_apps_say_no_such_thing_of_others(todo_oauth: Mount, ann: User) -> None:
    browser = Browser(todo_oauth, ann)
    browser.agree(register("ChatGPT", "https://client.example/callback"))
    page = shown(browser.client.get("/accounts/apps/"))
    assert "introduced itself" not in page
    assert "it gets this without asking you." in page


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"resource": "https://other.example/"}, "invalid_target"),
    ],
)
def test_its_errors_are_shown_and_it_is_told_when_the_person_goes_back(
    changes: dict[str, str | None], error: str, newcomer: OAuthClient, either: Mount, ann: User
) -> None:
    page = Browser(either, ann).open(newcomer, **{**pkce()[1], **changes})
    assert page.status_code == 400
    assert "Location" not in page
    link = unescape(page.text).partition('<a href="https://client.example/callback?')[2]
    query = link.partition('"')[0]
    assert f"error={error}" in query
    assert "state=the-state" in query
    assert "iss=http" in query


def test_refusing_is_told_at_once(newcomer: OAuthClient, todo_oauth: Mount, ann: User) -> None:
    browser = Browser(todo_oauth, ann)
    refused = browser.answer(browser.open(newcomer, **pkce()[1]), allow="")
    assert sent_back(refused)["error"] == "access_denied"
