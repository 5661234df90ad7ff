"""Clients that make themselves known; off unless the operator asks for it."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, override_settings
from oauth2_provider.models import AccessToken, Application

from oauth_demo.registration import MetadataFetcher, with_supported_auth_method
from tests.conftest import Mount
from tests.oauth.conftest import LOOPBACK, Browser, OAuthClient, pkce, redeem

pytestmark = pytest.mark.django_db

REGISTRATION = override_settings(OAUTH2_PROVIDER={**settings.OAUTH2_PROVIDER, "DCR_ENABLED": True})
METADATA = override_settings(OAUTH2_PROVIDER={**settings.OAUTH2_PROVIDER, "CIMD_ENABLED": True})


def register(metadata: Any, address: str = "127.0.0.1") -> Any:
    body = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    client = Client(raise_request_exception=False, REMOTE_ADDR=address)
    return client.post("/clients/", body, "application/json")


def test_registration_is_off() -> None:
    assert register({"redirect_uris": [LOOPBACK]}).status_code == 404
    assert not Application.objects.exists()


@REGISTRATION
def test_a_client_registers_connects_and_manages_itself(todo_oauth: Mount, ann: User) -> None:
    """RFC 7591 section 3, RFC 7592 section 2."""
    metadata = {
        "client_name": "Inspector",
        "redirect_uris": [LOOPBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    response = register(metadata)
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


@REGISTRATION
def test_a_registration_token_opens_no_list(todo_oauth: Mount, ann: User) -> None:
    answer = register({"redirect_uris": ["https://a.example/"]}).json()
    token = answer["registration_access_token"]
    assert todo_oauth.get("/todos/ann", token=token).status_code == 401


@REGISTRATION
def test_a_registered_secret_is_kept_as_a_hash() -> None:
    secret = register({"redirect_uris": ["https://a.example/"]}).json()["client_secret"]
    stored = Application.objects.get().client_secret
    assert secret not in stored
    assert stored.startswith("pbkdf2_sha256_once$")


@REGISTRATION
@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"redirect_uris": ["https://a.example/"], "client_name": "\\ud800"}',
        {},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["https://*.example/"]},
        {"redirect_uris": [5]},
        {"redirect_uris": ["https://a.example/"], "grant_types": ["password", "implicit"]},
        {"redirect_uris": ["https://a.example/"], "client_name": None},
        {"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": ["none"]},
    ],
)
def test_bad_metadata_is_refused(metadata: Any) -> None:
    response = register(metadata)
    assert response.status_code == 400, response.text
    assert response.json()["error"] == "invalid_client_metadata"
    assert not Application.objects.exists()


@REGISTRATION
def test_nobody_registers_without_end() -> None:
    for _ in range(20):
        assert register({"redirect_uris": ["https://a.example/"]}).status_code == 201
    refused = register({"redirect_uris": ["https://a.example/"]})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 61
    assert register({"redirect_uris": ["https://a.example/"]}, "10.0.0.2").status_code == 201


@METADATA
@pytest.mark.parametrize(
    "client_id",
    ["https://127.0.0.1:9/client.json", "https://[::1]/c", "https://localhost/c", "https://"],
)
def test_no_client_makes_this_site_call_its_own_network(
    client_id: str, todo_oauth: Mount, ann: User
) -> None:
    """Client ID Metadata Documents, section 6.5: server-side request forgery."""
    page = Browser(todo_oauth, ann).client.get(
        "/todo-oauth/oauth", {"client_id": client_id, "response_type": "code"}
    )
    assert page.status_code == 400
    assert not Application.objects.exists()


class ChatGPTsDocument(MetadataFetcher):
    """Answers what chatgpt.com would: its address is out of reach of a test."""

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        document = {
            "client_id": client_id,
            "client_name": "ChatGPT",
            "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
        }
        return with_supported_auth_method(document), 3600


def test_a_client_is_known_by_the_url_of_its_metadata(todo_oauth: Mount, ann: User) -> None:
    on = {
        **settings.OAUTH2_PROVIDER,
        "CIMD_ENABLED": True,
        "CIMD_METADATA_FETCHER": f"{__name__}.ChatGPTsDocument",
    }
    with override_settings(OAUTH2_PROVIDER=on):
        client_id = "https://chatgpt.com/oauth/client.json"
        uri = "https://chatgpt.com/connector_platform_oauth_redirect"
        verifier, challenge = pkce()
        client = OAuthClient(
            Application(client_id=client_id, redirect_uris=uri, client_type="public"), ""
        )
        code = Browser(todo_oauth, ann).agree(client, **challenge)
        assert redeem(todo_oauth, client, code, code_verifier=verifier).status_code == 200
        assert Application.objects.get().registration_source == "cimd"


@REGISTRATION
@pytest.mark.parametrize(
    "metadata",
    [
        {"grant_types": ["password"]},
        {"grant_types": ["client_credentials"]},
        {"grant_types": ["implicit"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"response_types": [[]]},
        {"redirect_uris": ["https://x.example/cb http://y.example"]},
    ],
)
def test_what_is_not_served_is_not_promised(metadata: dict[str, Any]) -> None:
    """RFC 7591 section 3.2.2."""
    answer = register({"redirect_uris": [LOOPBACK], **metadata})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"
    assert not Application.objects.exists()
