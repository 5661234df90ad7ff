"""OAuth clients that others wrote, against the running server.

Those that need Node, or packages of another age, are in `clients/` (`make test-clients`).
"""

import re
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from django.contrib.auth.models import User
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from requests_oauthlib import OAuth2Session

from tests.oauth.conftest import Form, OAuthClient, register

REDIRECT_URI = "http://127.0.0.1:7777/callback"


@pytest.fixture(params=["prefix", "host"])
def site(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> str:
    """The URL of todo-oauth on a server that listens, at both of its mounts."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    port = live_server.thread.port
    if request.param == "prefix":
        return f"http://127.0.0.1:{port}/todo-oauth"
    settings.PLUGIN_HOSTS = {"localhost": "todo-oauth"}
    return f"http://localhost:{port}"


@pytest.fixture
def client(transactional_db: None) -> OAuthClient:
    return register("Library", REDIRECT_URI)


@pytest.fixture
def public_client(transactional_db: None) -> OAuthClient:
    return register("Public library", REDIRECT_URI, public=True)


@pytest.fixture
def ann(transactional_db: None) -> User:
    return User.objects.create_user("ann", password="anns-password")


def agree(url: str) -> str:
    """Sign in as Ann, agree, and return the address that she is sent to."""
    with requests.Session() as browser:
        page = browser.get(url)
        for answer in ({"username": "ann", "password": "anns-password"}, {"allow": "True"}):
            fields = {**Form(page.text).fields, **answer}
            action = re.search(r'<form method="post" action="(/[^"]*oauth)"', page.text)
            target = requests.compat.urljoin(page.url, action[1]) if action else page.url
            page = browser.post(target, fields, allow_redirects=False)
            if page.headers["Location"].startswith(REDIRECT_URI):
                return str(page.headers["Location"])
            page = browser.get(requests.compat.urljoin(page.url, page.headers["Location"]))
    raise AssertionError(page.text)


def discover(site: str) -> dict[str, str]:
    metadata: dict[str, str] = requests.get(
        f"{site}/.well-known/oauth-authorization-server", timeout=30
    ).json()
    return metadata


def todos(session: Any, site: str) -> list[str]:
    assert session.post(f"{site}/todos/ann", json={"todo": "Buy milk"}).status_code == 200
    answer: list[str] = session.get(f"{site}/todos/ann").json()["todos"]
    return answer


def test_requests_oauthlib(site: str, ann: User, client: OAuthClient) -> None:
    session = OAuth2Session(
        client.id, redirect_uri=REDIRECT_URI, scope=["todos:read", "todos:write"]
    )
    metadata = discover(site)
    url, _ = session.authorization_url(metadata["authorization_endpoint"])
    session.fetch_token(
        metadata["token_endpoint"], authorization_response=agree(url), client_secret=client.secret
    )
    assert todos(session, site) == ["Buy milk"]
    old = session.token["access_token"]
    session.refresh_token(
        metadata["token_endpoint"], client_id=client.id, client_secret=client.secret
    )
    assert session.token["access_token"] != old
    assert session.get(f"{site}/todos/ann").status_code == 200
    session.close()  # else the server keeps a connection to the database for it


def test_requests_oauthlib_as_a_public_client(
    site: str, ann: User, public_client: OAuthClient
) -> None:
    session = OAuth2Session(public_client.id, redirect_uri=REDIRECT_URI, pkce="S256")
    metadata = discover(site)
    url, _ = session.authorization_url(metadata["authorization_endpoint"])
    session.fetch_token(
        metadata["token_endpoint"], authorization_response=agree(url), include_client_id=True
    )
    assert todos(session, site) == ["Buy milk"]
    session.close()


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib(method: str, site: str, ann: User, client: OAuthClient) -> None:
    session = AuthlibSession(
        client.id,
        client.secret,
        redirect_uri=REDIRECT_URI,
        scope="todos:read todos:write",
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )
    metadata = discover(site)
    verifier = "a-code-verifier-of-at-least-forty-three-characters"
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier
    )
    session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=agree(url),
        state=state,
        code_verifier=verifier,
    )
    assert todos(session, site) == ["Buy milk"]
    session.refresh_token(metadata["token_endpoint"])
    token = session.token["access_token"]
    assert session.get(f"{site}/todos/ann").status_code == 200
    session.revoke_token(metadata["revocation_endpoint"], token=token)
    session.close()
    bearer = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{site}/todos/ann", headers=bearer, timeout=30).status_code == 401
