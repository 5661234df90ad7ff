"""FastMCP makes an MCP server of a document."""

from typing import Any

import httpx2
from fastmcp import FastMCP
from fastmcp.client import Client
from importing import Plugin, Shown, run


async def use(plugin: Plugin) -> tuple[Shown, dict[str, Any]]:
    http = httpx2.AsyncClient(base_url=plugin.url, headers=plugin.headers)
    server = FastMCP.from_openapi(openapi_spec=plugin.document(), client=http)
    async with http, Client(server) as client:
        shown = {
            tool.name: {
                "description": tool.description,
                "arguments": list(tool.input_schema["properties"]),
            }
            for tool in await client.list_tools()
        }
        # An answer that is an error is raised.
        answers = {
            name: (await client.call_tool(name, given)).structured_content
            for name, given in plugin.calls
        }
    return shown, answers


run(use)
