"""A call of every tool of sports, for clients that others wrote (`tests/clients/calls.py`)."""

from typing import Any

LOADED_BY = "load_sports"
CALLS: dict[str, dict[str, Any]] = {
    "getTeams": {},
    "getPlayers": {"query": "jokic"},
    "getGames": {"seasons": [2023, 2024], "limit": 1},
    "getStats": {"limit": 1},
    "getSeasonAverages": {"season": 2024, "player_ids": [1, 2]},
}
