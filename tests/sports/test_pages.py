"""What people see: the page of standings, and the admin."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sports.models import Game, Player, Stat, Team
from sports.plot import scale
from tests.conftest import Mount, mount_of
from tests.sports.league import GAMES, NEWEST, OLDER, PLAYERS, STATS, TEAMS


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def standing(team: Any, season: int) -> tuple[int, int]:
    """Count a team's regular games by hand."""
    won = lost = 0
    for game in GAMES:
        if game["season"] != season or game["postseason"]:
            continue
        ours, theirs = game["home_team_score"], game["visitor_team_score"]
        if game["visitor_team"] == team:
            ours, theirs = theirs, ours
        elif game["home_team"] != team:
            continue
        won, lost = won + (ours > theirs), lost + (ours < theirs)
    return won, lost


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("season", [OLDER, NEWEST])
def test_the_standings_are_those_of_the_games(stored_league: None, season: int, at: str) -> None:
    text = text_of(mount_of("sports", at).get(f"/standings?season={season}"))
    for team in TEAMS:
        won, lost = standing(team, season)
        assert f"{team['full_name']} {won} {lost} {won / (won + lost):.3f}" in text


def test_it_shows_the_newest_season_and_the_last_games_first(
    sports: Mount, stored_league: None
) -> None:
    text = text_of(sports.get("/standings"))
    assert f"Season {NEWEST}" in text
    last = GAMES[-1]
    assert f"{last['visitor_team_score']} – {last['home_team_score']}" in text
    assert text.index(last["date"], text.index("Last games")) < text.index(
        GAMES[-10]["date"], text.index("Last games")
    )
    for nonsense in ("season=x", "season=1900", "player=x", "player=5"):
        assert f"Season {NEWEST}" in text_of(sports.get(f"/standings?{nonsense}"))


def shots_of(player: int, season: int) -> list[Any]:
    return [
        stat
        for stat in STATS
        if stat["player"]["id"] == player
        and stat["game"]["season"] == season
        and not stat["game"]["postseason"]
        and stat["fga"]
    ]


def test_a_players_season_is_drawn_from_the_stats(sports: Mount, stored_league: None) -> None:
    page = sports.get(f"/standings?season={OLDER}&player=101").text
    lines = shots_of(101, OLDER)
    plot = page.partition("<svg")[2].partition("</svg>")[0]
    made, attempted = sum(s["fgm"] for s in lines), sum(s["fga"] for s in lines)
    assert f"{made} made of {attempted} attempted in {len(lines)} games" in plot
    assert f"Field goals of {PLAYERS[1]['first_name']}" in plot
    upper = int(re.findall(r'text-anchor="end">(\d+)</text>', plot)[-1])
    assert upper >= max(s["fga"] for s in lines)
    for name, count in (("missed", "fga"), ("made", "fgm")):
        heights = re.findall(rf'class="{name}" .*? height="([\d.]+)"', plot)
        assert [round(float(h) * upper / 200) for h in heights] == [s[count] for s in lines]


def test_a_plot_is_told_in_words_too(sports: Mount, stored_league: None) -> None:
    page = sports.get(f"/standings?season={OLDER}&player=101").text
    lines = shots_of(101, OLDER)
    table = page.partition("The same as a table")[2].partition("</details>")[0]
    cells = re.findall(r"<td>(.*?)</td>", table)
    assert cells[::4] == [s["game"]["date"] for s in lines]
    assert [(int(m), int(a)) for m, a in zip(cells[2::4], cells[3::4], strict=True)] == [
        (s["fgm"], s["fga"]) for s in lines
    ]
    tips = re.findall(r'class="tip".*?>(.*?)</text>', page)
    assert [tip.rpartition(": ")[2] for tip in tips] == [f"{s['fgm']} of {s['fga']}" for s in lines]
    for place, line in zip(cells[1::4], lines, strict=True):
        home = line["game"]["home_team_id"] == line["team"]["id"]
        assert place.startswith("against " if home else "at ")


def test_the_page_says_which_players_there_are_and_why(sports: Mount, stored_league: None) -> None:
    text = text_of(sports.get(f"/standings?season={OLDER}"))
    assert "players who tried a field goal in this season’s regular games" in text
    assert "alone" not in text
    Stat.objects.exclude(team=1).delete()
    told = text_of(sports.get(f"/standings?season={OLDER}"))
    assert "the data has the shots of the Harbor Gulls alone" in told


@pytest.mark.parametrize("highest", [1, 2, 8, 9, 20, 21, 39, 50, 51, 100])
def test_a_plot_ends_at_a_round_number_above_its_bars(highest: int) -> None:
    step, top = scale(highest)
    assert highest <= top < highest + step
    assert top % step == 0
    assert top // step <= 5


def test_the_page_has_no_script_and_no_style_of_its_own(sports: Mount, stored_league: None) -> None:
    response = sports.get("/standings")
    assert "style-src 'self'" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/site.js" defer>']
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


def test_a_name_is_shown_as_text(sports: Mount, stored_league: None) -> None:
    Player.objects.filter(pk=101).update(first_name="<script>alert(1)</script>")
    page = sports.get(f"/standings?season={OLDER}&player=101").content.decode()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_the_page_costs_the_same_queries_whatever_it_shows(
    sports: Mount, stored_league: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for season in (OLDER, NEWEST):
        with django_assert_num_queries(7):
            sports.get(f"/standings?season={season}")


def test_without_data_it_says_how_to_bring_some_in(sports: Mount, db: None) -> None:
    assert "make sports-data" in text_of(sports.get("/standings"))


def test_without_stats_and_scores_there_are_games_still(sports: Mount, stored_league: None) -> None:
    Stat.objects.all().delete()
    Game.objects.update(home_team_score=None, visitor_team_score=None)
    text = text_of(sports.get("/standings"))
    assert "Last games" in text and "game by game" not in text
    assert text.count("no scores of this season") == 1 and "not known" not in text
    assert f"{NEWEST}-{(NEWEST + 1) % 100:02} (no scores)" in text


def test_a_game_without_a_score_among_others_says_so(sports: Mount, stored_league: None) -> None:
    Game.objects.filter(pk=Game.objects.latest("date", "id").pk).update(home_team_score=None)
    text = text_of(sports.get("/standings"))
    assert text.count("not known") == 1 and "no scores" not in text


def test_the_standings_are_those_of_each_conference_where_all_teams_have_one(
    sports: Mount, stored_league: None
) -> None:
    assert re.findall(r"<caption>(.*?)</caption>", sports.get("/standings").text) == [
        *("East", "West"),
    ]
    Team.objects.filter(pk=1).update(conference="")
    assert "<caption>" not in sports.get("/standings").text


def test_the_plugins_own_page_and_card_lead_there(sports: Mount, db: None) -> None:
    for path in ("/sports/", "/"):
        page = Client().get(path, headers={"host": "localhost"}).content.decode()
        assert 'href="http://localhost/sports/standings"' in page


def test_the_legal_page_says_that_nothing_is_kept(sports: Mount, db: None) -> None:
    text = text_of(sports.get("/legal"))
    assert "Nothing that you send" in text and "when it was added" not in text


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("team/?q=gull", 1),
        ("player/?q=ann+aster", 1),
        ("game/?q=owls", sum(2 in (g["home_team"]["id"], g["visitor_team"]["id"]) for g in GAMES)),
        (f"game/?season={OLDER}", 24),
        ("stat/?q=birch", sum(stat["player"]["id"] == 101 for stat in STATS)),
    ],
)
def test_an_operator_finds_rows(
    operator: Client, stored_league: None, query: str, count: int
) -> None:
    page = operator.get(f"/admin/sports/{query}")
    assert page.status_code == 200
    assert page.context["cl"].result_count == count


def test_the_admins_lists_do_not_query_row_by_row(
    operator: Client, stored_league: None, django_assert_max_num_queries: Any
) -> None:
    for name in ("team", "player", "game", "stat"):
        with django_assert_max_num_queries(15):
            assert operator.get(f"/admin/sports/{name}/").status_code == 200


def test_an_operator_adds_and_mends_stats(operator: Client, stored_league: None) -> None:
    game = Game.objects.create(
        pk=5, date="2020-01-02", season=2019, home_team_id=1, visitor_team_id=2
    )
    data = {"game": 5, "player": 100, "team": 1, "fgm": 3, "fga": 5}
    assert operator.post("/admin/sports/stat/add/", data).status_code == 302
    stat = Stat.objects.get(game=game)
    assert (stat.season, stat.date.isoformat(), stat.pts) == (2019, "2020-01-02", None)
    refused = operator.post(f"/admin/sports/stat/{stat.pk}/change/", {**data, "fgm": 6})
    assert "fgm is more than fga." in refused.content.decode()
    player = {"first_name": "Zoë", "last_name": "Ångström", "id": 300}
    assert operator.post("/admin/sports/player/add/", player).status_code == 302
    assert Player.objects.get(pk=300).search_name == "zoe angstrom"
