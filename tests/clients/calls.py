"""A call of every tool that a plugin offers, which every client here makes.

`tests/APP/calls.py` has those of an app: `CALLS`, by the tool's name, in an order in which each
finds what it needs; `BEFORE`, a request that puts in what no tool does; and `LOADED_BY`, the
command that loads its data. An app without that file has its tools listed and not called.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import httpx

from plugins.mcp.tools import operations, own_parameters
from plugins.plugin import Plugin
from tests.clients.live_site import LiveSite, ServedPlugin


def calls_of(plugin: Plugin) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls of a plugin's tools: all of them, or a test fails."""
    app = calls_of_app(plugin)
    if app is None:
        return []
    tools = operations(plugin)
    missing = tools.keys() - app.CALLS.keys()
    assert not missing, f"Write into {app.__file__} how {sorted(missing)} are called."
    own = own_parameters(plugin)
    return [
        (name, {key: value for key, value in arguments.items() if key not in own})
        for name, arguments in app.CALLS.items()
        if name in tools
    ]


def documented_calls(plugin: Plugin) -> list[tuple[str, dict[str, Any]]]:
    """Return them as the OpenAPI document has them, with the username that a tool leaves out."""
    app = calls_of_app(plugin)
    names = dict(calls_of(plugin))
    return [(name, given) for name, given in app.CALLS.items() if name in names] if app else []


def load(site: LiveSite) -> None:
    """Load what commands load, and put in what the calls read."""
    apps = {
        app.__name__: app
        for served in site.plugins.values()
        if (app := calls_of_app(served.plugin))
    }
    for app in apps.values():
        if command := getattr(app, "LOADED_BY", None):
            site.manage(command)
    for served in site.plugins.values():
        prepare(served)


def prepare(served: ServedPlugin) -> None:
    """Put in what the calls read."""
    app = calls_of_app(served.plugin)
    if app and (before := getattr(app, "BEFORE", None)):
        method, path, body = before
        answer = httpx.request(
            method, f"{served.url}{path}", json=body, headers=served.headers, timeout=60
        )
        answer.raise_for_status()


def calls_of_app(plugin: Plugin) -> ModuleType | None:
    app = type(plugin.api).__module__.split(".")[-2]
    name = f"tests.{app}.calls"
    return import_module(name) if find_spec(f"tests.{app}") and find_spec(name) else None
