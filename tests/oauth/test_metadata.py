"""What clients read about the authorization server and the API, and where they look for it."""

import re
from typing import Any

import pytest

from tests.conftest import Mount
from tests.oauth.conftest import SCOPES, registration


def well_known(mount: Mount, name: str) -> list[str]:
    """Return where a document stands: by the RFCs, and below the plugin, where others look."""
    return [f"/.well-known/{name}{mount.prefix}", f"{mount.prefix}/.well-known/{name}"]


@registration(on=False)
def test_the_authorization_server_describes_itself(either: Mount, db: None) -> None:
    """RFC 8414 sections 2 and 3.1."""
    for path in well_known(either, "oauth-authorization-server"):
        response = either.client.get(path, headers={"host": either.host})
        assert response.status_code == 200
        assert response.json() == {
            "issuer": either.url,
            "authorization_endpoint": f"{either.url}/oauth",
            "token_endpoint": f"{either.url}/auth/oauth_exchange",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "client_secret_basic",
                "none",
            ],
            "revocation_endpoint": f"{either.url}/auth/oauth_revoke",
            "revocation_endpoint_auth_methods_supported": [
                "client_secret_post",
                "client_secret_basic",
                "none",
            ],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": SCOPES.split(),
            "authorization_response_iss_parameter_supported": True,
            "client_id_metadata_document_supported": False,
            "service_documentation": f"{either.url}/",
        }


def test_the_api_describes_itself(either: Mount, db: None) -> None:
    """RFC 9728 sections 2 and 3.1."""
    for path in well_known(either, "oauth-protected-resource"):
        response = either.client.get(path, headers={"host": either.host})
        assert response.json() == {
            "resource": either.url,
            "authorization_servers": [either.url],
            "scopes_supported": SCOPES.split(),
            "bearer_methods_supported": ["header"],
            "resource_name": "TODO List (OAuth)",
        }


def test_its_mcp_server_describes_itself(either: Mount, db: None) -> None:
    """RFC 9728 section 3.1: before the path of its own URL; and below the plugin."""
    name = "/.well-known/oauth-protected-resource"
    for path in (f"{name}{either.prefix}/mcp", f"{either.prefix}{name}/mcp"):
        response = either.client.get(path, headers={"host": either.host})
        assert response.json()["resource"] == f"{either.url}/mcp"
        assert response.json()["authorization_servers"] == [either.url]


def test_the_challenge_of_mcp_leads_through_the_documents_to_the_endpoints(
    either: Mount, db: None
) -> None:
    """RFC 9728 section 5.1, RFC 8414 section 3.1: each URL is followed as it is written."""
    origin = either.url.removesuffix(either.prefix)

    def read(url: str) -> Any:
        path = url.removeprefix(origin)
        return either.client.get(path, headers={"host": either.host}).json()

    refused = either.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    [url] = re.findall(r'resource_metadata="([^"]+)"', refused["WWW-Authenticate"])
    resource = read(url)
    assert resource["resource"] == f"{either.url}/mcp"
    [issuer] = resource["authorization_servers"]
    path = issuer.removeprefix(origin)
    server = read(f"{origin}/.well-known/oauth-authorization-server{path}")
    assert server["issuer"] == issuer
    assert server["token_endpoint"] == f"{either.url}/auth/oauth_exchange"


def test_nothing_promises_offline_access(either: Mount, db: None) -> None:
    """Refresh tokens are given without it."""
    for name in ("oauth-authorization-server", "oauth-protected-resource"):
        assert "offline_access" not in either.get(f"/.well-known/{name}").text


def test_openid_connect_is_not_served_and_says_so_in_json(either: Mount, db: None) -> None:
    for path in well_known(either, "openid-configuration"):
        response = either.client.get(path, headers={"host": either.host})
        assert response.status_code == 404
        assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("slug", ["todo", "nothing", "accounts"])
def test_others_have_none(slug: str, todo: Mount, db: None) -> None:
    path = f"/.well-known/oauth-authorization-server/{slug}"
    assert todo.client.get(path).status_code == 404


@registration(on=True)
def test_registration_is_announced_where_it_is_on(either: Mount) -> None:
    metadata = either.get("/.well-known/oauth-authorization-server").json()
    host = either.url.removesuffix(either.prefix)
    assert metadata["registration_endpoint"] == f"{host}/clients/"
    assert metadata["client_id_metadata_document_supported"] is True
