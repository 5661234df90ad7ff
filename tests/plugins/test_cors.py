"""Which origins may read what: a plugin's documents and API, never the sign-in pages."""

import pytest

from plugins.plugin import CHATGPT_ORIGINS
from tests.conftest import Mount

PATHS = ["/.well-known/ai-plugin.json", "/openapi.yaml", "/logo.png", "/todos/ann"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("origin", CHATGPT_ORIGINS)
@pytest.mark.parametrize("path", PATHS)
def test_chatgpt_may_read_documents_and_api(mount: Mount, path: str, origin: str) -> None:
    response = mount.get(path, headers={"origin": origin})
    assert response["Access-Control-Allow-Origin"] == origin
    assert "Access-Control-Allow-Credentials" not in response
    assert "origin" in response["Vary"].lower()


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_from_chatgpt_is_answered(mount: Mount, path: str) -> None:
    response = mount.call("OPTIONS", path, headers=preflight("https://chatgpt.com"))
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "https://chatgpt.com"
    assert response["Access-Control-Allow-Private-Network"] == "true"
    assert "DELETE" in response["Access-Control-Allow-Methods"]
    for header in ("authorization", "openai-conversation-id", "openai-ephemeral-user-id"):
        assert header in response["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://chatgpt.com", "https://chatgpt.com.evil.example", "null"],
)
@pytest.mark.parametrize("path", PATHS)
def test_other_origins_may_not(mount: Mount, path: str, origin: str) -> None:
    for headers in ({"origin": origin}, preflight(origin)):
        method = "OPTIONS" if len(headers) > 1 else "GET"
        response = mount.call(method, path, headers=headers)
        assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/accounts/signup/", "/accounts/tokens/", "/admin/login/"]
)
def test_no_origin_may_read_the_pages_for_people(todo: Mount, path: str) -> None:
    for host in ("localhost", "todo.localhost"):
        for method in ("GET", "OPTIONS"):
            headers = {**preflight("https://chatgpt.com"), "host": host}
            response = todo.client.generic(method, path, headers=headers)
            assert "Access-Control-Allow-Origin" not in response


def preflight(origin: str) -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
        "access-control-request-private-network": "true",
    }
