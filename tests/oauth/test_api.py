"""The todo API as todo-oauth protects and documents it."""

import re

import pytest
from django.contrib.auth.models import User
from openapi_spec_validator import validate
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Mount
from tests.oauth.conftest import SCOPES, OAuthClient, connect

CALLS = [
    ("GET", "/todos/ann", None, "todos:read"),
    ("POST", "/todos/ann", {"todo": "x"}, "todos:write"),
    ("DELETE", "/todos/ann", {"todo_idx": 0}, "todos:write"),
]


def test_the_manifest_says_how_to_install(either: Mount, db: None) -> None:
    assert either.get("/.well-known/ai-plugin.json").json()["auth"] == {
        "type": "oauth",
        "client_url": f"{either.url}/oauth",
        "scope": SCOPES,
        "authorization_url": f"{either.url}/auth/oauth_exchange",
        "authorization_content_type": "application/json",
        "verification_tokens": {},
    }


def test_the_openapi_document_shows_each_operations_scope(either: Mount, db: None) -> None:
    document = either.get("/openapi.json").json()
    validate(document)
    [flow] = document["components"]["securitySchemes"]["oauth"]["flows"].values()
    assert flow["authorizationUrl"] == f"{either.url}/oauth"
    assert flow["tokenUrl"] == flow["refreshUrl"] == f"{either.url}/auth/oauth_exchange"
    assert set(flow["scopes"]) == set(SCOPES.split())
    [operations] = document["paths"].values()
    for method, _, _, scope in CALLS:
        assert operations[method.lower()]["security"] == [{"oauth": [scope]}]
        assert {"401", "403"} <= operations[method.lower()]["responses"].keys()


@pytest.mark.parametrize(("method", "path", "body", "scope"), CALLS)
@pytest.mark.parametrize("granted", SCOPES.split())
def test_an_operation_needs_its_scope(
    method: str,
    path: str,
    body: object,
    scope: str,
    granted: str,
    either: Mount,
    ann: User,
    chatgpt: OAuthClient,
) -> None:
    """RFC 6750 section 3.1."""
    everything = connect(either, ann, chatgpt)["access_token"]
    either.post("/todos/ann", {"todo": "Buy milk"}, token=everything)
    token = connect(either, ann, chatgpt, scope=granted)["access_token"]
    response = either.call(method, path, body, token=token)
    if scope == granted:
        assert response.status_code == 200
        return
    assert response.status_code == 403
    challenge = response["WWW-Authenticate"]
    assert challenge == f'Bearer error="insufficient_scope", scope="{scope}"'
    assert scope in response.json()["detail"]


def test_without_a_token_the_challenge_leads_to_one(either: Mount, db: None) -> None:
    """RFC 9728 section 5.1, RFC 6750 section 3."""
    response = either.get("/todos/ann")
    assert response.status_code == 401
    assert "error" not in response["WWW-Authenticate"]
    url = re.search(r'resource_metadata="([^"]+)"', response["WWW-Authenticate"])
    assert url
    host = either.url.removesuffix(either.prefix)
    path = url[1].removeprefix(host)
    metadata = either.client.get(path, headers={"host": either.host}).json()
    assert metadata["resource"] == either.url
    refused = either.get("/todos/ann", token="unknown")
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused["WWW-Authenticate"]


def test_a_token_opens_both_mounts(
    either: Mount, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    token = connect(either, ann, chatgpt)["access_token"]
    assert todo_oauth.get("/todos/ann", token=token).status_code == 200


@pytest.mark.parametrize(("method", "path", "body", "_scope"), CALLS)
def test_a_call_takes_two_queries(
    method: str,
    path: str,
    body: object,
    _scope: str,
    either: Mount,
    ann: User,
    chatgpt: OAuthClient,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    token = connect(either, ann, chatgpt)["access_token"]
    either.post("/todos/ann", {"todo": "Buy milk"}, token=token)
    with django_assert_num_queries(2):
        assert either.call(method, path, body, token=token).status_code == 200


def test_a_refused_token_takes_one_query(
    todo_oauth: Mount, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert todo_oauth.get("/todos/ann", token="unknown").status_code == 401
    with django_assert_num_queries(0):
        assert todo_oauth.get("/todos/ann").status_code == 401


def test_the_store_is_the_plugins_own(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, todo: Mount
) -> None:
    todo.post("/todos/ann", {"todo": "Written by anybody"})
    token = connect(todo_oauth, ann, chatgpt)["access_token"]
    assert todo_oauth.get("/todos/ann", token=token).json() == {"todos": []}
