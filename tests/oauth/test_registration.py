"""Clients that register themselves: RFC 7591 and 7592."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from oauth2_provider.models import AccessToken, Application

from tests.conftest import Mount
from tests.oauth.conftest import (
    LOOPBACK,
    Browser,
    OAuthClient,
    pkce,
    redeem,
    register_itself,
    registration,
)

pytestmark = pytest.mark.django_db

ON, OFF = registration(on=True), registration(on=False)


@OFF
def test_where_it_is_off_nobody_registers() -> None:
    assert register_itself({"redirect_uris": [LOOPBACK]}).status_code == 404
    assert not Application.objects.exists()


@ON
def test_a_client_registers_connects_and_manages_itself(todo_oauth: Mount, ann: User) -> None:
    """RFC 7591 section 3, RFC 7592 section 2."""
    metadata = {
        "client_name": "Inspector",
        "redirect_uris": [LOOPBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    response = register_itself(metadata)
    assert response.status_code == 201, response.text
    answer = response.json()
    client = OAuthClient(Application.objects.get(client_id=answer["client_id"]), "")
    verifier, challenge = pkce()
    code = Browser(todo_oauth, ann).agree(client, **challenge)
    assert redeem(todo_oauth, client, code, code_verifier=verifier).status_code == 200
    manage = answer["registration_client_uri"].removeprefix("http://testserver")
    bearer = {"authorization": f"Bearer {answer['registration_access_token']}"}
    assert Client().get(manage).status_code == 401
    assert Client().get(manage, headers=bearer).json()["client_name"] == "Inspector"
    assert Client().delete(manage, headers=bearer).status_code == 204
    assert not AccessToken.objects.filter(user=ann).exists()


@ON
def test_a_registration_token_opens_no_list(todo_oauth: Mount, ann: User) -> None:
    answer = register_itself({"redirect_uris": ["https://a.example/"]}).json()
    token = answer["registration_access_token"]
    assert todo_oauth.get("/todos/ann", token=token).status_code == 401


@ON
def test_a_registered_secret_is_kept_as_a_hash() -> None:
    response = register_itself({"redirect_uris": ["https://a.example/"]})
    stored = Application.objects.get().client_secret
    assert response.json()["client_secret"] not in stored
    assert stored.startswith("pbkdf2_sha256_once$")
    assert response.json()["client_secret_expires_at"] == 0
    assert response["Cache-Control"] == "no-store"


@ON
def test_a_client_is_nobodys_though_somebody_is_signed_in(ann: User) -> None:
    browser = Client()
    browser.force_login(ann)
    body = {"redirect_uris": ["https://a.example/"]}
    assert browser.post("/clients/", body, "application/json").status_code == 201
    assert Application.objects.get().user is None


@ON
@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"null",
        b"[" * 10_000,
        b"{" + b" " * 17_000 + b"}",
        b"{" + b" " * 3_000_000 + b"}",
        b'{"redirect_uris": ["https://a.example/"], "client_name": "\\ud800"}',
        b'{"redirect_uris": ["https://a.example/"], "grant_types": ["password", "implicit"]}',
        {"redirect_uris": ["https://a.example/"], "client_name": None},
        {"redirect_uris": ["https://a.example/"], "client_name": "x" * 101},
        {"redirect_uris": ["https://a.example/"], "client_name": "Chat\nGPT"},
        {"redirect_uris": ["https://a.example/"], "client_name": "Chat\u202eTPG"},
        {"redirect_uris": ["https://a.example/"], "client_name": "Chat\u200bGPT"},
        {"redirect_uris": ["https://a.example/"], "client_name": " "},
        {"redirect_uris": ["https://a.example/"], "client_name": "\u3164"},
        {"redirect_uris": ["https://a.example/"], "client_name": "ChatGPT\ufe0f"},
        {"redirect_uris": ["https://a.example/"], "client_name": "x" + "\u0300" * 4},
        {"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": ["none"]},
    ],
)
def test_bad_metadata_is_refused(metadata: Any) -> None:
    """RFC 7591 section 3.2.2."""
    response = register_itself(metadata)
    assert response.status_code == 400, response.text
    assert response.json()["error"] == "invalid_client_metadata"
    assert not Application.objects.exists()


@ON
@pytest.mark.parametrize(
    "name", ["x" * 100, "Été 🌞", "❤\ufe0f", "日本語クライアント", "ผู้ช่วย", "नमस्ते"]
)
def test_a_name_that_shows_is_taken(name: str) -> None:
    body = {"redirect_uris": ["https://a.example/"], "client_name": name}
    assert register_itself(body).json()["client_name"] == name


@ON
def test_nobody_registers_without_end() -> None:
    for _ in range(20):
        assert register_itself({"redirect_uris": ["https://a.example/"]}).status_code == 201
    refused = register_itself({"redirect_uris": ["https://a.example/"]})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 61
    assert Client().put("/clients/unknown/", b"{}").status_code == 429
    other = register_itself({"redirect_uris": ["https://a.example/"]}, "10.0.0.2")
    assert other.status_code == 201


@ON
@pytest.mark.parametrize(
    "metadata",
    [
        {"grant_types": ["password"]},
        {"grant_types": ["client_credentials"]},
        {"grant_types": ["implicit"]},
        {"grant_types": ["refresh_token"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"response_types": [[]]},
    ],
)
def test_what_is_not_served_is_not_promised(metadata: dict[str, Any]) -> None:
    """RFC 7591 section 3.2.2."""
    answer = register_itself({"redirect_uris": [LOOPBACK], **metadata})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"
    assert not Application.objects.exists()
