"""A new auth scheme is one class and two templates; every part of the framework follows."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config import urls
from oauth_demo.credentials import Credential, find_service_token
from oauth_demo.models import Token
from plugins.auth import AuthScheme, user_of
from plugins.mounts import PluginMount
from plugins.packaging.address import parse_address
from plugins.packaging.documents import documents
from plugins.plugin import Plugin
from plugins.urls import plugin_urls
from tests.conftest import Mount
from todos.urls import TODO_API


class APIKey(AuthScheme):
    """A service token in a header of its own, for which the manifest has no word."""

    slug = "api_key"
    name = "API key"
    tokens_by_hand = True
    request_header = "X-API-Key"
    how_to_get_one = "Ask the plugin's operator for a key."
    placeholder = "API_KEY"

    def as_manifest(self, mount: PluginMount) -> None:
        return None

    def as_openapi(self, mount: PluginMount) -> dict[str, Any]:
        return {"apiKey": {"type": "apiKey", "in": "header", "name": self.request_header}}

    def security(self, view: Any, method: str) -> list[dict[str, list[str]]]:
        return [{"apiKey": []}]

    def authenticate(self, request: Request, plugin: Plugin) -> tuple[Any, Credential] | None:
        key = request.headers.get(self.request_header)
        if key is None:
            return None
        credential = find_service_token(key, plugin=plugin.slug)
        if credential is None:
            raise AuthenticationFailed(f"This key opens nothing here. {self.how_to_get_one}")
        return user_of(credential), credential

    def challenge(self, request: Request, plugin: Plugin) -> str:
        return f'APIKey realm="{plugin.slug}"'


PLUGIN = Plugin(
    slug="keyed",
    name_for_human="Keyed",
    name_for_model="keyed",
    description_for_human="Todos behind an API key.",
    description_for_model="Manages todos.",
    auth=APIKey(),
    api=TODO_API,
)

# What the settings PLUGINS and ROOT_URLCONF name here.
PLUGINS = (PLUGIN,)
urlpatterns = [path("keyed/", plugin_urls(PLUGIN, namespace="keyed")), *urls.urlpatterns]
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["prefix", "host"])
def keyed(request: pytest.FixtureRequest, settings: Any) -> Mount:
    settings.PLUGINS = f"{__name__}.PLUGINS"
    settings.ROOT_URLCONF = __name__
    [engine] = settings.TEMPLATES
    directories = [*engine["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [{**engine, "DIRS": directories}]
    host, prefix = {"prefix": ("localhost", "/keyed"), "host": ("keyed.localhost", "")}[
        request.param
    ]
    return Mount(PLUGIN, host, prefix, Client())


@pytest.fixture
def key() -> dict[str, str]:
    return {"x-api-key": Token.objects.issue(plugin="keyed", name="Test")[1]}


def test_a_key_opens_the_plugin(keyed: Mount, key: dict[str, str]) -> None:
    assert keyed.post("/todos/ann", {"todo": "milk"}, headers=key).status_code == 200
    assert keyed.get("/todos/ann", headers=key).json() == {"todos": ["milk"]}


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "Send a token as 'X-API-Key: …'. Ask the plugin's operator for a key."),
        ({"x-api-key": "wrong"}, "This key opens nothing here."),
        ({"x-api-key": ""}, "This key opens nothing here."),
    ],
)
def test_without_a_good_key_it_stays_shut(
    keyed: Mount, headers: dict[str, str], detail: str
) -> None:
    answer = keyed.get("/todos/ann", headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'APIKey realm="keyed"')
    assert answer.json()["detail"].startswith(detail)


def test_a_key_is_no_bearer_token(keyed: Mount, key: dict[str, str]) -> None:
    assert keyed.get("/todos/ann", token=key["x-api-key"]).status_code == 401


def test_the_manifest_says_that_it_cannot_describe_the_scheme(keyed: Mount) -> None:
    answer = keyed.get("/.well-known/ai-plugin.json")
    assert answer.status_code == 404
    assert "No manifest can describe “API key”" in answer.json()["detail"]


def test_the_document_asks_every_caller_for_the_key(keyed: Mount) -> None:
    document = keyed.get("/openapi.json").json()
    scheme = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    assert document["components"]["securitySchemes"] == {"apiKey": scheme}
    for operation in document["paths"]["/todos/{username}"].values():
        if isinstance(operation, dict):
            assert operation["security"] == [{"apiKey": []}]
            assert "401" in operation["responses"]


@pytest.mark.parametrize("path", ["/docs", "/openapi.yaml", "/legal"])
def test_every_other_document_is_served(keyed: Mount, path: str) -> None:
    assert keyed.get(path).status_code == 200


def test_the_legal_page_says_who_can_see_what_is_kept(keyed: Mount) -> None:
    page = keyed.get("/legal").content.decode()
    assert "Every service that holds a key of this plugin" in page
    assert f"support@{keyed.host}" in page


@pytest.mark.parametrize("path", ["/", "/keyed/"])
def test_its_card_tells_how_to_install_it(keyed: Mount, path: str) -> None:
    page = keyed.client.get(path, headers={"host": "localhost"}).content.decode()
    assert "API key" in page and "X-API-Key: ${KEYED_TOKEN}" in page
    assert "ai-plugin.json" not in page  # there is none to read


def test_its_page_shows_a_command_with_the_header(keyed: Mount) -> None:
    page = keyed.client.get("/keyed/", headers={"host": "localhost"}).content.decode()
    assert "X-API-Key: API_KEY" in page


def test_its_package_names_the_header_and_where_the_key_is() -> None:
    address = parse_address("https://keyed.example", PLUGIN)
    assert documents(PLUGIN, address)[".mcp.json"]["mcpServers"]["keyed"] == {
        "type": "http",
        "url": "https://keyed.example/mcp",
        "headers": {"X-API-Key": "${KEYED_TOKEN}"},
        "env_http_headers": {"X-API-Key": "KEYED_TOKEN"},
    }


def test_a_browser_may_send_the_header(keyed: Mount) -> None:
    preflight = {
        "origin": "https://chatgpt.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key",
    }
    answer = keyed.call("OPTIONS", "/todos/ann", headers=preflight)
    assert "x-api-key" in answer["Access-Control-Allow-Headers"].split(", ")
