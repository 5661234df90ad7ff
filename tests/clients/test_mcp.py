"""The official MCP client, in both eras of the protocol, lists and calls every plugin's tools."""

from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.clients.live_site import ServedPlugin

# One that anybody may call as it is, for each API: a tool, and what it is told.
CALLS: dict[str, dict[str, Any]] = {
    "addTodo": {"todo": "Buy milk"},
    "getTodos": {"limit": 1},
    "getTeams": {},
    "getPlayers": {"query": "jokic"},
    "getGames": {"seasons": [2023, 2024], "limit": 1},
    "getStats": {"limit": 1},
    "getSeasonAverages": {"season": 2024, "player_ids": [1, 2]},
    "queryDocuments": {"queries": [{"query": "Where is the office?", "top_k": 1}]},
    "search": {"query": "Where is the office?"},
    "upsertDocuments": {"documents": [{"text": "The office is in the old mill."}]},
}
NAMED = {"addTodo", "getTodos", "deleteTodo"}  # where a list is somebody's


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_official_client_lists_and_calls(served: ServedPlugin, mode: str) -> None:
    anyio.run(list_and_call, served, mode)


async def list_and_call(served: ServedPlugin, mode: Any) -> None:
    async with (
        httpx2.AsyncClient(headers=served.headers) as http,
        Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode) as client,
    ):
        assert client.server_info and client.server_info.title == served.plugin.name_for_human
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools
        own = served.plugin.auth.callers == "people"
        for name in sorted(tools.keys() & CALLS.keys()):
            username = {"username": "ann"} if name in NAMED and not own else {}
            # The client holds what it gets to the tool's output schema.
            result = await client.call_tool(name, {**CALLS[name], **username})
            assert not result.is_error, result.content
            assert result.structured_content
        if "deleteTodo" in tools:
            username = {} if own else {"username": "ann"}
            listed = (await client.call_tool("getTodos", username)).structured_content or {}
            last = len(listed["todos"]) - 1  # other tests' todos may stand before
            gone = await client.call_tool("deleteTodo", {"todo_idx": last, **username})
            assert gone.structured_content == {"deleted": "Buy milk"}
