"""The other way to serve a plugin's MCP server: the SDK's own session manager, under ASGI.

`plugins/mcp/server.py` drives the SDK's kernel by names that are not documented. Should an upgrade
take them away, this is the way out: what is used here is what the SDK documents. It needs an ASGI
server and an event loop, which is why it is not the way in.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from copy import copy
from dataclasses import replace
from io import BytesIO
from typing import Any

import anyio.to_thread
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST

from plugins.mcp.responses import Arrival, ChallengeError
from plugins.mcp.server import finished, server_of
from plugins.mounts import PluginRequest, find_mount
from plugins.plugin import Plugin
from plugins.urls import urlconf_of_host

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


def session_manager(plugin: Plugin) -> StreamableHTTPSessionManager:
    """Return what answers at the plugin's `/mcp`; whoever serves it enters its `run()`."""
    server = copy(server_of(plugin))
    server.middleware = [in_thread]
    return StreamableHTTPSessionManager(server, json_response=True, stateless=True)


async def in_thread(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Answer a message where Django may wait for its database (the SDK's middleware)."""
    assert ctx.request
    scope = ctx.request.scope

    def answer() -> HandlerResult:
        close_old_connections()
        try:
            arrival = Arrival(request_of(scope))
            if ctx.method != "tools/call":
                arrival.admit()
            result = finished(call_next(replace(ctx, request=arrival)))  # type: ignore[arg-type]
            arrival.admit()  # a call that came to no view
            return result
        except ChallengeError as error:
            scope["challenge"] = error.response
            raise MCPError(code=INVALID_REQUEST, message="HTTP has the answer.") from error
        finally:
            close_old_connections()

    return await anyio.to_thread.run_sync(answer)


def request_of(scope: Message) -> PluginRequest:
    """Return Django's request, as its middleware would hand it on; the body is the SDK's."""
    request: Any = ASGIRequest(scope, BytesIO())
    request.META["wsgi.url_scheme"] = scope["scheme"]  # which a request within it is told
    request.urlconf = urlconf_of_host(request.get_host())
    request.mount = find_mount(request, request.path_info)
    plugin_request: PluginRequest = request
    return plugin_request


def with_challenges(manager: StreamableHTTPSessionManager) -> Callable[..., Awaitable[None]]:
    """Let HTTP say what only HTTP can: a JSON-RPC error leads no client to sign in."""

    async def app(scope: Message, receive: Any, send: Send) -> None:
        async def send_unless_challenged(message: Message) -> None:
            challenge = scope.get("challenge")
            if challenge is None:
                await send(message)
            elif message["type"] == "http.response.start":
                headers = [(k.lower().encode(), v.encode()) for k, v in challenge.items()]
                status = challenge.status_code
                await send({**message, "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": challenge.content})

        await manager.handle_request(scope, receive, send_unless_challenged)

    return app
