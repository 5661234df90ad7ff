"""The official MCP client, in both eras of the protocol, lists and calls every plugin's tools."""

from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from plugins.mcp.tools import operations
from tests.clients.calls import calls_of, prepare
from tests.clients.live_site import ServedPlugin


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_official_client_lists_and_calls(served: ServedPlugin, mode: str) -> None:
    prepare(served)
    anyio.run(list_and_call, served, mode)


async def list_and_call(served: ServedPlugin, mode: Any) -> None:
    async with (
        httpx2.AsyncClient(headers=served.headers) as http,
        Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode) as client,
    ):
        assert client.server_info and client.server_info.title == served.plugin.name_for_human
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == operations(served.plugin).keys()
        for name, arguments in calls_of(served.plugin):
            # The client holds what it gets to the tool's output schema.
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result.content
            assert result.structured_content
