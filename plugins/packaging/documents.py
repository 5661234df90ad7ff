"""What each package says of a plugin.

Written after these, as they were in November 2026: Agent Plugins 1.0.0 (sections 5, 7.2 and 8), the
manifests that Codex 0.169 and Claude Code 2.1 read, and the MCP registry's schema of 2025-12-11.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from plugins.clients import token_variable
from plugins.mcp.tools import operations
from plugins.packaging.address import Address
from plugins.plugin import Plugin

AGENT_PLUGINS = "https://agent-plugins.org/schemas/1.0.0/{}.schema.json"
REGISTRY = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
LOGO = "assets/logo.png"

Document = dict[str, Any]


def documents(plugin: Plugin, address: Address) -> Mapping[str, Document]:
    """Return the JSON files of a package, by their paths in it."""
    made = {
        ".mcp.json": servers(plugin, address),
        ".codex-plugin/plugin.json": codex_plugin(plugin, address),
        ".claude-plugin/plugin.json": claude_plugin(plugin, address),
        ".claude-plugin/marketplace.json": marketplace(plugin),
    }
    if address.is_public:
        made["server.json"] = registry_server(plugin, address)
    if plugin.auth.headers("") == {}:
        # Its servers have no words for a token, and Codex reads no others where it finds one.
        made["plugin.json"] = agent_plugin(plugin, address)
        made["mcp.json"] = agent_plugin_servers(plugin, address)
    return made


# --- Agent Plugins -----------------------------------------------------------------------


def agent_plugin(plugin: Plugin, address: Address) -> Document:
    return {
        "$schema": AGENT_PLUGINS.format("plugin"),
        **common(plugin, address),
        "extensions": {"com.openai": {"interface": interface(plugin, address)}},
    }


def agent_plugin_servers(plugin: Plugin, address: Address) -> Document:
    server = {"type": "streamable-http", "url": address.mcp}
    return {"$schema": AGENT_PLUGINS.format("mcp"), "mcpServers": {plugin.slug: server}}


def common(plugin: Plugin, address: Address) -> Document:
    """Return what every manifest of a package says alike."""
    author = {"name": settings.SITE_NAME}
    if settings.CONTACT_EMAIL:
        author["email"] = settings.CONTACT_EMAIL
    return {
        "name": plugin.slug,
        "version": plugin.version,
        "description": plugin.description_for_human,
        "author": author,
        **({"homepage": address.page} if address.is_public else {}),
    }


def interface(plugin: Plugin, address: Address) -> Document:
    """Return what OpenAI's clients show of a plugin."""
    tools = [each.tool for each in operations(plugin).values()]
    writes = any(tool.annotations and not tool.annotations.read_only_hint for tool in tools)
    shown: Document = {
        "displayName": plugin.name_for_human,
        "shortDescription": plugin.description_for_human,
        "longDescription": plugin.description_for_human,
        "developerName": settings.SITE_NAME,
        "category": "Productivity",
        "capabilities": ["Read", "Write"] if writes else ["Read"],
        "defaultPrompt": [f"What can you do with {plugin.name_for_human}?"],
        "logo": f"./{LOGO}",
        "composerIcon": f"./{LOGO}",
    }
    if address.is_public:
        legal = f"{address.root}/legal"
        shown |= {"websiteURL": address.page, "privacyPolicyURL": legal, "termsOfServiceURL": legal}
    return shown


# --- Codex and Claude Code ---------------------------------------------------------------


def codex_plugin(plugin: Plugin, address: Address) -> Document:
    return {
        **common(plugin, address),
        "mcpServers": "./.mcp.json",
        "interface": interface(plugin, address),
    }


def claude_plugin(plugin: Plugin, address: Address) -> Document:
    """Return a manifest that leaves its servers to `.mcp.json`, where Claude Code looks first."""
    return {"displayName": plugin.name_for_human, **common(plugin, address)}


def servers(plugin: Plugin, address: Address) -> Document:
    """Return the servers for both: each reads its own words for a token, and passes the other's."""
    variable = token_variable(plugin)
    server: Document = {"type": "http", "url": address.mcp}
    if headers := plugin.auth.headers(f"${{{variable}}}"):
        server["headers"] = headers
    return {"mcpServers": {plugin.slug: server | plugin.auth.codex_settings(variable)}}


def marketplace(plugin: Plugin) -> Document:
    """Return a marketplace of this one plugin, by which both install it from the folder."""
    return {
        "name": plugin.slug,
        "description": plugin.description_for_human,
        "owner": {"name": settings.SITE_NAME},
        "plugins": [{"name": plugin.slug, "source": "./"}],
    }


# --- The MCP registry --------------------------------------------------------------------


def registry_server(plugin: Plugin, address: Address) -> Document:
    remote: Document = {"type": "streamable-http", "url": address.mcp}
    if headers := plugin.auth.headers("{token}"):
        token = {
            "description": plugin.auth.how_to_get_one,
            "isRequired": True,
            "isSecret": True,
        }
        remote["headers"] = [
            {"name": name, "value": value, **token, "variables": {"token": token}}
            for name, value in headers.items()
        ]
    icon = {
        "src": f"{address.root}/logo.png",
        "mimeType": "image/png",
        "sizes": ["512x512"],
    }
    return {
        "$schema": REGISTRY,
        "name": f"{address.reversed_host}/{plugin.slug}",
        "title": plugin.name_for_human,
        "description": plugin.description_for_human,
        "version": plugin.version,
        "websiteUrl": address.page,
        "icons": [icon],
        "remotes": [remote],
    }
