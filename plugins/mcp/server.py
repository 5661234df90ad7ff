"""A plugin as the official SDK serves it, without an event loop.

The SDK's kernel decides what a message means in each revision of the protocol. Its handlers here
never wait, so the coroutine of a request is over as soon as it is started; under a synchronous
server that costs a fraction of what a loop for each request would.
"""

from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import anyio
import orjson
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.runner import ServerRunner, modern_error_data
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import (
    INVALID_PARAMS,
    SERVER_INFO_META_KEY,
    CallToolRequestParams,
    CallToolResult,
    ErrorData,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)

from plugins.mcp.calls import run
from plugins.mcp.responses import ChallengeError, admit
from plugins.mcp.tools import BadArgumentError, operations
from plugins.mounts import PluginMount, PluginRequest
from plugins.plugin import Plugin

CHALLENGE = "WWW-Authenticate"
INTRODUCTIONS = {"initialize", "server/discover"}  # the requests that ask who answers


@dataclass
class Exchange:
    """One request and its one answer: nothing can be asked of the client in between.

    What the SDK calls a dispatch context (`mcp.shared.dispatcher.DispatchContext`).
    """

    transport: TransportContext
    request_id: Any
    message_metadata: ServerMessageMetadata
    cancel_requested: Any = field(default_factory=anyio.Event)
    can_send_request: bool = False

    async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
        raise NoBackChannelError(method)

    async def notify(self, method: str, params: Any, opts: Any = None) -> None:
        """Drop it: an answer in JSON has no room beside the result."""

    async def progress(self, progress: float, total: Any = None, message: Any = None) -> None:
        """Drop it, for the same reason."""


@cache
def server_of(plugin: Plugin) -> "Server[Any]":
    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[each.tool for each in operations(plugin).values()])

    async def call_tool(
        context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        return call(cast("PluginRequest", context.request), plugin, params)

    server: Server[Any] = Server(
        plugin.name_for_model,
        title=plugin.name_for_human,
        description=plugin.description_for_human,
        version=plugin.version,
        instructions=plugin.description_for_model,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()  # spans of telemetry, which nothing here collects
    return server


def call(request: PluginRequest, plugin: Plugin, params: CallToolRequestParams) -> CallToolResult:
    operation = operations(plugin).get(params.name)
    if operation is None:
        raise MCPError(code=INVALID_PARAMS, message=f"There is no tool '{params.name[:50]}'.")
    try:
        response = run(request, operation, dict(params.arguments or {}))
    except BadArgumentError as error:
        admit(request)
        return failed(str(error))
    if CHALLENGE in response:
        challenge = plugin.auth.challenge(request, plugin)  # type: ignore[arg-type]
        if response.status_code == 403:  # and where a client learns how to get what it lacks
            _, found, metadata = challenge.partition(", resource_metadata=")
            challenge = f"{response[CHALLENGE]}{found}{metadata}"
        response[CHALLENGE] = challenge
        del response["Allow"]
        raise ChallengeError(response)
    answer = orjson.loads(response.content)
    if response.status_code != 200:
        return failed(answer["detail"])
    text = TextContent(type="text", text=response.content.decode())
    return CallToolResult(content=[text], structured_content=answer)


def failed(detail: str) -> CallToolResult:
    """Tell the model what was wrong, and what to do about it."""
    return CallToolResult(content=[TextContent(type="text", text=detail)], is_error=True)


def run_request(
    request: PluginRequest, connection: Connection, message: dict[str, Any]
) -> dict[str, Any] | ErrorData:
    """Return the result of a JSON-RPC request, or its error; raises ChallengeError."""
    exchange = Exchange(
        transport=TransportContext(
            kind="streamable-http", can_send_request=False, headers=request.headers
        ),
        request_id=message["id"],
        message_metadata=ServerMessageMetadata(request_context=request),
    )
    runner = ServerRunner(server_of(request.mount.plugin), connection, {})
    try:
        result = finished(runner.on_request(exchange, message["method"], message.get("params")))
        if message["method"] in INTRODUCTIONS:
            introduce(result, request.mount)
        return result
    except ChallengeError:
        raise
    except Exception as error:  # whatever a handler raises: the SDK says which error it is
        return modern_error_data(error)


def introduce(result: dict[str, Any], mount: PluginMount) -> None:
    """Add to what the server says of itself the URLs of the mount that was asked."""
    server = (
        result["serverInfo"] if "serverInfo" in result else result["_meta"][SERVER_INFO_META_KEY]
    )
    server["websiteUrl"] = mount.url()
    server["icons"] = [{"src": mount.url("logo"), "mimeType": "image/png", "sizes": ["512x512"]}]


def finished(awaitable: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """Run a coroutine that never waits."""
    coroutine = cast("Coroutine[Any, Any, dict[str, Any]]", awaitable)
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: dict[str, Any] = done.value
        return result
    coroutine.close()
    raise RuntimeError("A handler waited, which nothing here does.")
