"""The documents as a strict reader takes them, over the wire and at both mounts."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from openapi_spec_validator import validate

from tests.clients.live_site import ServedPlugin

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture(params=["prefix", "own host"])
def root(request: pytest.FixtureRequest, served: ServedPlugin) -> str:
    """Where a plugin stands: both of its mounts."""
    return served.url if request.param == "prefix" else served.own_host_url


def document_at(root: str, name: str, http: httpx.Client) -> dict[str, Any]:
    response = http.get(f"{root}/{name}").raise_for_status()
    loaded: dict[str, Any] = (
        response.json() if name.endswith(".json") else yaml.safe_load(response.text)
    )
    return loaded


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, however deep."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from objects(child)


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return method and path of each operation by its operationId."""
    return {
        operation["operationId"]: (method, path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


@pytest.mark.parametrize("name", ["openapi.yaml", "openapi.json"])
def test_a_validator_accepts_the_document(root: str, name: str, http: httpx.Client) -> None:
    validate(document_at(root, name, http))


def test_yaml_and_json_say_the_same(root: str, http: httpx.Client) -> None:
    in_json = document_at(root, "openapi.json", http)
    assert document_at(root, "openapi.yaml", http) == in_json


def test_the_only_server_is_the_mount_it_was_fetched_from(root: str, http: httpx.Client) -> None:
    assert document_at(root, "openapi.json", http)["servers"] == [{"url": root}]


def test_a_schema_requires_properties_by_a_list_of_names(root: str, http: httpx.Client) -> None:
    """A property that says `required: true` of itself makes a document that tools refuse."""
    document = document_at(root, "openapi.json", http)
    schemas = [found for found in objects(document) if "properties" in found]
    assert schemas
    for schema in schemas:
        assert set(schema.get("required", [])) <= set(schema["properties"])
        assert not [name for name, of in schema["properties"].items() if of.get("required") is True]


def test_the_document_bears_the_plugins_name(
    served: ServedPlugin, root: str, http: httpx.Client
) -> None:
    assert document_at(root, "openapi.json", http)["info"]["title"] == served.plugin.name_for_human


def test_every_todo_plugin_documents_the_three_operations(
    todo_plugin: ServedPlugin, http: httpx.Client
) -> None:
    assert operations(document_at(todo_plugin.url, "openapi.json", http)) == {
        "getTodos": ("get", "/todos/{username}"),
        "addTodo": ("post", "/todos/{username}"),
        "deleteTodo": ("delete", "/todos/{username}"),
    }
