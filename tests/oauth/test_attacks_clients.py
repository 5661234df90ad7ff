"""Attacks on what clients and people prove themselves by, each with its section."""

from dataclasses import replace

from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import Mount
from tests.oauth.conftest import (
    OAuthClient,
    connect,
    error,
    exchange,
    redeem,
    refresh,
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
