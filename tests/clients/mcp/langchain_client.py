"""langchain-mcp-adapters, which makes LangChain's tools of a server's."""

from conversation import Calls, Result, run
from langchain_mcp_adapters.client import MultiServerMCPClient


async def use(url: str, headers: dict[str, str], calls: Calls) -> Result:
    client = MultiServerMCPClient(
        {"it": {"transport": "streamable_http", "url": url, "headers": headers}}
    )
    tools = {tool.name: tool for tool in await client.get_tools()}
    answers = {}
    for name, given in calls:
        call = {"type": "tool_call", "id": name, "name": name, "args": given}
        answer = await tools[name].ainvoke(call)
        answers[name] = answer.artifact["structured_content"] if answer.status == "success" else {}
    return {"tools": [*tools], "answers": answers}


run(use)
