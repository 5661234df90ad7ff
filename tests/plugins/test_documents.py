"""Every plugin, at both of its mounts, serves every document."""

import json
import re
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
import yaml
from django.test import Client
from PIL import Image

from plugins.openapi import generate
from plugins.plugin import Plugin
from plugins.plugin_checks import findings
from plugins.urls import mount_at
from tests.conftest import TODO_PLUGINS, Mount, mount_of
from tests.site.plugins import PLUGINS

DOCUMENTS = {
    "/.well-known/ai-plugin.json": "application/json",
    "/openapi.yaml": "application/yaml",
    "/openapi.json": "application/json",
    "/openapi-full.json": "application/json",
    "/logo.png": "image/png",
    "/legal": "text/html; charset=utf-8",
    "/docs": "text/html; charset=utf-8",
}


def test_every_document_is_served_whatever_is_asked_for(mount: Mount, db: None) -> None:
    for path, kind in DOCUMENTS.items():
        for accept in ("*/*", "text/html", "application/json", "image/webp"):
            response = mount.get(path, headers={"accept": accept})
            assert (path, response.status_code, response["Content-Type"]) == (path, 200, kind)


def test_documents_are_only_read(mount: Mount) -> None:
    read = DOCUMENTS.keys() - {"/docs"}  # whose forms are sent to it
    statuses = {path: mount.post(path, {}).status_code for path in read}
    assert statuses == dict.fromkeys(read, 405)


def test_the_manifest_points_to_its_own_mount(mount: Mount) -> None:
    manifest = mount.get("/.well-known/ai-plugin.json").json()
    assert manifest["schema_version"] == "v1"
    assert manifest["name_for_model"] == mount.plugin.name_for_model
    assert manifest["api"] == {"type": "openapi", "url": f"{mount.url}/openapi.yaml"}
    assert manifest["logo_url"] == f"{mount.url}/logo.png"
    assert manifest["legal_info_url"] == f"{mount.url}/legal"
    assert manifest["contact_email"] == f"support@{mount.host}"


@pytest.mark.parametrize("host", ["[::1]", "[::1]:8000"])
def test_an_address_of_ipv6_is_a_host_like_another(plugin: Plugin, host: str, db: None) -> None:
    mount = Mount(plugin, host, f"/{plugin.slug}", Client())
    documents = findings(mount_at(mount.url.removesuffix(f"/{plugin.slug}"), plugin))
    assert [each for each in documents if each.rule != "manifest.place"] == []
    manifest = mount.get("/.well-known/ai-plugin.json").json()
    assert manifest["api"]["url"] == f"http://{host}/{plugin.slug}/openapi.yaml"
    assert manifest["contact_email"] == "support@localhost"
    assert mount.get("/openapi.json").json()["servers"] == [{"url": mount.url}]
    assert host in mount.get("/").content.decode()
    assert mount.post("/mcp", headers={"origin": f"http://{host}"}).status_code != 403


def test_the_openapi_document_names_its_own_mount_as_server(mount: Mount) -> None:
    as_yaml = yaml.load(mount.get("/openapi.yaml").content, yaml.CSafeLoader)
    assert as_yaml["servers"] == [{"url": mount.url}]
    assert as_yaml["info"]["title"] == mount.plugin.name_for_human
    assert as_yaml["info"]["version"] == mount.plugin.version
    assert as_yaml == mount.get("/openapi.json").json()


def test_each_scheme_says_in_the_manifest_how_it_authenticates(settings: Any) -> None:
    settings.VERIFICATION_TOKENS = {"todo-service": {"openai": "abc"}}
    auth = {
        plugin.slug: mount_of(plugin.slug).get("/.well-known/ai-plugin.json").json()["auth"]
        for plugin in PLUGINS
    }
    assert auth["todo"] == {"type": "none"}
    assert auth["todo-service"] == {
        "type": "service_http",
        "authorization_type": "bearer",
        "verification_tokens": {"openai": "abc"},
    }
    assert auth["todo-user"] == {"type": "user_http", "authorization_type": "bearer"}


@pytest.mark.parametrize("plugin", TODO_PLUGINS, indirect=True)
def test_the_document_asks_for_a_token_where_the_api_does(mount: Mount, db: None) -> None:
    refused = mount.get("/todos/ann").status_code == 401
    operations = mount.get("/openapi.json").json()["paths"]["/todos/{username}"].values()
    for operation in operations:
        assert ("401" in operation["responses"]) == refused
        assert len(operation.get("security", [])) == (1 if refused else 0)


@pytest.mark.parametrize("plugin", TODO_PLUGINS, indirect=True)
def test_a_username_is_asked_for_where_no_token_says_it(plugin: Plugin) -> None:
    paths = mount_of(plugin.slug).get("/openapi.json").json()["paths"]
    for operation in paths["/todos/{username}"].values():
        [said] = [each["description"] for each in operation["parameters"] if each["in"] == "path"]
        assert ("Ask for the username" in said) == (plugin.auth.callers != "people")
        assert ("'me'" in said) == (plugin.auth.callers == "people")


@pytest.mark.parametrize("plugin", TODO_PLUGINS, indirect=True)
def test_delete_documents_its_body_and_every_status(plugin: Plugin) -> None:
    document = mount_of(plugin.slug).get("/openapi.json").json()
    operation = document["paths"]["/todos/{username}"]["delete"]
    assert operation["operationId"] == "deleteTodo"
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/DeleteTodo"}
    expected = {"200", "400", "404", "413", "429", "503"}
    if plugin.auth.callers != "everybody":
        expected |= {"401"}
    if plugin.auth.callers == "people":
        expected |= {"403"}
    assert set(operation["responses"]) == expected


def test_each_logo_is_a_png_of_its_own(db: None) -> None:
    logos = set()
    for plugin in PLUGINS:
        data = mount_of(plugin.slug).get("/logo.png").getvalue()
        with Image.open(BytesIO(data)) as image:
            assert (image.format, image.size) == ("PNG", (512, 512))
        logos.add(data)
    assert len(logos) == len(PLUGINS)


def test_a_setting_takes_the_manifests_away(mount: Mount, settings: Any, db: None) -> None:
    settings.AI_PLUGIN_MANIFEST = False
    answer = mount.get("/.well-known/ai-plugin.json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"detail": "This site serves no manifests. Use mcp, or openapi.yaml."}
    for path in ("/", f"/{mount.plugin.slug}/"):
        page = mount.client.get(path, headers={"host": mount.host})
        assert page.status_code == 200
        assert "manifest" not in page.content.decode().lower()


def test_a_host_answers_the_token_of_its_own_that_openai_asks_for(settings: Any, db: None) -> None:
    settings.OPENAI_APPS_CHALLENGE = {"localhost": "one", "todo.localhost": "two"}
    for host, expected in (("localhost:8000", b"one"), ("todo.localhost", b"two")):
        answer = challenge(host)
        assert (answer.status_code, answer.content) == (200, expected)
        assert answer["Content-Type"] == "text/plain"
    assert challenge("todo-user.localhost").status_code == 404


def challenge(host: str) -> Any:
    return Client().get("/.well-known/openai-apps-challenge", headers={"host": host})


def test_one_setting_puts_a_plugin_at_the_root_of_every_host(settings: Any) -> None:
    settings.ROOT_PLUGIN = "todo-user"
    settings.ALLOWED_HOSTS = ["abc.tunnel.example"]
    response = Client().get("/.well-known/ai-plugin.json", headers={"host": "abc.tunnel.example"})
    manifest = json.loads(response.content)
    assert manifest["name_for_model"] == "todoUser"
    assert manifest["api"]["url"] == "http://abc.tunnel.example/openapi.yaml"


def test_a_setting_gives_a_plugin_a_host_of_its_own(settings: Any) -> None:
    settings.PLUGIN_HOSTS = {"todo.example.com": "todo"}
    settings.ALLOWED_HOSTS = ["todo.example.com"]
    response = Client().get("/openapi.json", headers={"host": "todo.example.com"})
    assert response.json()["servers"] == [{"url": "http://todo.example.com"}]


def test_the_rest_of_the_site_answers_at_a_plugins_host_too(db: None) -> None:
    client = Client(headers={"host": "todo-user.localhost"})
    assert client.get("/").status_code == 200
    assert client.get("/accounts/login/").status_code == 200
    assert client.get("/todo/.well-known/ai-plugin.json").status_code == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:8000", "http://todo.localhost:8000"),
        ("127.0.0.1:8000", "http://todo.localhost:8000"),
        ("todo-user.localhost", "http://todo.localhost"),
        ("root.example", ""),
    ],
)
def test_a_page_names_the_plugins_own_host_where_it_can_be_reached(
    settings: Any, db: None, host: str, expected: str
) -> None:
    settings.ALLOWED_HOSTS += ["root.example"]
    [card] = [
        card
        for group in Client().get("/", headers={"host": host}).context["groups"]
        for card in group["cards"]
        if card["plugin"].slug == "todo"
    ]
    assert card["own_host"] == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:8000", "http://localhost:8000/todo/mcp"),
        ("todo-user.localhost", "http://todo-user.localhost/todo/mcp"),
        ("todo.localhost:8000", "http://todo.localhost:8000/mcp"),
        ("root.example", "http://root.example/mcp"),
    ],
)
def test_a_page_has_clients_call_the_root_of_a_host_that_is_the_plugins(
    settings: Any, db: None, host: str, expected: str
) -> None:
    settings.ALLOWED_HOSTS += ["root.example"]
    settings.ROOT_PLUGIN = "todo" if host == "root.example" else ""
    card = Client(headers={"host": host}).get("/todo/").context["card"]
    assert card["urls"]["mcp"] == expected
    assert expected in {way.snippet for way in card["ways"]}


def test_a_page_names_the_host_that_a_setting_gives(settings: Any, db: None) -> None:
    settings.ALLOWED_HOSTS += ["root.example"]
    client = Client(headers={"host": "root.example"})
    settings.ROOT_PLUGIN = "todo"
    assert client.get("/").context["groups"][0]["cards"][0]["own_host"] == "http://root.example"
    settings.PLUGIN_HOSTS = {"todo.example": "todo"}
    assert client.get("/").context["groups"][0]["cards"][0]["own_host"] == "http://todo.example"


def test_a_host_that_is_not_ours_is_refused(db: None) -> None:
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_forwarded_host_is_not_believed_unless_told_so(settings: Any) -> None:
    headers = {"host": "localhost", "x-forwarded-host": "todo.localhost"}
    path = "/todo/openapi.json"
    assert (
        Client().get(path, headers=headers).json()["servers"][0]["url"] == "http://localhost/todo"
    )
    settings.USE_X_FORWARDED_HOST = True
    url = Client().get(path, headers=headers).json()["servers"][0]["url"]
    assert url == "http://todo.localhost/todo"


AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from plugins.openapi import generate
from plugins.registry import declared_plugins
[plugin, *_] = declared_plugins()
with ThreadPoolExecutor(8) as threads:
    documents = list(threads.map(lambda _: generate(plugin)[0], range(8)))
assert all(document == documents[0] for document in documents)
"""


@pytest.mark.outside
def test_a_process_whose_first_requests_come_at_once_answers_them_all() -> None:
    subprocess.run([sys.executable, "-c", AT_ONCE], check=True)


def test_every_component_is_referred_to(plugin: Plugin) -> None:
    document, _ = generate(plugin)
    referred = set(re.findall(r'#/components/schemas/(\w+)"', json.dumps(document)))
    assert set(document["components"]["schemas"]) == referred
