"""A call of every tool that a plugin offers, which every MCP client here makes."""

from typing import Any

import httpx

from plugins.mcp.tools import operations, own_parameters
from tests.clients.live_site import ServedPlugin

USERNAME = "ann"
CALLS: dict[str, dict[str, Any]] = {
    "addTodo": {"username": USERNAME, "todo": "Buy milk"},
    "getTodos": {"username": USERNAME, "limit": 1},
    "deleteTodo": {"username": USERNAME, "todo_idx": 0},
    # <examples>
    "getTeams": {},
    "getPlayers": {"query": "jokic"},
    "getGames": {"seasons": [2023, 2024], "limit": 1},
    "getStats": {"limit": 1},
    "getSeasonAverages": {"season": 2024, "player_ids": [1, 2]},
    "upsertDocuments": {
        "documents": [{"id": "the-office", "text": "The office is in the old mill."}]
    },
    "queryDocuments": {"queries": [{"query": "Where is the office?", "top_k": 1}]},
    "getDocument": {"id": "the-office"},
    "search": {"query": "Where is the office?"},
    "fetch": {"id": "the-office"},
    # </examples>
}
"""By the tool's name; in an order in which each finds what it needs."""


def calls_of(served: ServedPlugin) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls of all tools of a plugin; one that nobody wrote a call for is missed."""
    tools = operations(served.plugin)
    missing = tools.keys() - CALLS.keys()
    assert not missing, f"Write into tests/clients/calls.py how {sorted(missing)} are called."
    own = own_parameters(served.plugin)
    return [
        (name, {key: value for key, value in arguments.items() if key not in own})
        for name, arguments in CALLS.items()
        if name in tools
    ]


def prepare(served: ServedPlugin) -> None:
    """Put in what the calls read, where no tool lets anybody save it."""
    # <examples>
    tools = operations(served.plugin)
    if "getDocument" in tools and "upsertDocuments" not in tools:
        body = CALLS["upsertDocuments"]
        url = f"{served.url}/upsert"
        httpx.post(url, json=body, headers=served.headers, timeout=60).raise_for_status()
    # </examples>
