"""A plugin as the official SDK serves it, without an event loop.

The SDK's kernel decides what a message means in each revision of the protocol. Its handlers here
never wait, so the coroutine of a request is over as soon as it is started; under a synchronous
server that costs a fraction of what a loop for each request would.
"""

from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar, cast

import anyio
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.runner import ServerRunner, modern_error_data
from mcp.shared.exceptions import NoBackChannelError
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import (
    SERVER_INFO_META_KEY,
    CallToolRequestParams,
    ErrorData,
    ListToolsResult,
    PaginatedRequestParams,
)

from plugins.mcp.calls import as_result, call
from plugins.mcp.responses import Arrival, ChallengeError
from plugins.mcp.tools import operations
from plugins.mcp.widgets import EXTENSION, resource_handlers
from plugins.mounts import PluginMount
from plugins.plugin import Plugin

INTRODUCTIONS = {"initialize", "server/discover"}  # the requests that ask who answers


@dataclass
class Exchange:
    """One request and its one answer: nothing can be asked of the client in between.

    What the SDK calls a dispatch context (`mcp.shared.dispatcher.DispatchContext`).
    """

    request_id: Any
    message_metadata: ServerMessageMetadata
    transport: ClassVar = TransportContext(kind="streamable-http", can_send_request=False)
    cancel_requested: ClassVar = anyio.Event()  # one for all: nothing here cancels
    can_send_request: ClassVar = False

    async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
        raise NoBackChannelError(method)

    async def notify(self, method: str, params: Any, opts: Any = None) -> None:
        """Drop it: an answer in JSON has no room beside the result."""

    async def progress(self, progress: float, total: Any = None, message: Any = None) -> None:
        """Drop it, for the same reason."""


class PluginServer(Server[Any]):
    """The SDK's server, which says at each result of 2026-07-28 who it is."""

    @property
    def server_info_stamp(self) -> dict[str, Any]:
        """A dict of its own for each result: one level is all that is changed (`introduce`)."""
        return {**self.stamp}

    @cached_property
    def stamp(self) -> dict[str, Any]:
        return super().server_info_stamp


@cache
def server_of(plugin: Plugin) -> "Server[Any]":
    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[each.tool for each in operations(plugin).values()])

    async def call_tool(context: ServerRequestContext[Any], params: CallToolRequestParams) -> Any:
        arrival = cast("Arrival", context.request)
        if arrival.answer is None:
            arrival.answer = call(arrival, plugin, params.name, params.arguments or {})
        if isinstance(arrival.answer, Exception):
            raise arrival.answer
        return as_result(arrival.answer)

    resources = resource_handlers(plugin)
    server = PluginServer(
        plugin.name_for_model,
        title=plugin.name_for_human,
        description=plugin.description_for_human,
        version=plugin.version,
        instructions=plugin.description_for_model,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        **resources,
    )
    if resources:
        server.extensions[EXTENSION] = {}
    server.middleware.clear()  # spans of telemetry, which nothing here collects
    return server


def run_request(
    arrival: Arrival, connection: Connection, message: dict[str, Any]
) -> dict[str, Any] | ErrorData:
    """Return the result of a JSON-RPC request, or its error; raises ChallengeError."""
    mount = arrival.request.mount
    exchange = Exchange(
        request_id=message["id"],
        message_metadata=ServerMessageMetadata(request_context=arrival),
    )
    runner = ServerRunner(server_of(mount.plugin), connection, {})
    try:
        result = finished(runner.on_request(exchange, message["method"], message.get("params")))
        if message["method"] in INTRODUCTIONS:
            introduce(result, mount)
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
