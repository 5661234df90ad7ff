"""Which origins may read what: a plugin's documents and API, never the sign-in pages."""

from itertools import product
from typing import Any

import pytest
from marshmallow import ValidationError

from config.cors_origins import check_origins, cors_origins
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


@pytest.fixture
def open_webui(settings: Any) -> None:
    settings.CORS_ORIGINS = {
        "": ("http://localhost:3000",),
        "todo": ("https://chat.example.com", "http://[::1]:3000"),
    }


@pytest.mark.usefixtures("open_webui")
def test_a_setting_lets_an_origin_read_every_plugin(mount: Mount) -> None:
    origin = "http://localhost:3000"
    for path in PATHS:
        read = mount.get(path, headers={"origin": origin})
        asked = mount.call("OPTIONS", path, headers=preflight(origin))
        for response in (read, asked):
            assert response["Access-Control-Allow-Origin"] == origin, path
            assert "Access-Control-Allow-Credentials" not in response, path
    assert mount.post("/mcp", headers={"origin": origin}).status_code != 403


@pytest.mark.usefixtures("open_webui")
def test_a_setting_lets_an_origin_read_one_plugin_alone(mount: Mount) -> None:
    for origin in ("https://chat.example.com", "http://[::1]:3000"):
        response = mount.get("/openapi.json", headers={"origin": origin})
        its_own = mount.plugin.slug == "todo"
        assert ("Access-Control-Allow-Origin" in response) == its_own
        assert (mount.post("/mcp", headers={"origin": origin}).status_code != 403) == its_own


@pytest.mark.usefixtures("open_webui")
def test_a_setting_opens_no_page(todo: Mount) -> None:
    for path in ("/", "/accounts/login/"):
        response = todo.client.get(path, headers={"origin": "http://localhost:3000"})
        assert "Access-Control-Allow-Origin" not in response


def test_origins_are_read_for_all_or_for_one() -> None:
    entries = ["https://a.example", " todo = http://localhost:3000", "todo=https://b.example:8443"]
    check_origins(entries)
    assert cors_origins(entries) == {
        "": ("https://a.example",),
        "todo": ("http://localhost:3000", "https://b.example:8443"),
    }


@pytest.mark.parametrize(
    "entry",
    [
        *("*", "null", "todo=*", "https://*.example", "chat.example.com", "https://A.example", ""),
        *("https://a.example/", "https://a.example/path", "ftp://a.example", "https://a.example:0"),
    ],
)
def test_what_is_no_origin_is_refused_at_the_start(entry: str) -> None:
    with pytest.raises(ValidationError, match="names no origin"):
        check_origins([entry])
