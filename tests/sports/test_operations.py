"""The five operations answer the same from every source."""

from typing import Any

import pytest

from sports import responses
from tests.conftest import Mount
from tests.sports import league
from tests.sports.league import GAMES, NEWEST, OLDER, PLAYERS, STATS, TEAMS

pytestmark = pytest.mark.usefixtures("source")


def ask(sports: Mount, path: str) -> Any:
    response = sports.get(path)
    assert response.status_code == 200, response.content
    return response.json()


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer["data"]]


def test_all_teams_are_listed(sports: Mount) -> None:
    answer = ask(sports, "/teams")
    assert answer["data"] == TEAMS
    assert answer["meta"]["total_count"] == 4


def test_players_are_found_by_a_part_of_their_name(sports: Mount) -> None:
    assert ask(sports, "/players?query=aster")["data"] == [PLAYERS[0], PLAYERS[6]]
    assert ids(ask(sports, "/players?query=o%27hazel")) == [107]
    assert ids(ask(sports, "/players?query=nobody%26none")) == []
    assert ids(ask(sports, "/players")) == [player["id"] for player in PLAYERS]
    assert ids(ask(sports, "/players?query=")) == [player["id"] for player in PLAYERS]


def test_games_are_read_as_they_are(sports: Mount) -> None:
    assert ask(sports, "/games")["data"] == GAMES


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("team_ids=1", lambda game: 1 in sides(game)),
        ("team_ids=1&team_ids=2", lambda game: sides(game) & {1, 2}),
        (f"seasons={OLDER}", lambda game: game["season"] == OLDER),
        (f"seasons[]={OLDER}&seasons[]={NEWEST}", lambda game: True),
        (f"start_date={OLDER}-10-22", lambda game: game["date"] >= f"{OLDER}-10-22"),
        (f"end_date={OLDER}-10-22", lambda game: game["date"] <= f"{OLDER}-10-22"),
        (
            f"start_date={OLDER}-10-21&end_date={OLDER}-10-21",
            lambda game: game["date"] == f"{OLDER}-10-21",
        ),
        (
            f"team_ids=3&seasons={NEWEST}&start_date={NEWEST}-10-23",
            lambda game: (
                3 in sides(game) and game["season"] == NEWEST and game["date"][5:] >= "10-23"
            ),
        ),
        ("team_ids=99", lambda game: False),
        ("seasons=1950", lambda game: False),
    ],
)
def test_filters_of_games_combine(sports: Mount, query: str, holds: Any) -> None:
    assert ids(ask(sports, f"/games?{query}")) == [game["id"] for game in GAMES if holds(game)]


def sides(game: Any) -> set[int]:
    return {game["home_team"]["id"], game["visitor_team"]["id"]}


def test_stats_are_read_as_they_are(sports: Mount) -> None:
    assert ask(sports, "/stats?limit=30")["data"] == STATS[:30]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("player_ids=101", lambda stat: stat["player"]["id"] == 101),
        ("player_ids=101,104", lambda stat: stat["player"]["id"] in (101, 104)),
        ("game_ids=1000", lambda stat: stat["game"]["id"] == 1000),
        (
            f"player_ids=102&end_date={OLDER}-12-31",
            lambda stat: stat["player"]["id"] == 102 and stat["game"]["season"] == OLDER,
        ),
        (
            "player_ids=102&game_ids=1000,1007,1014",
            lambda stat: stat["player"]["id"] == 102 and stat["game"]["id"] in (1000, 1007, 1014),
        ),
        ("player_ids=9007199254740991", lambda stat: False),
        ("game_ids=5", lambda stat: False),
    ],
)
def test_filters_of_stats_combine(sports: Mount, query: str, holds: Any) -> None:
    assert ids(ask(sports, f"/stats?{query}")) == [stat["id"] for stat in STATS if holds(stat)]


def test_averages_are_of_regular_games_that_were_played(sports: Mount) -> None:
    everybody = [player["id"] for player in PLAYERS]
    query = ",".join(map(str, everybody))
    answer = ask(sports, f"/season_averages?season={OLDER}&player_ids={query}")
    assert len(answer["data"]) == 8
    assert answer["data"] == league.averages(OLDER, everybody)


def test_averages_are_of_the_newest_season_unless_told(sports: Mount) -> None:
    answer = ask(sports, "/season_averages?player_ids[]=100")
    assert answer["data"] == league.averages(NEWEST, [100])


def test_nobody_has_averages_when_nobody_is_named(sports: Mount) -> None:
    assert ask(sports, "/season_averages") == {"data": []}
    assert ask(sports, "/season_averages?season=2024&player_ids=5") == {"data": []}


@pytest.mark.parametrize(("path", "rows"), [("games", GAMES), ("stats", STATS)])
def test_a_cursor_leads_through_the_whole_list_once(
    sports: Mount, source: str, path: str, rows: list[Any]
) -> None:
    found: list[int] = []
    cursor, page = "", 0
    while page == 0 or cursor:
        page += 1
        answer = ask(sports, f"/{path}?limit=11{cursor}")
        found += ids(answer)
        meta = answer["meta"]
        pages = -(-len(rows) // 11)
        if source != "upstream":  # today's shape does not count
            assert (meta["total_count"], meta["total_pages"]) == (len(rows), pages)
        assert (meta["current_page"], meta["per_page"]) == (page, 11)
        assert meta["next_page"] == (page + 1 if page < pages else None)
        cursor = f"&cursor={meta['next_cursor']}" if meta["next_cursor"] else ""
    assert found == [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("path", "serializer"),
    [
        ("/teams", responses.TEAMS),
        ("/players", responses.PLAYERS),
        ("/games", responses.GAMES),
        ("/stats", responses.STATS),
        ("/season_averages?player_ids=100", responses.SEASON_AVERAGES),
    ],
)
def test_every_answer_has_the_fields_that_the_document_names(
    sports: Mount, path: str, serializer: Any
) -> None:
    def compare(value: Any, field: Any) -> None:
        if isinstance(value, list):
            assert value
            compare(value[0], field.child)
        elif isinstance(value, dict):
            assert set(value) == set(field.fields)
            for name, inside in value.items():
                compare(inside, field.fields[name])

    compare(ask(sports, path), serializer)


@pytest.mark.parametrize("kind", ["teams", "players", "games"])
def test_balldontlies_clients_read_one_row_by_its_id(sports: Mount, kind: str) -> None:
    row = getattr(league, kind.upper())[3]
    answer = ask(sports, f"/nba/v1/{kind}/{row['id']}")
    assert answer["data"]["id"] == row["id"]
    response = sports.get(f"/nba/v1/{kind}/77")
    assert response.status_code == 404
    assert "has the id 77" in response.json()["error"]
    assert sports.get(f"/nba/v1/{kind}/{10**30}").status_code == 404


def test_balldontlies_clients_read_the_same_rows(sports: Mount) -> None:
    player = ask(sports, "/nba/v1/players?search=birch")["data"][0]
    assert (player["height"], player["weight"]) == ("6-5", "281")
    assert player["team"] == PLAYERS[1]["team"]
    stats = ask(sports, f"/nba/v1/stats?seasons[]={OLDER}&player_ids[]=101&postseason=true")
    assert ids(stats) == [
        stat["id"]
        for stat in STATS
        if stat["player"]["id"] == 101
        and stat["game"]["postseason"]
        and stat["game"]["season"] == OLDER
    ]
    days = ask(sports, f"/nba/v1/games?dates[]={OLDER}-10-20&dates[]={OLDER}-10-22")
    assert {game["date"][-2:] for game in days["data"]} == {"20", "22"}
    averages = ask(sports, f"/nba/v1/season_averages?season={OLDER}&player_id=101")
    assert averages["data"] == league.averages(OLDER, [101])
    west = ask(sports, "/nba/v1/teams?conference=West")
    assert ids(west) == [3, 4]
    north = ask(sports, "/nba/v1/teams?division=north")
    assert ids(north) == [1, 2, 3, 4]
    named = ask(sports, "/nba/v1/players?first_name=gil&last_name=grass-aster&player_ids[]=106")
    assert ids(named) == [106]
    assert sports.get("/nba/v1/standings/5").status_code == 404
    team = ask(sports, "/nba/v1/players?team_ids[]=1")
    assert ids(team) == [player["id"] for player in PLAYERS if player["team"]["id"] == 1]
    first = ask(sports, "/nba/v1/games?per_page=5")
    second = ask(sports, f"/nba/v1/games?per_page=5&cursor={first['meta']['next_cursor']}")
    assert ids(first) + ids(second) == [game["id"] for game in GAMES[:10]]
