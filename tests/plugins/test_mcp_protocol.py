"""What the protocol says of messages, in each of its revisions."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from mcp_types import SERVER_INFO_META_KEY, Tool
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pytest_django import Settings

from plugins.auth import UserHTTP
from plugins.mcp import views
from plugins.mcp.arguments import BadArgumentError
from plugins.mcp.tools import Operation
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import CALLBACK, Browser, redeem, register
from tests.plugins.mcp_client import ERAS, LEGACY, MODERN, ask, call, message, result
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db


def introduction(mount: Mount) -> dict[str, Any]:
    """What the declaration says, with the addresses of the mount that was asked."""
    return {
        "name": mount.plugin.name_for_model,
        "title": mount.plugin.name_for_human,
        "version": mount.plugin.version,
        "description": mount.plugin.description_for_human,
        "websiteUrl": f"{mount.url}/",
        "icons": [{"src": f"{mount.url}/logo.png", "mimeType": "image/png", "sizes": ["512x512"]}],
    }


def test_the_handshake_says_who_answers(mount: Mount, token: str | None) -> None:
    params = {
        "protocolVersion": LEGACY,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    said = result(ask(mount, "initialize", params, token=token))
    assert said["protocolVersion"] == LEGACY
    assert said["serverInfo"] == introduction(mount)
    assert said["instructions"] == mount.plugin.description_for_model
    assert "tools" in said["capabilities"]


@pytest.mark.parametrize("version", HANDSHAKE_PROTOCOL_VERSIONS)
def test_every_revision_with_a_handshake_is_spoken(todo: Mount, version: str) -> None:
    client = {"name": "test", "version": "1"}
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": client}
    assert result(ask(todo, "initialize", params, era=version))["protocolVersion"] == version
    TodoList("todo", "ann").add("milk")
    called = result(call(todo, "getTodos", {"username": "ann"}, era=version))
    assert json.loads(called["content"][0]["text"]) == {"todos": ["milk"]}


def test_discovery_says_who_answers(mount: Mount, token: str | None) -> None:
    said = result(ask(mount, "server/discover", era=MODERN, token=token))
    assert MODERN in said["supportedVersions"]
    assert said["_meta"][SERVER_INFO_META_KEY] == introduction(mount)
    assert said["instructions"] == mount.plugin.description_for_model


def test_a_notification_is_accepted_and_has_no_answer(todo: Mount) -> None:
    response = todo.post("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize("at", ["prefix", "host"])
def test_a_slash_at_the_end_leads_to_the_same(at: str) -> None:
    mount = mount_of("todo", at)
    asked = message("tools/call", {"name": "getTodos", "arguments": {"username": "a"}}, era=LEGACY)
    assert result(mount.post("/mcp/", asked))["structuredContent"] == {"todos": []}
    assert result(mount.post("/mcp", asked))["structuredContent"] == {"todos": []}


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_stream_and_no_session(todo: Mount, method: str) -> None:
    response = todo.call(method, "/mcp")
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


def test_messages_come_as_a_list_in_the_one_revision_that_has_them(todo: Mount) -> None:
    pings = [{"jsonrpc": "2.0", "id": n, "method": "ping"} for n in (1, 2)]
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    batch = todo.post("/mcp", [*pings, note], headers={"mcp-protocol-version": "2025-03-26"})
    assert [answer["id"] for answer in batch.json()] == [1, 2]
    only_notes = todo.post("/mcp", [note], headers={"mcp-protocol-version": "2025-03-26"})
    assert only_notes.status_code == 202
    later = todo.post("/mcp", pings, headers={"mcp-protocol-version": LEGACY})
    assert later.status_code == 400


def test_a_body_that_is_too_large_is_refused(todo: Mount, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert call(todo, "addTodo", {"username": "ann", "todo": "x" * 200}).status_code == 413


def test_a_list_of_messages_has_an_end(todo: Mount) -> None:
    pings = [{"jsonrpc": "2.0", "id": n, "method": "ping"} for n in range(21)]
    assert len(todo.post("/mcp", pings[:20]).json()) == 20
    assert todo.post("/mcp", pings).status_code == 413


def test_a_list_does_not_hold_the_server_for_long(
    todo: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    adds = [
        message(
            "tools/call",
            {"name": "addTodo", "arguments": {"username": "ann", "todo": text}},
            era=LEGACY,
        )
        for text in "abc"
    ]
    clock = iter([0.0, 1.0, 19.0, 21.0])
    monkeypatch.setattr(views, "monotonic", lambda: next(clock))
    *_, late = todo.post("/mcp", adds).json()
    assert late["error"]["message"] == "The messages before took long. Send it again."
    assert TodoList("todo", "ann").texts() == ["a", "b"]


def test_what_runs_no_view_is_counted_too(todo: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {"address": "3/day"}
    statuses = [ask(todo, "tools/list").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert call(todo, "nothing", {}).status_code == 429


GET_TODOS: dict[str, Any] = {"name": "getTodos", "arguments": {"username": "ann"}}


@pytest.mark.parametrize(
    ("era", "wrong"),
    [
        *((era, {"jsonrpc": "1.0"}) for era in ERAS),
        *((era, {"id": None}) for era in ERAS),
        *((era, {"params": {**GET_TODOS, "_meta": 5}}) for era in ERAS),
        *((era, {"params": {**GET_TODOS, "arguments": []}}) for era in ERAS),
        (MODERN, {"params": GET_TODOS}),
        (MODERN, {"params": {"name": "addTodo"}}),
    ],
)
def test_a_call_that_comes_to_no_view_is_counted_and_its_sender_checked(
    todo: Mount, todo_user: Mount, settings: Settings, era: str, wrong: dict[str, Any]
) -> None:
    settings.THROTTLE_RATES = {"address": "2/day"}
    sent = {**message("tools/call", GET_TODOS, era=era), **wrong}
    headers = {"mcp-protocol-version": era, "mcp-method": "tools/call", "mcp-name": "getTodos"}
    answers = [todo.post("/mcp", sent, headers=headers) for _ in range(3)]
    assert answers[0].json()["error"]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert todo_user.post("/mcp", sent, headers=headers).status_code == 401


@pytest.mark.parametrize("raw", [b"{", b"[" + b"{}," * 20 + b"{}]"])
def test_what_is_no_message_is_counted_too(todo: Mount, settings: Settings, raw: bytes) -> None:
    settings.THROTTLE_RATES = {"address": "1/day"}
    assert todo.call("POST", "/mcp", raw=raw).status_code in (400, 413)
    assert todo.call("POST", "/mcp", raw=raw).status_code == 429


def test_a_list_tells_of_what_was_done_before_a_refusal(ann: User) -> None:
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    code = Browser(todo_oauth, ann).agree(chatgpt, scope="todos:write")
    token = redeem(todo_oauth, chatgpt, code).json()["access_token"]
    add, get = (
        message("tools/call", {"name": name, "arguments": arguments}, era=LEGACY)
        for name, arguments in (("addTodo", {"todo": "x"}), ("getTodos", {}))
    )
    [added, refused] = todo_oauth.post("/mcp", [add, get], token=token).json()
    assert added["result"]["structuredContent"] == {"todo": "x"}
    assert "lacks the scope 'todos:read'" in refused["error"]["message"]
    assert todo_oauth.post("/mcp", [get, add], token=token).status_code == 403
    assert TodoList("todo-oauth", "ann").texts() == ["x"]


@pytest.mark.parametrize(
    ("slug", "tool", "arguments"),
    [
        ("todo", "addTodo", {"username": [], "todo": "x"}),
        ("todo", "addTodo", {"username": True, "todo": "x"}),
        ("todo", "addTodo", {"username": {"a": 1}, "todo": "x"}),
        ("todo", "addTodo", {"username": "", "todo": "x"}),
        ("todo", "getTodos", {"username": "ann", "limit": []}),
        ("todo", "getTodos", {"username": "ann", "limit": [1, 2]}),
        # <examples>
        ("sports", "getSeasonAverages", {"season": [2023, 2024]}),
        ("sports", "getPlayers", {"query": True}),
        ("sports", "getPlayers", {"query": ["jokic", "james"]}),
        ("sports", "getStats", {"player_ids": []}),
        ("sports", "getStats", {"player_ids": [[1]]}),
        ("sports", "getStats", {"player_ids": [""]}),
        # </examples>
    ],
)
def test_an_argument_of_another_type_is_not_guessed_at(
    slug: str, tool: str, arguments: dict[str, Any]
) -> None:
    answer = result(call(mount_of(slug), tool, arguments))
    assert answer["isError"] is True
    assert not Todo.objects.exists()


def test_a_number_that_is_whole_is_one_however_it_is_written(todo: Mount) -> None:
    for text in "ab":
        TodoList("todo", "ann").add(text)
    answer = result(call(todo, "getTodos", {"username": "ann", "limit": 1.0}))
    assert answer["structuredContent"] == {"todos": ["a"], "next_offset": 1}


def test_what_is_nested_too_deeply_to_be_handed_on_is_told_so(todo: Mount) -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    answer = result(call(todo, "addTodo", {"username": "ann", "todo": deep}))
    assert answer["content"][0]["text"] == "The arguments are nested too deeply."


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "number"}, {1: "1", 0.5: "0.5", "2": "2", 1e300: str(int(1e300))}, True),
        ({"type": ["integer", "null"]}, {0: "0", 2**70: str(2**70)}, 0.5),
        ({"type": "boolean"}, {True: "true"}, "yes"),
        ({"anyOf": [{"type": "string"}]}, {"a": "a"}, {}),
    ],
)
def test_every_type_of_an_argument_is_said_in_a_url(
    schema: dict[str, Any], right: dict[Any, str], wrong: Any
) -> None:
    tool = Tool(
        name="getThing", input_schema={"properties": {"id": schema, "at": schema}, "required": []}
    )
    operation = Operation(tool, "GET", "/things/{id}", ("id",), ("at",), ())
    for value, said in right.items():
        path, query, _ = operation.request({"id": value, "at": value})
        assert (path, query) == (f"/things/{said}", f"at={said}")
    with pytest.raises(BadArgumentError):
        operation.request({"id": wrong})


def test_a_database_that_is_away_is_a_503(
    todo_user: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(UserHTTP, "find", staticmethod(away))
    response = ask(todo_user, "tools/list", token="any")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_site_below_a_path_of_its_server_serves_mcp_too(todo: Mount) -> None:
    body = message("tools/call", {"name": "getTodos", "arguments": {"username": "a"}}, era=LEGACY)
    response = Client().post(
        "/todo/mcp", body, "application/json", SCRIPT_NAME="/sub", headers={"host": "localhost"}
    )
    assert result(response)["structuredContent"] == {"todos": []}
