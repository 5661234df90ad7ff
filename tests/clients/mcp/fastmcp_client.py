"""FastMCP's client."""

from conversation import Calls, Result, run
from fastmcp.client import Client, StreamableHttpTransport


async def use(url: str, headers: dict[str, str], calls: Calls) -> Result:
    async with Client(StreamableHttpTransport(url, headers=headers)) as client:
        tools = [tool.name for tool in await client.list_tools()]
        # An answer that is an error is raised.
        answers = {
            name: (await client.call_tool(name, given)).structured_content for name, given in calls
        }
    return {"tools": tools, "answers": answers}


run(use)
