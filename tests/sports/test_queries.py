"""What a query may say, and how many statements its answer costs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from sports.models import Game, Stat
from tests.conftest import Mount
from tests.sports.league import GAMES, OLDER, STATS

pytestmark = pytest.mark.usefixtures("stored_league")

SPELLINGS = {
    "repeated": "{0}={1}&{0}={2}",
    "brackets": "{0}[]={1}&{0}[]={2}",
    "commas": "{0}={1},{2}",
    "commas with a space": "{0}={1},%20{2}",
    "commas in brackets": "{0}[]={1},{2}",
    "brackets percent-encoded": "{0}%5B%5D={1}&{0}%5B%5D={2}",
    "mixed": "{0}={1}&{0}[]={2}",
    "numbers in brackets": "{0}[0]={1}&{0}[1]={2}",
    "numbers out of order": "{0}[10]={2}&{0}[2]={1}",
    "a list in JSON": "{0}=[{1},%20{2}]",
    "a list of texts in JSON": '{0}=["{1}","{2}"]',
    "a list in Python": "{0}=['{1}', '{2}']",
    "a list in brackets": "{0}[]=[{1},{2}]",
}
ARRAYS: list[tuple[str, str, tuple[int, int], Callable[[Any], bool]]] = [
    ("/games", "team_ids", (1, 2), lambda row: bool(sides(row) & {1, 2})),
    ("/games", "seasons", (OLDER, 1990), lambda row: row["season"] == OLDER),
    ("/stats", "player_ids", (100, 103), lambda row: row["player"]["id"] in (100, 103)),
    ("/stats", "game_ids", (1000, 1007), lambda row: row["game"]["id"] in (1000, 1007)),
]


def sides(game: Any) -> set[int]:
    return {game["home_team"]["id"], game["visitor_team"]["id"]}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("path", "name", "values", "holds"), ARRAYS)
def test_every_spelling_of_an_array_means_the_same(
    sports: Mount, spelling: str, path: str, name: str, values: Any, holds: Callable[[Any], bool]
) -> None:
    answer = sports.get(f"{path}?{SPELLINGS[spelling].format(name, *values)}").json()
    expected = [row["id"] for row in (GAMES if path == "/games" else STATS) if holds(row)]
    assert [row["id"] for row in answer["data"]] == expected


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_names_players_for_averages(sports: Mount, spelling: str) -> None:
    query = SPELLINGS[spelling].format("player_ids", 100, 103)
    answer = sports.get(f"/season_averages?season={OLDER}&{query}").json()
    assert [row["player_id"] for row in answer["data"]] == [100, 103]


BAD = [
    ("/games?limit=0", "limit: Must be a whole number from 1 to 100."),
    ("/games?limit=1000000", "limit: Must be a whole number from 1 to 100."),
    ("/games?limit=-1", "limit: Must be"),
    ("/games?limit=ten", "limit: Must be"),
    ("/games?limit=1.5", "limit: Must be"),
    ("/games?limit=1_0", "limit: Must be"),
    ("/games?limit=%D9%A1", "limit: Must be"),
    ("/games?team_ids=denver", "team_ids: Must be ids of teams"),
    ("/games?team_ids=1,,2", "team_ids: Must be ids of teams"),
    ("/games?team_ids[]=1&team_ids[]=x", "team_ids: Must be ids of teams"),
    ("/games?team_ids[a]=1", "There is no parameter 'team_ids[a]' here. Did you mean 'team_ids'?"),
    ("/games?season=2024", "There is no parameter 'season' here. Did you mean 'seasons'?"),
    ("/games?limit[]=3", "There is no parameter 'limit[]' here. Did you mean 'limit'?"),
    ("/games?team_ids=-5", "team_ids: Must not be negative."),
    ("/games?team_ids=99999999999999999999", "team_ids: There is no such id."),
    (f"/games?team_ids={','.join(map(str, range(101)))}", "team_ids: 100 ids at most."),
    ("/games?seasons=24", "seasons: There was no such season."),
    ("/games?seasons=2024-25", "seasons: Must be the year in which the season began"),
    ("/games?seasons=9999", "seasons: That season is too far ahead."),
    ("/games?start_date=2024-02-30", "start_date: Must be a day that exists, as YYYY-MM-DD."),
    ("/games?start_date=2023-02-29", "start_date: Must be a day that exists"),
    ("/games?end_date=24.12.2024", "end_date: Must be a day that exists"),
    ("/games?end_date=20241224", "end_date: Must be a day that exists"),
    ("/games?end_date=2024-W01-1", "end_date: Must be a day that exists"),
    ("/games?start_date=2024-12-25&end_date=2024-12-24", "start_date: Must not be after end_date"),
    ("/games?start_date=", "start_date: Is empty. Fill it in or leave it out."),
    ("/games?limit=", "limit: Is empty."),
    ("/games?cursor=", "cursor: Is empty."),
    ("/season_averages?season=", "season: Is empty."),
    ("/games?cursor=abc", "cursor: Must be meta.next_cursor of the page before."),
    ("/games?cursor=0.5", "cursor: Must be meta.next_cursor"),
    ("/games?page=2", "page: Pages are not asked for by number: send meta.next_cursor"),
    ("/stats?player_ids=jokic", "player_ids: Must be ids of players"),
    ("/stats?game_ids=1;2", "game_ids: Must be ids of games"),
    ("/stats?limit=101", "limit: Must be"),
    ("/players?limit=0", "limit: Must be"),
    (f"/players?query={'a' * 101}", "query: Ensure this field has no more than 100"),
    ("/players?query=a%00b", "query: Null characters are not allowed."),
    ("/season_averages?season=this", "season: Must be the year in which the season began"),
    ("/season_averages?player_ids=me", "player_ids: Must be ids of players"),
    ("/nba/v1/games?per_page=0", "per_page: Must be"),
    ("/nba/v1/games?cursor=x", "cursor: A valid integer"),
    ("/nba/v1/games?dates[]=today", "dates: Must be a day that exists"),
]


@pytest.mark.parametrize(("path", "detail"), BAD)
def test_a_bad_value_is_told_what_is_wrong(sports: Mount, path: str, detail: str) -> None:
    response = sports.get(path)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(detail)


def test_an_empty_array_is_as_none(sports: Mount) -> None:
    answer = sports.get("/games?team_ids=&seasons[]=&seasons=[]").json()
    assert answer["meta"]["total_count"] == len(GAMES)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/players", "/teams", "/games", "/stats", "/season_averages"])
def test_everything_is_only_read(sports: Mount, method: str, path: str) -> None:
    assert sports.call(method, path, {}).status_code == 405


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/teams", 1), ("/players?limit={}", 3), ("/games?limit={}", 3), ("/stats?limit={}", 3)],
)
@pytest.mark.parametrize("limit", [1, 8, 100])
def test_a_page_costs_the_same_queries_whatever_it_holds(
    sports: Mount,
    path: str,
    queries: int,
    limit: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(queries):
        first = sports.get(path.format(limit)).json()
    cursor = first["meta"]["next_cursor"]
    if cursor:
        with django_assert_num_queries(queries):
            sports.get(f"{path.format(limit)}&cursor={cursor}")


@pytest.mark.parametrize("players", ["100", "100,101,102,103,104,105,106,107"])
def test_averages_are_computed_in_one_query(
    sports: Mount, players: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        sports.get(f"/season_averages?season=2024&player_ids={players}")
    with django_assert_num_queries(2):  # and one to find the newest season
        sports.get(f"/season_averages?player_ids={players}")


def test_a_page_does_not_shift_when_rows_go_and_come(sports: Mount) -> None:
    first = sports.get("/stats?limit=5").json()
    Stat.objects.filter(pk=first["data"][-1]["id"]).delete()  # the row that the cursor names
    second = sports.get(f"/stats?limit=5&cursor={first['meta']['next_cursor']}").json()
    assert [row["id"] for row in second["data"]] == [row["id"] for row in STATS[5:10]]


def test_a_total_is_counted_anew_unless_it_is_long(sports: Mount, monkeypatch: Any) -> None:
    def total() -> Any:
        return sports.get("/stats?limit=1").json()["meta"]["total_count"]

    assert total() == len(STATS)
    Stat.objects.filter(pk=STATS[0]["id"]).delete()
    assert total() == len(STATS) - 1
    monkeypatch.setattr("sports.sources.embedded.LONG", 100)
    assert total() == len(STATS) - 1
    Stat.objects.filter(pk=STATS[1]["id"]).delete()
    assert total() == len(STATS) - 1


def test_a_mean_is_rounded_exactly_half_up(sports: Mount) -> None:
    Stat.objects.all().delete()
    games = list(Game.objects.filter(season=GAMES[0]["season"], postseason=False)[:8])
    for number, game in enumerate(games):
        # 1 in 8 is 0.125, 3 in 8 is 0.375: exact halves of the last digit.
        Stat.objects.create(
            game=game, player_id=100, team_id=1, fgm=int(number < 1), fga=int(number < 3)
        )
    season = GAMES[0]["season"]
    [row] = sports.get(f"/season_averages?season={season}&player_ids=100").json()["data"]
    assert (row["fgm"], row["fga"], row["fg_pct"]) == (0.13, 0.38, 0.333)
    assert (row["games_played"], row["min"], row["pts"]) == (8, None, None)


def test_a_game_that_moves_takes_its_stats_along(sports: Mount) -> None:
    game = Game.objects.get(pk=GAMES[0]["id"])
    game.date = date(1999, 5, 5)
    game.save()
    answer = sports.get("/stats?end_date=1999-12-31").json()
    assert {row["game"]["id"] for row in answer["data"]} == {game.pk}
