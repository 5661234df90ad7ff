"""What scripts of other origins may call: what clients call, never what people see."""

import pytest
from django.test import Client

from tests.conftest import Mount
from tests.oauth.conftest import registration

pytestmark = pytest.mark.django_db

INSPECTOR = "http://localhost:6274"
METADATA = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
]
ENDPOINTS = ["/auth/oauth_exchange", "/auth/oauth_revoke"]


def preflight(mount: Mount, path: str, method: str, headers: str) -> dict[str, str]:
    response = mount.client.options(
        path,
        headers={
            "host": mount.host,
            "origin": INSPECTOR,
            "access-control-request-method": method,
            "access-control-request-headers": headers,
        },
    )
    assert response.status_code == 200
    assert "Access-Control-Allow-Credentials" not in response
    return {name.lower(): value for name, value in response.items()}


def paths(mount: Mount, path: str) -> list[str]:
    """Return where a document stands: below the plugin, and before its path (RFC 8414 3.1)."""
    if not path.startswith("/.well-known/"):
        return [mount.prefix + path]
    *before, name = path.split("/", 3)[1:3]
    below = path.removeprefix(f"/{before[0]}/{name}")
    return [mount.prefix + path, f"/.well-known/{name}{mount.prefix}{below}"]


@pytest.mark.parametrize("path", METADATA)
def test_every_script_may_read_metadata(either: Mount, path: str) -> None:
    for place in paths(either, path):
        allowed = preflight(either, place, "GET", "mcp-protocol-version")
        assert allowed["access-control-allow-origin"] == "*"
        assert "GET" in allowed["access-control-allow-methods"]
        assert "mcp-protocol-version" in allowed["access-control-allow-headers"]
        document = either.client.get(place, headers={"host": either.host, "origin": INSPECTOR})
        assert document["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ENDPOINTS)
def test_every_script_may_be_a_client(either: Mount, path: str) -> None:
    """RFC 9700 section 2.6."""
    allowed = preflight(either, either.prefix + path, "POST", "authorization,content-type")
    assert allowed["access-control-allow-origin"] == "*"
    assert allowed["access-control-allow-methods"] == "POST, OPTIONS"
    for header in ("authorization", "content-type"):
        assert header in allowed["access-control-allow-headers"]
    refused = either.post(path, {}, headers={"origin": INSPECTOR})
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in refused


@pytest.mark.parametrize("path", ENDPOINTS)
def test_no_cookie_is_needed_nor_looked_at(todo_oauth: Mount, path: str) -> None:
    script = Client(enforce_csrf_checks=True, headers={"origin": INSPECTOR})
    answer = script.post(todo_oauth.prefix + path, {}, "application/json")
    assert answer.status_code in (400, 401)


@registration(on=True)
def test_every_script_may_register(todo_oauth: Mount) -> None:
    allowed = preflight(todo_oauth, "/clients/", "POST", "content-type")
    assert allowed["access-control-allow-origin"] == "*"
    assert allowed["access-control-allow-methods"] == "POST, OPTIONS"
    script = Client(enforce_csrf_checks=True, headers={"origin": INSPECTOR})
    body = {"redirect_uris": ["http://localhost:6274/oauth/callback"]}
    answer = script.post("/clients/", body, "application/json")
    assert answer.status_code == 201
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/oauth", "/accounts/login/", "/accounts/apps/"])
def test_no_script_reads_what_people_see(either: Mount, path: str) -> None:
    place = either.prefix + path if path == "/oauth" else path
    headers = {"host": either.host, "origin": INSPECTOR}
    headers["access-control-request-method"] = "POST"
    for method in ("GET", "POST", "OPTIONS"):
        response = either.client.generic(method, place, headers=headers)
        assert "Access-Control-Allow-Origin" not in response
