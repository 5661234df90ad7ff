"""Which origins may read what: a plugin's documents and API, never the sign-in pages."""

from itertools import product

import pytest

from plugins.plugin import CHATGPT_ORIGINS
from tests.conftest import Mount

OTHERS = ["https://evil.example", "http://chatgpt.com", "https://chatgpt.com.evil.example", "null"]
PATHS = ["/.well-known/ai-plugin.json", "/openapi.yaml", "/logo.png", "/todos/ann"]
pytestmark = pytest.mark.django_db


def test_chatgpt_may_read_documents_and_api(mount: Mount) -> None:
    for path, origin in product(PATHS, CHATGPT_ORIGINS):
        response = mount.get(path, headers={"origin": origin})
        assert response["Access-Control-Allow-Origin"] == origin, path
        assert "Access-Control-Allow-Credentials" not in response, path
        assert "origin" in response["Vary"].lower(), path


def test_a_preflight_from_chatgpt_is_answered(mount: Mount) -> None:
    for path in PATHS:
        response = mount.call("OPTIONS", path, headers=preflight("https://chatgpt.com"))
        assert (path, response.status_code) == (path, 200)
        assert response["Access-Control-Allow-Origin"] == "https://chatgpt.com", path
        assert response["Access-Control-Allow-Private-Network"] == "true", path
        assert "DELETE" in response["Access-Control-Allow-Methods"], path
        for header in ("authorization", "openai-conversation-id", "openai-ephemeral-user-id"):
            assert header in response["Access-Control-Allow-Headers"], path


def test_other_origins_may_not(mount: Mount) -> None:
    for path, origin in product(PATHS, OTHERS):
        read = mount.get(path, headers={"origin": origin})
        asked = mount.call("OPTIONS", path, headers=preflight(origin))
        for response in (read, asked):
            assert "Access-Control-Allow-Origin" not in response, (path, origin)


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
