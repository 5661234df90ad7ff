"""The handlers of a plugin's MCP server do under the SDK's session manager what they do here."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
import httpx2
import pytest
from django.contrib.auth.models import User
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from oauth_demo.models import Token
from tests.conftest import Mount, mount_of
from tests.plugins.session_manager import session_manager, with_challenges

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[httpx2.AsyncClient, str], Awaitable[None]]


def serve(mount: Mount, act: Act, token: str = "") -> None:
    """Serve a plugin's MCP server in an event loop, without a socket, for as long as it takes."""
    anyio.run(serve_in_loop, mount, act, token)


async def serve_in_loop(mount: Mount, act: Act, token: str) -> None:
    manager = session_manager(mount.plugin)
    transport = httpx2.ASGITransport(with_challenges(manager))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with manager.run(), httpx2.AsyncClient(transport=transport, headers=headers) as http:
        await act(http, f"{mount.url}/mcp")


async def add_and_read(
    http: httpx2.AsyncClient, url: str, *, mode: Any, arguments: dict[str, str], tools: list[str]
) -> None:
    async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == tools
        added = await client.call_tool("addTodo", {**arguments, "todo": "Buy milk"})
        assert added.structured_content == {"todo": "Buy milk"}
        refused = await client.call_tool("addTodo", {**arguments, "todo": ""})
        assert refused.is_error


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_official_client_lists_and_calls(todo: Mount, mode: str) -> None:
    tools = ["getTodos", "addTodo", "deleteTodo"]
    act = partial(add_and_read, mode=mode, arguments={"username": "ann"}, tools=tools)
    serve(todo, act)
    assert todo.get("/todos/ann").json() == {"todos": ["Buy milk"]}


def test_a_token_says_whose_list_it_is(todo_user: Mount) -> None:
    ann = User.objects.create_user("ann")
    token = Token.objects.issue(plugin="todo-user", name="Laptop", user=ann)[1]
    tools = ["getTodos", "addTodo", "deleteTodo"]
    serve(todo_user, partial(add_and_read, mode="auto", arguments={}, tools=tools), token)
    assert todo_user.get("/todos/ann", token=token).json() == {"todos": ["Buy milk"]}


@pytest.mark.parametrize("method", ["tools/list", "tools/call"])
def test_without_a_token_there_is_the_same_challenge(method: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"name": "getTodos"}}
    answers: list[httpx2.Response] = []

    async def ask(http: httpx2.AsyncClient, url: str) -> None:
        accept = {"Accept": "application/json, text/event-stream"}
        answers.append(await http.post(url, json=message, headers=accept))

    mount = mount_of("todo-oauth")
    serve(mount, ask)
    own = mount.post("/mcp", message)
    assert answers[0].status_code == own.status_code == 401
    assert answers[0].headers["WWW-Authenticate"] == own["WWW-Authenticate"]
    assert answers[0].json() == own.json()
