"""What is embedded is what the packages say, computed here by pandas from their files."""

from decimal import ROUND_HALF_UP, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from nba_api.stats.static import players as nba_players
from nba_api.stats.static import teams as nba_teams

from sports.datasets import Dataset
from sports.models import Game, Player, Stat, Team
from tests.conftest import Mount

pytestmark = [pytest.mark.usefixtures("real_data"), pytest.mark.django_db]

DENVER = 1610612743
JOKIC = 203999


def read(name: str) -> Any:
    import pandas as pd  # large, and not read where none of these tests runs

    spec = find_spec("isapy_data")
    assert spec and spec.submodule_search_locations
    return pd.read_csv(Path(spec.submodule_search_locations[0], "data", f"{name}.csv"))


@pytest.fixture(scope="module")
def shots() -> Any:
    table = read("nba_nuggets_shots_2025")
    table["three"] = table["shotType"] == "3PT Field Goal"
    table["made_three"] = table["three"] & (table["shotMadeFlag"] == 1)
    return table


@pytest.fixture(scope="module")
def denver_games() -> Any:
    table = read("nba_games_2025")
    return table[table["team_id"] == DENVER].set_index("game_id")


def get(sports: Mount, path: str) -> Any:
    response = sports.get(path)
    assert response.status_code == 200, response.content
    return response.json()


def test_denver_played_82_games_in_2024_with_the_scores_of_the_source(
    sports: Mount, denver_games: Any
) -> None:
    games = get(sports, f"/games?team_ids={DENVER}&seasons=2024")["data"]
    assert len(games) == 82
    for game in games:
        line = denver_games.loc[game["id"]]
        home = game["home_team"]["id"] == DENVER
        ours, theirs = game["home_team_score"], game["visitor_team_score"]
        if not home:
            ours, theirs = theirs, ours
        assert home == ("vs." in line["matchup"])
        assert game["date"] == line["game_date"]
        assert (ours, ours - theirs) == (line["pts"], line["plus_minus"])
        assert game["period"] == {240: 4, 265: 5, 290: 6}[line["min"]]


def test_every_game_of_the_four_seasons_has_both_scores(dataset: Dataset) -> None:
    scored = {game.pk: game for game in Game.objects.exclude(home_team_score=None)}
    assert len(scored) == 4770
    for name in ("nba_games_2023", "nba_games_2024", "nba_games_2025"):
        for line in read(name).itertuples():
            game = scored[line.game_id]
            pair = {
                game.home_team_id: game.home_team_score,
                game.visitor_team_id: game.visitor_team_score,
            }
            assert pair[line.team_id] == line.pts
            assert game.date.isoformat() == line.game_date


@pytest.mark.parametrize(("name", "season"), [("2023", 2022), ("2024", 2023), ("2025", 2024)])
def test_shots_of_a_game_add_up_to_the_teams_own(sports: Mount, name: str, season: int) -> None:
    table = read(f"nba_games_{name}")
    table = table[table["team_id"] == DENVER].set_index("game_id")
    assert len(table) == 82
    for pk, line in table.iterrows():
        stats = get(sports, f"/stats?game_ids={pk}")["data"]
        for count in ("fgm", "fga", "fg3m", "fg3a"):
            assert sum(stat[count] for stat in stats) == line[count]
        assert {stat["game"]["season"] for stat in stats} == {season}


def test_season_averages_equal_those_of_pandas(sports: Mount, shots: Any) -> None:
    table = shots[shots["seasonId"] == "2024-2025"]
    per_game = table.groupby(["namePlayer", "gameId"]).agg(
        fga=("shotMadeFlag", "size"),
        fgm=("shotMadeFlag", "sum"),
        fg3a=("three", "sum"),
        fg3m=("made_three", "sum"),
    )
    sums, played = per_game.groupby("namePlayer").sum(), per_game.groupby("namePlayer").size()
    assert len(played) > 15
    for name, line in sums.iterrows():
        games = int(played[name])
        last_name = name.split(" ", 1)[1]
        [player] = [
            found
            for found in get(sports, f"/players?query={last_name}")["data"]
            if same_name(f"{found['first_name']} {found['last_name']}", name)
        ]
        [averages] = get(sports, f"/season_averages?season=2024&player_ids={player['id']}")["data"]
        assert averages["games_played"] == games
        for count in ("fgm", "fga", "fg3m", "fg3a"):
            assert averages[count] == exact(line[count], games, "0.01")
        assert averages["fg_pct"] == exact(line["fgm"], line["fga"], "0.001")
        assert averages["fg3_pct"] == exact(line["fg3m"], line["fg3a"], "0.001")


def same_name(one: str, other: str) -> bool:
    accents = str.maketrans("ČčćŠšĆ", "CccSsC")
    return one.translate(accents) == other.translate(accents)


def exact(above: Any, below: Any, unit: str) -> float | None:
    if not below:
        return None
    share = Decimal(int(above)) / Decimal(int(below))
    return float(share.quantize(Decimal(unit), ROUND_HALF_UP))


def test_what_the_data_does_not_hold_is_null(sports: Mount) -> None:
    [averages] = get(sports, f"/season_averages?player_ids={JOKIC}")["data"]
    assert (averages["season"], averages["games_played"]) == (2024, 70)
    unknown = [name for name, value in averages.items() if value is None]
    assert set(unknown) == {
        *("min", "ftm", "fta", "ft_pct", "oreb", "dreb", "reb", "ast", "stl", "blk"),
        *("turnover", "pf", "pts"),
    }
    stat = get(sports, f"/stats?player_ids={JOKIC}&limit=1")["data"][0]
    assert stat["pts"] is None and stat["min"] is None and stat["player"]["team_id"] is None
    team = stat["team"]
    assert (team["full_name"], team["conference"]) == ("Denver Nuggets", None)
    older = get(sports, f"/games?team_ids={DENVER}&seasons=2018&limit=1")["data"][0]
    assert older["home_team_score"] is None and older["status"] == ""


def test_every_team_and_player_is_there() -> None:
    teams = {team.pk: (team.full_name, team.abbreviation, team.city) for team in Team.objects.all()}
    assert teams == {
        team["id"]: (team["full_name"], team["abbreviation"], team["city"])
        for team in nba_teams.get_teams()
    }
    names = dict(Player.objects.values_list("id", "last_name"))
    assert names == {player["id"]: player["last_name"] for player in nba_players.get_players()}


def test_every_shot_is_counted_once(shots: Any) -> None:
    doubled = int((shots["gameId"] == 22200285).sum())
    counted = sum(Stat.objects.values_list("fga", flat=True))  # type: ignore[arg-type]
    assert counted == len(shots) - doubled // 2


def test_accents_and_capitals_do_not_matter_in_a_search(sports: Mount) -> None:
    for query in ("jokic", "JOKI%C4%86", "Nikola+Joki%C4%87", "%20nikola%20%20jok"):
        assert [row["id"] for row in get(sports, f"/players?query={query}")["data"]] == [JOKIC]


@pytest.mark.parametrize("path", ["/stats", "/games", "/players", f"/stats?player_ids={JOKIC}"])
def test_a_full_page_stays_below_what_chatgpt_reads(sports: Mount, path: str) -> None:
    response = sports.get(path)
    assert len(response.json()["data"]) == 100
    assert len(response.content.decode()) < 100_000
