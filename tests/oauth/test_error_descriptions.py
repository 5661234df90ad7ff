"""Every refusal that a client is answered says what to do about it: RFC 6749 section 5.2."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from oauthlib.oauth2.rfc6749 import errors

from oauth_demo.errors import described
from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    call,
    pkce,
    redeem,
    refresh,
    register_itself,
    registration,
    sent_back,
)

pytestmark = pytest.mark.django_db

ENDPOINTS = ["/auth/oauth_exchange", "/auth/oauth_revoke"]
SAYABLE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 section 5.2
WHAT_TO_DO = re.compile(r"\b(Send|Ask|Wait|Try|See|register|must be)\b", re.IGNORECASE)


def check(response: Any) -> None:
    assert response.status_code >= 400
    assert response["Content-Type"] == "application/json"
    answer = response.json()
    assert answer["error"]
    assert WHAT_TO_DO.search(answer["error_description"]), answer


BODIES: list[dict[str, str]] = [
    {},
    {"grant_type": "authorization_code"},
    {"grant_type": "authorization_code", "code": "x"},
    {"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://other.example/"},
    {"grant_type": "refresh_token"},
    {"grant_type": "refresh_token", "refresh_token": "x"},
    {"grant_type": "refresh_token", "refresh_token": "x", "resource": "https://eve.example/"},
    {"grant_type": "password", "username": "ann", "password": "anns-password"},
    {"grant_type": "client_credentials"},
    {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
    {"grant_type": "authorization_code", "code": "ü"},
]


@pytest.mark.parametrize("body", BODIES, ids=str)
@pytest.mark.parametrize("way", ["json", "form", "basic"])
def test_of_the_token_endpoint(
    way: str, body: dict[str, str], either: Mount, chatgpt: OAuthClient
) -> None:
    response = call(either, ENDPOINTS[0], chatgpt, way, **body)
    check(response)
    assert SAYABLE.fullmatch(response.json()["error_description"])


@pytest.mark.parametrize("path", ENDPOINTS)
def test_of_who_cannot_prove_who_they_are(path: str, todo_oauth: Mount, ann: User) -> None:
    for sent in ({}, {"client_id": "nobody"}, {"client_id": "nobody", "client_secret": "wrong"}):
        body = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x", **sent}
        check(todo_oauth.post(path, body))
    check(todo_oauth.post(path, {}, headers={"authorization": "Bearer x"}))


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff", b"a=b&" * 2000])
def test_of_bodies_that_are_none(raw: bytes, path: str, todo_oauth: Mount) -> None:
    check(todo_oauth.post(path, raw=raw))


@pytest.mark.parametrize("path", ENDPOINTS)
def test_of_other_methods_and_parameters_in_the_url(path: str, todo_oauth: Mount) -> None:
    url = f"{todo_oauth.prefix}{path}"
    for response in (Client().get(url), Client().put(url), Client().post(f"{url}?token=x")):
        check(response)


def test_of_too_many_wrong_secrets(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    eve = OAuthClient(chatgpt.application, "wrong")
    answers = [refresh(todo_oauth, eve, "x") for _ in range(21)]
    assert answers[-1].status_code == 429
    for answer in answers:
        check(answer)


def test_of_a_code_that_came_back_or_with_another_verifier(
    todo_oauth: Mount, ann: User, laptop: OAuthClient
) -> None:
    verifier, challenge = pkce()
    code = Browser(todo_oauth, ann).agree(laptop, **challenge)
    check(redeem(todo_oauth, laptop, code))
    check(redeem(todo_oauth, laptop, code, code_verifier="a" * 43))
    redeem(todo_oauth, laptop, code, code_verifier=verifier)
    check(redeem(todo_oauth, laptop, code, code_verifier=verifier))


@pytest.mark.parametrize(
    "error", [each for each in vars(errors).values() if hasattr(each, "error")], ids=str
)
@pytest.mark.parametrize("grant_type", ["authorization_code", "refresh_token", ""])
def test_of_every_error_that_the_library_knows(error: Any, grant_type: str) -> None:
    answer = json.loads(described(json.dumps({"error": error.error}), grant_type=grant_type))
    assert WHAT_TO_DO.search(answer["error_description"])


BROKEN_METADATA: list[Any] = [b"", b"[]", b"\xff", [], "x"]


@pytest.mark.parametrize("on", [True, False])
def test_of_registration(on: bool) -> None:
    with registration(on=on):
        client = Client()
        registered = {"redirect_uris": ["https://a.example/"]}
        for response in (
            *map(register_itself, BROKEN_METADATA),
            client.get("/clients/"),
            client.put("/clients/"),
            client.post("/clients/nobody/"),
            client.get("/clients/nobody/"),
            client.get("/clients/nobody/", headers={"authorization": "Bearer wrong"}),
            client.put("/clients/nobody/", json.dumps(registered), "application/json"),
            client.delete("/clients/nobody/"),
        ):
            check(response)


@pytest.mark.parametrize(
    "changes",
    [
        {"response_type": "token"},
        {"response_type": None},
        {"scope": "admin"},
        {"resource": "https://eve.example/"},
        {"code_challenge": "a" * 43, "code_challenge_method": "plain"},
        {"code_challenge": "short", "code_challenge_method": "S256"},
    ],
    ids=str,
)
def test_of_the_authorization_endpoint(
    changes: dict[str, str | None], todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    answer = sent_back(Browser(todo_oauth, ann).open(chatgpt, **changes))
    assert SAYABLE.fullmatch(answer["error_description"])
    assert (
        WHAT_TO_DO.search(answer["error_description"]) or "must be" in answer["error_description"]
    )


def test_of_a_person_who_refuses(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    browser = Browser(todo_oauth, ann)
    answer = sent_back(browser.answer(browser.open(chatgpt), allow=""))
    assert answer["error"] == "access_denied"
    assert "The person refused" in answer["error_description"]
