"""What scenarios ask for, served by the view that serves the plugins.

The one thing that stands in for the site's is the SDK's `Server`: its handlers. The way to it, from
the socket to the kernel and back, is the site's own.
"""

import warnings
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPDeprecationWarning

from plugins.mcp import server
from plugins.plugin import Plugin
from tests.conformance import prompts, tools

SLUG = "conformance"


def make_server() -> "Server[Any]":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MCPDeprecationWarning)  # logging, which 2025-11-25 has
        made: Server[Any] = Server(
            SLUG,
            version="1",
            on_list_tools=tools.list_tools,
            on_call_tool=tools.call_tool,
            on_list_prompts=prompts.list_prompts,
            on_get_prompt=prompts.get_prompt,
            on_completion=prompts.complete,
            on_list_resources=prompts.list_resources,
            on_list_resource_templates=prompts.list_templates,
            on_read_resource=prompts.read_resource,
            on_subscribe_resource=prompts.subscribe,
            on_unsubscribe_resource=prompts.subscribe,
            on_set_logging_level=prompts.set_level,
        )
    made.middleware.clear()
    return made


def install() -> None:
    """Give the view this server for the plugin of that name, and each other plugin its own."""
    of_plugin, own = server.server_of, make_server()

    def server_of(plugin: Plugin) -> "Server[Any]":
        return own if plugin.slug == SLUG else of_plugin(plugin)

    server.server_of = server_of  # type: ignore[assignment]
