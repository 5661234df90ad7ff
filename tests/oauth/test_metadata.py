"""What clients read about the authorization server and the API, and where they look for it."""

import pytest
from django.test import override_settings

from tests.conftest import Mount
from tests.oauth.conftest import SCOPES


def well_known(mount: Mount, name: str) -> list[str]:
    """Return where a document stands: by the RFCs, and below the plugin, where others look."""
    return [f"/.well-known/{name}{mount.prefix}", f"{mount.prefix}/.well-known/{name}"]


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


def test_metadata_is_for_everybody_to_read(either: Mount, db: None) -> None:
    response = either.get("/.well-known/oauth-authorization-server")
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("slug", ["todo", "nothing", "accounts"])
def test_others_have_none(slug: str, todo: Mount, db: None) -> None:
    path = f"/.well-known/oauth-authorization-server/{slug}"
    assert todo.client.get(path).status_code == 404


def test_registration_is_announced_where_it_is_on(either: Mount, settings: object) -> None:
    from django.conf import settings as site

    on = {**site.OAUTH2_PROVIDER, "DCR_ENABLED": True, "CIMD_ENABLED": True}
    with override_settings(OAUTH2_PROVIDER=on):
        metadata = either.get("/.well-known/oauth-authorization-server").json()
    host = either.url.removesuffix(either.prefix)
    assert metadata["registration_endpoint"] == f"{host}/clients/"
    assert metadata["client_id_metadata_document_supported"] is True
