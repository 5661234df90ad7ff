"""balldontlie's own SDKs work against the running site, by its address alone."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from balldontlie import BalldontlieAPI
from balldontlie.exceptions import NotFoundError, ValidationError

from sports.datasets import Dataset
from tests.clients.live_site import ServedPlugin

NPM_PACKAGE = "@balldontlie/sdk@1.2.2"
SCRIPT = Path(__file__).with_name("balldontlie_sdk.cjs")
DENVER, JOKIC = 1610612743, 203999


@pytest.fixture(scope="module")
def denver_games(dataset: Dataset) -> list[list[Any]]:
    """Denver's games of 2024 as the packages have them, in the order of their days."""
    games = sorted(dataset.games, key=lambda game: (game.date, game.id))
    return [
        [game.id, game.home_team_score, game.visitor_team_score]
        for game in games
        if game.season == 2024 and DENVER in (game.home_team_id, game.visitor_team_id)
    ]


@pytest.fixture(params=["prefix", "own host"])
def base_url(
    request: pytest.FixtureRequest, served_sports: ServedPlugin, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Return where the plugin is, at either mount."""
    look_up = socket.getaddrinfo

    def loopback(host: Any, *args: Any, **kwargs: Any) -> Any:
        # Not every machine takes *.localhost for itself, as RFC 6761 section 6.3 would have it.
        return look_up("127.0.0.1" if str(host).endswith(".localhost") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", loopback)
    return served_sports.url if request.param == "prefix" else served_sports.own_host_url


def test_the_python_sdk(base_url: str, denver_games: list[list[Any]]) -> None:
    nba = BalldontlieAPI(api_key="any", base_url=base_url).nba
    assert len(nba.teams.list().data) == 30
    assert nba.teams.get(DENVER).data.full_name == "Denver Nuggets"
    [player] = nba.players.list(search="jokic").data
    assert (player.id, player.first_name, player.last_name) == (JOKIC, "Nikola", "Jokić")
    assert nba.players.get(JOKIC).data == player
    games = list(every_game(nba))
    assert [[game.id, game.home_team_score, game.visitor_team_score] for game in games] == (
        denver_games
    )
    assert nba.games.get(games[0].id).data == games[0]
    stats = nba.stats.list(game_ids=[games[0].id], player_ids=[JOKIC]).data
    assert [stat.player.id for stat in stats] == [JOKIC]
    [averages] = nba.season_averages.get(season=2024, player_id=JOKIC).data
    assert (averages.games_played, averages.fgm, averages.pts) == (70, 11.23, None)
    with pytest.raises(ValidationError, match="per_page: Must be a whole number from 1 to 100"):
        nba.games.list(per_page=0)
    with pytest.raises(NotFoundError, match="None of the games has the id 5"):
        nba.games.get(5)


def every_game(nba: Any) -> Iterator[Any]:
    cursor = None
    while True:
        page = nba.games.list(seasons=[2024], team_ids=[DENVER], per_page=25, cursor=cursor)
        yield from page.data
        cursor = page.meta.next_cursor
        if cursor is None:
            return


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for command in ("node", "npm"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed, so npm's SDK was not tried.")
    directory = tmp_path_factory.mktemp("sdk")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(directory), NPM_PACKAGE]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{NPM_PACKAGE} could not be installed, so it was not tried: {done.stderr}")
    return directory / "node_modules"


def test_the_npm_sdk(
    served_sports: ServedPlugin, node_modules: Path, denver_games: list[list[Any]]
) -> None:
    done = subprocess.run(
        ["node", str(SCRIPT), served_sports.url],
        env=os.environ | {"NODE_PATH": str(node_modules)},
        capture_output=True,
        text=True,
        check=True,
    )
    read = json.loads(done.stdout)
    assert read["teams"] == 30
    assert read["team"] == "Denver Nuggets"
    assert read["players"] == [JOKIC]
    assert read["games"] == denver_games
    assert read["shots"] > 50
    assert (read["averages"]["games_played"], read["averages"]["fgm"]) == (70, 11.23)
    assert read["refused"] == "per_page: Must be a whole number from 1 to 100."
    assert "None of the games has the id 5" in read["missing"]
