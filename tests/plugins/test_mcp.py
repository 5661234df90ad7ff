"""Every plugin as an MCP server: the same operations, callers and answers as over HTTP."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from mcp_types import SERVER_INFO_META_KEY, Tool
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pytest_django import DjangoAssertNumQueries, Settings

from oauth_demo.models import digest
from plugins.auth import UserHTTP
from plugins.mcp import views
from plugins.mcp.arguments import BadArgumentError
from plugins.mcp.schemas import LOOK_AROUND
from plugins.mcp.tools import Operation
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import CALLBACK, Browser, redeem, register
from tests.plugins.conftest import token_for
from tests.plugins.mcp_client import ERAS, LEGACY, MODERN, ask, call, message, result
from tests.site.plugins import PLUGINS
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db

# --- Tools -------------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
def test_the_tools_are_the_operations_of_the_document(
    mount: Mount, token: str | None, era: str
) -> None:
    tools = {
        tool["name"]: tool
        for tool in result(ask(mount, "tools/list", era=era, token=token))["tools"]
    }
    document = mount.get("/openapi.json").json()
    documented = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert tools.keys() == documented.keys()
    own = {"username"} if mount.plugin.auth.callers == "people" else set()
    for name, operation in documented.items():
        named = {each["name"] for each in operation.get("parameters", [])} - own
        body = operation.get("requestBody", {}).get("content", {})
        if body:
            reference = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
            named |= document["components"]["schemas"][reference]["properties"].keys()
        assert tools[name]["inputSchema"]["properties"].keys() == named
        assert tools[name]["title"] == operation["summary"]
        assert operation["summary"].rstrip(".") in tools[name]["description"]


def test_every_schema_is_one_that_clients_can_read(mount: Mount, token: str | None) -> None:
    for tool in result(ask(mount, "tools/list", token=token))["tools"]:
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            text = json.dumps(schema)
            assert not any(each in text for each in ("nullable", "components", *LOOK_AROUND))
        assert all(
            len(name) <= 64 and "[" not in name for name in tool["inputSchema"]["properties"]
        )
        assert len(tool["annotations"]) == 4


def test_the_hints_say_what_an_operation_does(todo: Mount) -> None:
    tools = {tool["name"]: tool["annotations"] for tool in result(ask(todo, "tools/list"))["tools"]}
    assert tools["getTodos"]["readOnlyHint"] is True
    assert tools["addTodo"]["readOnlyHint"] is tools["addTodo"]["destructiveHint"] is False
    assert tools["deleteTodo"]["destructiveHint"] is True
    # <examples>
    retrieval = mount_of("retrieval-none")
    listed = {tool["name"]: tool for tool in result(ask(retrieval, "tools/list"))["tools"]}
    assert listed["queryDocuments"]["annotations"]["readOnlyHint"] is True  # by POST
    # </examples>


# --- Calls -------------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
def test_a_call_answers_what_http_answers(todo: Mount, era: str) -> None:
    added = result(call(todo, "addTodo", {"username": "ann é", "todo": "Buy milk"}, era=era))
    assert added["structuredContent"] == {"todo": "Buy milk"}
    [text] = added["content"]
    assert json.loads(text["text"]) == added["structuredContent"]
    listed = result(call(todo, "getTodos", {"username": "ann é", "limit": 5}, era=era))
    assert listed["structuredContent"] == todo.get("/todos/ann%20%C3%A9?limit=5").json()
    gone = result(call(todo, "deleteTodo", {"username": "ann é", "todo_idx": 0}, era=era))
    assert gone["structuredContent"] == {"deleted": "Buy milk"}


@pytest.mark.parametrize(
    ("tool", "arguments", "word"),
    [
        ("deleteTodo", {"username": "ann", "todo_idx": 7}, "no todo at index 7"),
        ("deleteTodo", {"username": "ann"}, "todo_idx: Missing"),
        ("addTodo", {"username": "ann", "todo": "x" * 2001}, "Too long"),
        ("addTodo", {"username": "a" * 151, "todo": "x"}, "Too long"),
        ("getTodos", {"username": "../admin"}, "slash"),
        ("getTodos", {}, "username: Missing. Whose list."),
        ("getTodos", {"username": "ann", "limt": 3}, "There is no argument 'limt'"),
        ("getTodos", {"username": "ann", "limit": "three"}, "limit"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(
    todo: Mount, tool: str, arguments: dict[str, Any], word: str
) -> None:
    answer = result(call(todo, tool, arguments))
    assert answer["isError"] is True
    assert word in answer["content"][0]["text"]
    assert not Todo.objects.exists()


@pytest.mark.parametrize("era", ERAS)
def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(todo: Mount, era: str) -> None:
    response = call(todo, "eraseAll", {}, era=era)
    assert response.json()["error"]["code"] == -32602
    assert response.status_code == (400 if era == MODERN else 200)


def test_a_call_makes_the_queries_of_its_view_and_no_more(
    todo: Mount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TodoList("todo", "ann").add("x")
    with django_assert_num_queries(1):
        call(todo, "getTodos", {"username": "ann"})


def test_a_call_with_a_token_looks_it_up_once(
    todo_user: Mount, anns_token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        assert result(call(todo_user, "getTodos", {}, token=anns_token))["isError"] is False


def test_a_call_counts_once(todo: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {"address": "3/day"}
    told = [result(call(todo, "getTodos", {"username": "ann"}))["isError"] for _ in range(4)]
    assert told == [False, False, False, True]


# --- Callers -----------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [None, "wrong"])
def test_who_has_no_token_is_challenged(mount: Mount, wrong: str | None) -> None:
    for method in ("initialize", "tools/list", "tools/call"):
        params = {"name": "anything", "arguments": {}} if method == "tools/call" else {}
        response = ask(mount, method, params, token=wrong)
        if mount.plugin.auth.callers == "everybody":
            assert (method, response.status_code) == (method, 200)
        else:
            assert (method, response.status_code) == (method, 401)
            assert response["WWW-Authenticate"].startswith(f'Bearer realm="{mount.plugin.slug}"')
            assert response.json()["detail"]


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("method", ["server/discover", "tools/list", "tools/call"])
def test_every_plugin_refuses_every_credential_but_its_own(ann: User, method: str, at: str) -> None:
    """RFC 9700 section 2.3. What is refused is refused before a tool is looked for."""
    own = {plugin: secret for plugin in PLUGINS if (secret := token_for(plugin, ann))}
    headers = {f"the token of {plugin.slug}": f"Bearer {own[plugin]}" for plugin in own}
    for plugin in PLUGINS:
        secret = own.get(plugin, "x")
        headers |= {
            "nothing": "",
            "no secret": "Bearer ",
            "two": f"Bearer {secret} {secret}",
            "no scheme": secret,
            "another scheme": f"Basic {secret}",
            "the stored digest": f"Bearer {digest(secret)}",
            "not ASCII": "Bearer tökén",
        }
        for name, header in headers.items():
            params = {"name": "eraseAll", "arguments": {}} if method == "tools/call" else {}
            sent = {"authorization": header} if header else {}
            response = ask(mount_of(plugin.slug, at), method, params, era=MODERN, headers=sent)
            opens = plugin.auth.callers == "everybody" or name == f"the token of {plugin.slug}"
            allowed = 400 if method == "tools/call" else 200  # there is no such tool
            assert response.status_code == (allowed if opens else 401), (plugin.slug, name)


def test_a_personal_token_reaches_its_own_list_without_saying_whose(
    todo_user: Mount, anns_token: str, bob: User
) -> None:
    TodoList("todo-user", "bob").add("Bob's")
    result(call(todo_user, "addTodo", {"todo": "Ann's"}, token=anns_token))
    listed = result(call(todo_user, "getTodos", {}, token=anns_token))
    assert listed["structuredContent"] == {"todos": ["Ann's"]}
    assert todo_user.get("/todos/me", token=anns_token).json() == {"todos": ["Ann's"]}
    other = result(call(todo_user, "getTodos", {"username": "bob"}, token=anns_token))
    assert other["isError"] is True


def test_a_script_of_another_origin_is_refused(todo: Mount) -> None:
    for origin, status in (
        ("https://evil.example", 403),
        ("http://localhost", 200),
        ("https://chatgpt.com", 200),
    ):
        assert ask(todo, "tools/list", headers={"origin": origin}).status_code == status


# --- The protocol ------------------------------------------------------------------------


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
    assert (response.status_code, response["Allow"]) == (405, "POST")


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
    assert answer["structuredContent"] == {"todos": ["a"]}


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


# --- OAuth -------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("method", ["tools/list", "tools/call"])
def test_the_challenge_leads_to_metadata_of_this_very_url(at: str, method: str) -> None:
    mount = mount_of("todo-oauth", at)
    response = ask(mount, method, {"name": "getTodos", "arguments": {}})
    assert response.status_code == 401
    [url] = re.findall(r'resource_metadata="([^"]+)"', response["WWW-Authenticate"])
    assert url == f"http://{mount.host}/.well-known/oauth-protected-resource{mount.prefix}/mcp"
    metadata = mount.client.get(urlsplit(url).path, headers={"host": mount.host}).json()
    assert metadata["resource"] == f"{mount.url}/mcp"
    assert metadata["authorization_servers"] == [mount.url]


def test_a_token_asked_for_by_the_address_of_mcp_opens_it(ann: User) -> None:
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    resource = f"{todo_oauth.url}/mcp"
    code = Browser(todo_oauth, ann).agree(chatgpt, resource=resource)
    token = redeem(todo_oauth, chatgpt, code, resource=resource).json()["access_token"]
    assert result(call(todo_oauth, "getTodos", {}, token=token))["isError"] is False


def test_a_scope_that_is_lacking_is_a_403_that_names_it(ann: User) -> None:
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    code = Browser(todo_oauth, ann).agree(chatgpt, scope="todos:read")
    token = redeem(todo_oauth, chatgpt, code).json()["access_token"]
    response = call(todo_oauth, "addTodo", {"todo": "x"}, token=token)
    assert response.status_code == 403
    assert 'error="insufficient_scope", scope="todos:write"' in response["WWW-Authenticate"]
    assert "/.well-known/oauth-protected-resource/todo-oauth/mcp" in response["WWW-Authenticate"]


def test_chatgpt_is_asked_for_a_scope_within_the_result_where_a_setting_says_so(
    ann: User, settings: Settings
) -> None:
    settings.MCP_SCOPE_CHALLENGE = "result"
    todo_oauth = mount_of("todo-oauth")
    chatgpt = register("ChatGPT", CALLBACK)
    code = Browser(todo_oauth, ann).agree(chatgpt, scope="todos:read")
    token = redeem(todo_oauth, chatgpt, code).json()["access_token"]
    refused = result(call(todo_oauth, "addTodo", {"todo": "x"}, token=token))
    assert refused["isError"] is True
    [challenge] = refused["_meta"]["mcp/www_authenticate"]
    assert 'error="insufficient_scope", scope="todos:write"' in challenge
    assert f"{todo_oauth.host}/.well-known/oauth-protected-resource/todo-oauth/mcp" in challenge
    assert call(todo_oauth, "addTodo", {"todo": "x"}, token="wrong").status_code == 401


def test_a_tool_says_which_scope_it_needs(ann: User) -> None:
    def schemes(slug: str) -> dict[str, Any]:
        mount = mount_of(slug)
        tools = result(ask(mount, "tools/list", token=token_for(mount.plugin, ann)))["tools"]
        return {tool["name"]: tool.get("_meta", {}).get("securitySchemes") for tool in tools}

    assert schemes("todo")["getTodos"] == [{"type": "noauth"}]
    assert schemes("todo-user")["getTodos"] is None
    of_oauth = schemes("todo-oauth")
    assert of_oauth["getTodos"] == [{"type": "oauth2", "scopes": ["todos:read"]}]
    assert of_oauth["addTodo"] == [{"type": "oauth2", "scopes": ["todos:write"]}]
