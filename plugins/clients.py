"""The programs in which people use plugins today, and the exact words by which each takes one.

`docs/mcp.md` says of each whether it was run or read, and when.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plugins.plugin import Plugin


@dataclass(frozen=True)
class Client:
    """A program that takes a plugin by the address of its MCP server."""

    name: str
    steps: str
    """What a person does there, before what they paste."""
    snippet: Callable[[Plugin, str], str]
    """What they paste, of a plugin at an address."""
    sends_tokens: bool = True
    """Whether it sends a token that its person was given."""
    sign_in: str = ""
    """What a person types afterwards where OAuth asks them to sign in, with {} for the plugin."""


@dataclass(frozen=True)
class Way:
    """How one client takes one plugin; without a snippet where it cannot."""

    client: str
    steps: str
    snippet: str = ""
    sign_in: str = ""


def ways(plugin: Plugin, address: str) -> list[Way]:
    """Return how each client takes a plugin whose MCP server is at an address."""
    return [
        Way(
            client.name,
            client.steps,
            client.snippet(plugin, address),
            client.sign_in.format(plugin.slug) if plugin.auth.scopes else "",
        )
        if client.sends_tokens or not plugin.auth.tokens_by_hand
        else Way(
            client.name,
            f"{client.name} sends no token that it was given. "
            "It takes plugins without sign-in, and those with OAuth.",
        )
        for client in CLIENTS
    ]


def token_variable(plugin: Plugin) -> str:
    """Return the environment variable in which clients look for a token of the plugin."""
    return f"{plugin.slug.upper().replace('-', '_')}_TOKEN"


def address_alone(plugin: Plugin, address: str) -> str:
    return address


def claude_code(plugin: Plugin, address: str) -> str:
    command = f"claude mcp add --transport http {plugin.slug} {address}"
    headers = plugin.auth.headers(f"${{{token_variable(plugin)}}}")
    return command + "".join(
        f" \\\n  --header '{name}: {value}'" for name, value in headers.items()
    )


def codex(plugin: Plugin, address: str) -> str:
    settings = {"url": address, **plugin.auth.codex_settings(token_variable(plugin))}
    lines = [f"{name} = {as_toml(value)}" for name, value in settings.items()]
    return "\n".join([f"[mcp_servers.{plugin.slug}]", *lines])


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{as_toml(name)} = {as_toml(item)}" for name, item in value.items())
        return f"{{ {pairs} }}"
    return json.dumps(value)  # a string of JSON is one of TOML


def vs_code(plugin: Plugin, address: str) -> str:
    name = f"{plugin.slug}-token"
    server: dict[str, Any] = {"type": "http", "url": address}
    settings: dict[str, Any] = {"servers": {plugin.slug: server}}
    if headers := plugin.auth.headers(f"${{input:{name}}}"):
        server["headers"] = headers
        settings["inputs"] = [
            {
                "type": "promptString",
                "id": name,
                "description": f"{plugin.name_for_human}: {plugin.auth.name.lower()}",
                "password": True,
            }
        ]
    return json.dumps(settings, indent=2)


def cursor(plugin: Plugin, address: str) -> str:
    server: dict[str, Any] = {"url": address}
    if headers := plugin.auth.headers(f"${{env:{token_variable(plugin)}}}"):
        server["headers"] = headers
    return json.dumps({"mcpServers": {plugin.slug: server}}, indent=2)


CLIENTS = (
    Client(
        "ChatGPT",
        "On the web: Plugins, the plus button, “Add custom MCP server”. Paste this address, which "
        "has to be public, as the server URL.",
        address_alone,
        sends_tokens=False,
    ),
    Client(
        "Claude",
        "On the web or in the desktop app: Customize, Connectors, the plus button, “Add custom "
        "connector”. Paste this address, which has to be public; then “Connect”.",
        address_alone,
        sends_tokens=False,
    ),
    Client("Claude Code", "In a terminal:", claude_code, sign_in="claude mcp login {}"),
    Client("Codex", "In ~/.codex/config.toml:", codex, sign_in="codex mcp login {}"),
    Client("VS Code", "In .vscode/mcp.json:", vs_code),
    Client("Cursor", "In .cursor/mcp.json:", cursor),
)
