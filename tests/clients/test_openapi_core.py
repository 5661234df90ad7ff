"""openapi-core finds what is asked and answered as the document says, at every plugin."""

from typing import Any

import pytest
import requests

from tests.clients.caller import Caller, validated
from tests.clients.calls import documented_calls, load
from tests.clients.live_site import LiveSite, ServedPlugin
from tests.clients.requests_by_document import request_of


@pytest.fixture(scope="module")
def filled_site(production_site: LiveSite) -> LiveSite:
    load(production_site)
    return production_site


def test_every_operation_asks_and_answers_as_documented(
    filled_site: LiveSite, served: ServedPlugin
) -> None:
    document = requests.get(f"{served.url}/openapi.json", timeout=30).json()
    for name, given in documented_calls(served.plugin):
        ask = request_of(document, name, given)
        answer = send(served, ask.method, ask.path, params=ask.query, json=ask.body)
        assert answer.status_code == 200, (name, answer.text)
        validated(document, answer)


def send(served: ServedPlugin, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(
        method, f"{served.url}{path}", headers=served.headers, timeout=60, **options
    )


# <examples>
def test_players_without_a_team_and_games_without_scores_are_as_documented(
    filled_site: LiveSite,
) -> None:
    served = filled_site.plugins["sports"]
    document = requests.get(f"{served.url}/openapi.json", timeout=30).json()
    for path, teams in (
        ("/players?limit=100", "team"),
        ("/players?query=jordan", "team"),
        ("/players?query=jokic", ""),
        ("/games?limit=100&seasons=2023", ""),
        ("/stats?limit=100", ""),
        ("/season_averages?season=2023&player_ids=203999&player_ids=201599", ""),
        ("/teams", ""),
    ):
        answer = send(served, "GET", path)
        validated(document, answer)
        data = answer.json()["data"]
        assert data, path
        assert not teams or any(row[teams] is None for row in data), path
    # </examples>


def test_reading_adding_and_deleting_are_as_documented(caller: Caller) -> None:
    added = caller.call("POST", json={"todo": "buy milk"})
    read = caller.call("GET")
    deleted = caller.call("DELETE", json={"todo_idx": len(read.json()["todos"]) - 1})
    for response in (added, read, deleted):
        assert response.status_code == 200
        caller.check_request(response)
    assert deleted.json() == {"deleted": "buy milk"}


def test_reading_a_part_is_as_documented(caller: Caller) -> None:
    response = caller.call("GET", params={"limit": 2, "offset": 1})
    caller.check_request(response)
    assert len(response.json()["todos"]) <= 2
