"""Attacks on what clients and people prove themselves by, each with its section."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from oauth2_provider.models import Application, Grant
from pytest_django import Settings

from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    connect,
    described,
    error,
    exchange,
    pkce,
    redeem,
    refresh,
    register_itself,
    registered,
    registration,
)


def test_client_enumeration(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    """RFC 6749 5.2: an unknown client and a wrong secret get the same answer."""
    known = exchange(
        todo_oauth, chatgpt, client_secret="x", grant_type="refresh_token", refresh_token="x"
    )
    unknown = exchange(
        todo_oauth, chatgpt, client_id="x", grant_type="refresh_token", refresh_token="x"
    )
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)


def test_secret_brute_force(todo_oauth: Mount, chatgpt: OAuthClient, laptop: OAuthClient) -> None:
    """RFC 6749 10.10: guessing stops; another client, and another address, go on."""
    guess = {"grant_type": "refresh_token", "refresh_token": "x"}
    for _ in range(20):
        response = exchange(todo_oauth, chatgpt, client_secret="guess", **guess)
        assert error(response) == "invalid_client"
    response = exchange(todo_oauth, chatgpt, **guess)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 61
    assert exchange(todo_oauth, laptop, **guess).status_code == 400
    elsewhere = replace(todo_oauth, client=Client(REMOTE_ADDR="10.0.0.2"))
    assert exchange(elsewhere, chatgpt, **guess).status_code == 400


def test_a_strangers_bad_codes(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 10.10: a client that proved itself is not locked out by codes sent to it."""
    tokens = connect(todo_oauth, ann, chatgpt)
    for _ in range(30):
        assert redeem(todo_oauth, chatgpt, "bogus").status_code == 400
    assert refresh(todo_oauth, chatgpt, tokens["refresh_token"]).status_code == 200


def test_password_brute_force(todo_oauth: Mount, ann: User, bob: User) -> None:
    """RFC 6749 10.10: guessing stops, with 429; Bob signs in from the same address."""
    browser = Client()
    for _ in range(9):
        guess = browser.post("/accounts/login/", {"username": "ann", "password": "guess"})
        assert guess.status_code == 200
    answer = {"username": "ann", "password": "guess"}
    assert browser.post("/accounts/login/", answer).status_code == 429
    page = browser.post("/accounts/login/", {"username": "ann", "password": "anns-password"})
    assert page.status_code == 429
    assert "Too many attempts" in page.text
    assert browser.post("/admin/login/", answer).status_code == 429
    answer = {"username": "bob", "password": "bobs-password"}
    assert browser.post("/accounts/login/", answer).status_code == 302


@registration(on=True)
@pytest.mark.parametrize("by", ["registration", "document"])
def test_impersonating_name(by: str, todo_oauth: Mount, ann: User) -> None:
    """RFC 7591 5, Client ID Metadata Documents 6.4: whoever calls itself ChatGPT shows where it is.

    Title and heading are this site's, and have no word of the client's.
    """
    name, uri = "ChatGPT, checked by OpenAI", "https://eve.example/callback"
    if by == "registration":
        client = registered(uri, client_name=name)
    else:
        client = described("https://eve.example/client.json", uri, client_name=name)
    page = Browser(todo_oauth, ann).open(client, **pkce()[1]).text
    before_the_claims = page.partition("It calls itself")[0]
    assert "<title>Connect an app" in before_the_claims
    assert "ChatGPT" not in before_the_claims
    assert "<strong>eve.example</strong>" in page
    assert "Any app can do so under any name" in page


@registration(on=True)
@pytest.mark.parametrize("by", ["registration", "document"])
def test_silent_approval(by: str, todo_oauth: Mount, ann: User) -> None:
    """RFC 9700 4.11.2, RFC 8252 8.6: what was agreed once gives no second code unasked."""
    uri = "https://client.example/callback"
    if by == "registration":
        client = registered(uri)
    else:
        client = described("https://client.example/client.json", uri)
    browser = Browser(todo_oauth, ann)
    browser.agree(client, **pkce()[1])
    for changes in ({}, {"approval_prompt": "auto"}, {"prompt": "none"}, {"scope": "todos:read"}):
        assert browser.open(client, **pkce()[1], **changes).status_code == 200
    assert Grant.objects.count() == 1


@registration(on=True)
@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "nonsense"},
        {"response_type": "token"},
        {"resource": "https://eve.example/"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
        {"prompt": "none"},
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_open_redirect_by_registration(
    changes: dict[str, str], signed_in: bool, todo_oauth: Mount, ann: User
) -> None:
    """RFC 9700 4.11.2: a link to this site leads to Eve's only if the person says so there."""
    client = registered("https://eve.example/")
    page = Browser(todo_oauth, ann if signed_in else None).open(client, **{**pkce()[1], **changes})
    assert not page.headers.get("Location", "").startswith("https://eve.example")
    if signed_in:
        assert "eve.example" in page.text
        assert page.status_code in (200, 400)


@registration(on=True)
def test_registration_flood(db: None, settings: Settings) -> None:
    """RFC 7591 5: what one address registers is limited, and so is what all leave behind."""
    body = {"redirect_uris": ["https://eve.example/"]}
    statuses = [register_itself(body).status_code for _ in range(25)]
    assert statuses == [201] * 20 + [429] * 5
    settings.OAUTH_UNUSED_CLIENTS = 30
    many = [register_itself(body, f"10.0.0.{number}").status_code for number in range(20)]
    assert many == [201] * 10 + [503] * 10
    assert Application.objects.count() == 30


@registration(on=True)
@pytest.mark.parametrize(
    "client_id",
    [
        *("https://127.0.0.1:9/client.json", "https://[::1]/c", "https://localhost/c", "https://"),
        *("https://169.254.169.254/latest", "https://10.0.0.1/c", "https://[::ffff:10.0.0.1]/c"),
        *("https://2130706433/c", "https://user@127.0.0.1/c", "https://127.0.0.1:99999/c"),
        *("https://a.example/../c", "https://a.example/c#x", "HTTPS://127.0.0.1/c"),
    ],
)
def test_server_side_request_forgery(client_id: str, todo_oauth: Mount, ann: User) -> None:
    """Client ID Metadata Documents 6.5: no client makes this site call its own network.

    What is refused, and what does not answer, look alike.
    """
    query = {"client_id": client_id, "response_type": "code", **pkce()[1]}
    page = Browser(todo_oauth, ann).client.get("/todo-oauth/oauth", query)
    assert page.status_code == 400
    assert "No document could be read at this client_id" in page.text
    assert not Application.objects.exists()
