"""A client that knows nothing of a plugin but its address reads the rest, and can use it.

It does what an assistant does: reads the manifest, follows it to the document, chooses an
operation by its operationId, and makes the call from what the document says of it.
"""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
import yaml

from tests.clients.live_site import TODO_PLUGINS, ServedPlugin
from tests.clients.prepare_site import USERNAME


class Assistant:
    """Installs a plugin from its address, and calls its operations by name."""

    def __init__(self, http: httpx.Client, root: str, token: str | None = None) -> None:
        self.http = http
        self.manifest = http.get(f"{root}/.well-known/ai-plugin.json").raise_for_status().json()
        assert self.manifest["api"]["type"] == "openapi"
        text = http.get(self.manifest["api"]["url"]).raise_for_status().text
        self.document: dict[str, Any] = yaml.safe_load(text)
        if self.manifest["auth"]["type"] != "none":
            http.headers["Authorization"] = f"Bearer {token}"

    def use(self, operation_id: str, **arguments: Any) -> httpx.Response:
        """Call an operation. Arguments go where the document says; none may be left over."""
        path, method, operation = next(
            (path, method, operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if operation["operationId"] == operation_id
        )
        query = {}
        for parameter in operation["parameters"]:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", quote(arguments.pop(name), safe=""))
            elif name in arguments:
                query[name] = arguments.pop(name)
        assert set(arguments) <= self.body_properties(operation)
        url = self.document["servers"][0]["url"] + path
        return self.http.request(method, url, params=query, json=arguments or None)

    def body_properties(self, operation: dict[str, Any]) -> set[str]:
        if "requestBody" not in operation:
            return set()
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return set(self.document["components"]["schemas"][name]["properties"])


@pytest.fixture(params=["prefix", "own host"])
def assistant(
    request: pytest.FixtureRequest, todo_plugin: ServedPlugin, http: httpx.Client
) -> Assistant:
    """One that has installed a todo plugin, at either of its mounts."""
    root = todo_plugin.url if request.param == "prefix" else todo_plugin.own_host_url
    return Assistant(http, root, todo_plugin.token)


def test_an_assistant_adds_reads_and_deletes_a_todo(assistant: Assistant) -> None:
    before = assistant.use("getTodos", username=USERNAME).json()["todos"]
    assert assistant.use("addTodo", username=USERNAME, todo="buy milk").is_success
    after = assistant.use("getTodos", username=USERNAME).json()["todos"]
    assert after == [*before, "buy milk"]
    deleted = assistant.use("deleteTodo", username=USERNAME, todo_idx=len(before))
    assert deleted.json() == {"deleted": "buy milk"}
    assert assistant.use("getTodos", username=USERNAME).json()["todos"] == before


def test_an_assistant_reads_only_the_part_it_asks_for(assistant: Assistant) -> None:
    for todo in ("first", "second"):
        assistant.use("addTodo", username=USERNAME, todo=todo)
    everything = assistant.use("getTodos", username=USERNAME).json()["todos"]
    part = assistant.use("getTodos", username=USERNAME, limit=1, offset=len(everything) - 2)
    assert part.json() == {"todos": ["first"], "next_offset": len(everything) - 1}


def test_an_assistant_is_told_why_a_call_was_refused(assistant: Assistant) -> None:
    refused = assistant.use("addTodo", username=USERNAME, todo="")
    assert refused.status_code == 400
    assert refused.json() == {"detail": "todo: Is empty. Say what is to be done."}


@pytest.mark.parametrize(
    "todo_plugin",
    [plugin.slug for plugin in TODO_PLUGINS if plugin.auth.callers != "everybody"],
    indirect=True,
)
def test_an_assistant_with_a_wrong_token_gets_nowhere(
    todo_plugin: ServedPlugin, http: httpx.Client
) -> None:
    assistant = Assistant(http, todo_plugin.url, "wrong")
    assert assistant.use("getTodos", username=USERNAME).status_code == 401


def test_every_address_in_a_manifest_answers(served: ServedPlugin, http: httpx.Client) -> None:
    manifest = Assistant(http, served.own_host_url).manifest
    for url in (manifest["api"]["url"], manifest["logo_url"], manifest["legal_info_url"]):
        assert url.startswith(f"{served.own_host_url}/")
        assert http.get(url).is_success
