"""`load_sports` and `import_sports`: all is written or nothing, and one is told why."""

import io
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sports import datasets
from sports.datasets import Dataset
from sports.management.commands import load_sports
from sports.models import Game, Player, Stat, Team
from sports.tables import read_rows
from tests.conftest import Mount
from tests.sports.league import GAMES, PLAYERS, STATS, TEAMS

pytestmark = pytest.mark.django_db

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def run() -> Run:
    def run_command(*command: Any, **options: Any) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command(*map(str, command), stdout=out, stderr=err, **options)
        except CommandError as error:
            err.write(f"CommandError: {error}")
        return out.getvalue(), err.getvalue()

    return run_command


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Team, Player, Game, Stat)]


# --- load_sports -------------------------------------------------------------------------


@pytest.fixture
def small_dataset(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """One team's games of a week, and who played in them, to be loaded in no time."""
    for stat in dataset.stats:
        stat.pk = None  # as an earlier test's database numbered it
    games = [game for game in dataset.games if "2024-11-01" <= game.date.isoformat() < "2024-11-08"]
    days = {game.pk for game in games}
    stats = [stat for stat in dataset.stats if stat.game_id in days]
    played = {stat.player_id for stat in stats}
    players = [player for player in dataset.players if player.pk in played]
    small = Dataset(dataset.teams, players, games, stats, ["A note."])
    monkeypatch.setattr(load_sports, "read_dataset", lambda: small)
    return small


def test_loading_brings_all_in_and_says_so(
    run: Run, small_dataset: Dataset, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_all_players = replace(small_dataset, players=dataset.players)
    monkeypatch.setattr(load_sports, "read_dataset", lambda: with_all_players)
    out, _ = run("load_sports")
    assert "A note." in out
    assert "30 teams, 5,198 players" in out
    counts = [len(rows) for rows in everything()]
    assert counts == [30, 5198, len(small_dataset.games), len(small_dataset.stats)]


def test_loading_again_changes_nothing(run: Run, small_dataset: Dataset) -> None:
    run("load_sports")
    before = everything()
    run("load_sports")
    assert everything() == before


def test_loading_again_mends_what_it_holds_and_leaves_the_rest(
    run: Run, small_dataset: Dataset
) -> None:
    run("load_sports")
    Game.objects.update(home_team_score=1)
    Player.objects.filter(pk=203999).update(height_feet=6, last_name="Wrong")
    Stat.objects.update(pts=7)
    run("load_sports")
    assert not Game.objects.filter(home_team_score=1).exists()
    player = Player.objects.get(pk=203999)
    assert (player.last_name, player.height_feet) == ("Jokić", 6)
    assert set(Stat.objects.values_list("pts", flat=True)) == {7}


def test_once_does_nothing_when_there_are_games(run: Run, stored_league: None) -> None:
    before = everything()
    assert run("load_sports", "--once") == ("", "")
    assert everything() == before


@pytest.mark.parametrize("package", ["isapy_data", "nba_api"])
def test_a_missing_package_is_named_with_what_to_do(
    run: Run, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None in sys.modules is how Python itself notes that a module cannot be imported.
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(datasets, "find_spec", lambda name: None)
    _, err = run("load_sports")
    assert "is not installed" in err and "make sports-data" in err
    assert everything() == [[], [], [], []]


def test_an_interruption_leaves_nothing_half_done(
    run: Run, small_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(Stat.objects), "bulk_create", bulk_create_but_for(Stat))
    _, err = run("load_sports")
    assert "Stopped. Nothing was changed." in err
    assert everything() == [[], [], [], []]


def bulk_create_but_for(model: type) -> Any:
    original = type(Stat.objects).bulk_create

    def bulk_create(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.model is model:
            raise KeyboardInterrupt
        return original(self, *args, **kwargs)

    return bulk_create


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_far_it_is_on_a_terminal_only(
    run: Run, small_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        run("load_sports")
        assert ("Writing players: " in stream.getvalue()) == stream.isatty()


def test_a_package_without_its_file_is_missing_too(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ModuleSpec("isapy_data", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(datasets, "find_spec", lambda name: spec)
    assert "isapy-data with nba_games_2021.csv is not installed" in run("load_sports")[1]


# --- import_sports -----------------------------------------------------------------------


def columns(row: Any) -> Any:
    """Return a row of the league as a row to import."""
    flat = {
        (f"{name}_id" if isinstance(value, dict) else name): (
            value["id"] if isinstance(value, dict) else value
        )
        for name, value in row.items()
        if not name.endswith("_pct")
    }
    if "game_id" in flat:
        del flat["id"]
    return flat


LEAGUE = {
    "teams": [columns(row) for row in TEAMS],
    "players": [columns(row) for row in PLAYERS],
    "games": [columns(row) for row in GAMES],
    "stats": [columns(row) for row in STATS],
}


def as_csv(rows: list[Any]) -> str:
    lines = [",".join(rows[0])]
    lines += [",".join("" if v is None else str(v) for v in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def test_a_league_comes_in_from_csv_as_it_is(run: Run, tmp_path: Path, sports: Mount) -> None:
    files = []
    for kind, rows in LEAGUE.items():
        files.append(tmp_path / f"{kind}.csv")
        files[-1].write_text(as_csv(rows))
    out, err = run("import_sports", *reversed(files))
    assert err == ""
    assert out.startswith(f"Imported 4 teams, 8 players, {len(GAMES)} games, {len(STATS)} stats")
    assert sports.get("/teams").json()["data"] == TEAMS
    assert sports.get("/players").json()["data"] == PLAYERS
    assert sports.get("/games").json()["data"] == GAMES
    answer = sports.get("/stats").json()["data"]
    assert [{**row, "id": 0} for row in answer] == [{**row, "id": 0} for row in STATS[:100]]


def test_a_league_comes_in_from_json_twice(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "league.json"
    path.write_text(json.dumps(LEAGUE, indent=1))
    run("import_sports", path)
    before = everything()
    assert [len(rows) for rows in before] == [4, 8, len(GAMES), len(STATS)]
    run("import_sports", path)
    assert everything() == before


TEAM = {"id": 1, "abbreviation": "GUL", "full_name": "Harbor Gulls", "name": "Gulls"}
OTHER = {"id": 2, "abbreviation": "OWL", "full_name": "Hill Owls", "name": "Owls"}
PLAYER = {"id": 7, "last_name": "Aster"}
GAME = {"id": 9, "date": "2024-02-29", "season": 2023, "home_team_id": 1, "visitor_team_id": 2}
STAT = {"game_id": 9, "player_id": 7, "team_id": 1}
THIRD = {"id": 3, "abbreviation": "FOX", "full_name": "Meadow Foxes", "name": "Foxes"}
GOOD: dict[str, list[Any]] = {
    "teams": [TEAM, OTHER, THIRD],
    "players": [PLAYER],
    "games": [GAME],
    "stats": [STAT],
}

BAD_ROWS: list[tuple[str, Any, str]] = [
    ("teams", {**TEAM, "id": "one"}, "id: A valid integer is required."),
    ("teams", {**TEAM, "id": "1_0"}, "id: A valid integer is required."),
    ("teams", {**TEAM, "id": 0}, "id: Ensure this value is greater than or equal to 1."),
    ("teams", {**TEAM, "id": 2**36}, "id: Ensure this value is less than"),
    ("teams", {**TEAM, "name": None}, "name: This field is required."),
    ("teams", {**TEAM, "city": "x" * 101}, "city: Ensure this field has no more than 100"),
    ("teams", TEAM, "id: The row was there before."),
    ("teams", {**TEAM, "colour": "red"}, "There is no column 'colour'. Columns are: id,"),
    ("teams", ["a", "list"], "Invalid data. Expected a dictionary"),
    ("players", {"id": 8}, "last_name: This field is required."),
    ("players", {**PLAYER, "id": 8, "team_id": 5}, "team_id: There is no team 5."),
    ("players", {**PLAYER, "id": 8, "height_inches": 12}, "height_inches: Ensure this value"),
    ("games", {**GAME, "id": 8, "date": "2023-02-29"}, "date: Must be a day that exists"),
    ("games", {**GAME, "id": 8, "visitor_team_id": 1}, "A team does not play itself."),
    ("games", {**GAME, "id": 8, "home_team_id": 4}, "home_team_id: There is no team 4."),
    ("games", {**GAME, "id": 8, "season": 23}, "season: Ensure this value"),
    ("stats", {**STAT, "player_id": 8}, "player_id: There is no player 8."),
    ("stats", {**STAT, "game_id": 8}, "game_id: There is no game 8."),
    ("stats", {**STAT, "team_id": 3}, "team_id: Team 3 did not play in this game."),
    ("stats", {**STAT, "min": "36:60"}, "min: Must be minutes and seconds, like 36:49."),
    ("stats", {**STAT, "fgm": 3}, "fgm and fga go together."),
    ("stats", {**STAT, "ftm": 3, "fta": 2}, "ftm is more than fta."),
    ("stats", {**STAT, "pts": 1.5}, "pts: A valid integer is required."),
    ("stats", {**STAT, "pts": -1}, "pts: Ensure this value is greater than"),
]


def with_bad_row(kind: str, row: Any) -> str:
    """Return a JSON file of good rows and a bad one behind them."""
    return json.dumps({**GOOD, kind: [*GOOD[kind], row]})


@pytest.mark.parametrize(("kind", "row", "reason"), BAD_ROWS)
def test_a_bad_row_is_told_by_its_number_and_nothing_is_written(
    run: Run, tmp_path: Path, kind: str, row: Any, reason: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(with_bad_row(kind, row))
    out, err = run("import_sports", path)
    assert f"mine.json, {kind} row {len(GOOD[kind]) + 1}: {reason}" in err
    assert "1 rows are bad, so nothing was written." in err
    assert out == ""
    assert everything() == [[], [], [], []]


def test_a_list_of_one_kind_tells_its_rows_by_their_numbers_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "teams.json"
    path.write_text(json.dumps([TEAM, OTHER, {**THIRD, "id": 0}]))
    assert "teams.json, row 3: id: Ensure this value" in run("import_sports", path)[1]


def test_bad_rows_are_left_out_when_told_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(with_bad_row("teams", {"id": 4}))
    out, err = run("import_sports", path, "--skip-bad-rows")
    assert "left out 1 rows" in out and "teams row 4" in err
    assert [len(rows) for rows in everything()] == [3, 1, 1, 1]


def test_an_interrupted_import_leaves_nothing_half_done(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(GOOD))
    monkeypatch.setattr(type(Stat.objects), "bulk_create", bulk_create_but_for(Stat))
    assert "Stopped. Nothing was changed." in run("import_sports", path)[1]
    assert everything() == [[], [], [], []]


def test_lines_of_a_csv_are_counted_with_blank_ones(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "teams_of_mine.csv"
    path.write_text(
        "id,abbreviation,full_name,name\n1,GUL,Harbor Gulls,Gulls\n\nx,OWL,Hill Owls,Owls\n"
        "3,FOX,Meadow Foxes,Foxes,more\n"
    )
    _, err = run("import_sports", path)
    assert "teams_of_mine.csv, line 4: id: A valid integer is required." in err
    assert "teams_of_mine.csv, line 5: There is no column '(beyond the header)'." in err


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("mine.xlsx", "", "Its name must end in .csv or .json."),
        ("mine.csv", "id\n1\n", "'mine' must begin with one of: teams, players, games, stats."),
        ("mine.json", "[]", "'mine' must begin with one of"),
        ("mine.json", '{"clubs": []}', "'clubs' must begin with one of"),
        ("teams.json", '[\n{"id": 1\n', "delimiter: line 3 column 1"),
        ("teams.json", '[,,{"id": 1} {"id": 2},,]', "Expecting value: line 1 column 2"),
        ("teams.json", '[{"id": 1} {"id": 2}]', "delimiter: line 1 column 12"),
        ("mine.json", '{"teams"\n []}', "delimiter: line 2 column 2"),
        ("teams.json", "[]\n[]", "Extra data: line 2 column 1"),
        ("teams.json", "", "Expecting value: line 1 column 1"),
        ("teams.json", '[{"id": NaN}]', "NaN is not a number"),
        ("teams.json", '[{"id": -Infinity}]', "-Infinity is not a number"),
        ("teams.json", '[{"id": 1e999}]', "1e999 is not a number"),
        ("teams.json", f'[{{"id": {"9" * 5000}}}]', "It cannot be read as JSON"),
        ("teams.json", '[{"id": 1, "id": 2}]', "'id' stands twice"),
        ("mine.json", '{"teams": [], "teams": []}', "'teams' stands twice"),
        ("teams.json", '"teams"', "It must hold a list, or an object of lists."),
        ("mine.json", '{"teams": {}}', "It must hold a list, or an object of lists."),
        ("teams.json", "[" * 100_000, "It is nested too deeply."),
        ("teams.csv", "id,name,id\n1,a,2\n", "Line 1: 'id' stands twice"),
        ("teams.csv", 'id,name\n1,"a"b\n', "Line 2: "),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(
    run: Run, tmp_path: Path, name: str, text: str, reason: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    _, err = run("import_sports", path)
    assert reason in err and "Nothing was written." in err


def test_a_column_without_a_name_may_hold_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "teams.csv"
    path.write_text("id,abbreviation,full_name,name,,\n1,GUL,Harbor Gulls,Gulls,,\n")
    assert "Imported 1 teams" in run("import_sports", path)[0]
    path.write_text("id,abbreviation,full_name,name,,\n1,GUL,Harbor Gulls,Gulls,lost,\n")
    assert "line 2: There is no column '(column 5)'." in run("import_sports", path)[1]


@pytest.mark.parametrize("name", ["teams.csv", "teams.json"])
def test_reading_takes_time_in_proportion_to_the_rows(tmp_path: Path, name: str) -> None:
    def seconds(rows: int) -> float:
        path = tmp_path / name
        teams = [{**TEAM, "id": pk} for pk in range(rows)]
        path.write_text(as_csv(teams) if name.endswith("csv") else json.dumps(teams, indent=1))
        started = time.process_time()
        assert sum(1 for _ in read_rows(path)) == rows
        return time.process_time() - started

    assert seconds(100_000) < 40 * seconds(10_000)  # a square would be a hundred


def test_what_the_console_cannot_print_is_told_all_the_same(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "teams.json"
    path.write_text(r'[{"\ud800": 1}]')
    assert "There is no column '?'." in run("import_sports", path)[1]


def test_an_import_looks_up_only_what_its_rows_refer_to(
    run: Run, tmp_path: Path, stored_league: None, django_assert_max_num_queries: Any
) -> None:
    (tmp_path / "stats.json").write_text(json.dumps([columns(STATS[0])]))
    with django_assert_max_num_queries(10) as queries:
        run("import_sports", tmp_path / "stats.json")
    read = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(read) == 3  # its game, its player and its team
    assert all(" IN (" in statement for statement in read)


def test_a_file_that_is_not_there_or_no_text(run: Run, tmp_path: Path) -> None:
    assert "cannot be read" in run("import_sports", tmp_path / "teams.csv")[1]
    (tmp_path / "teams.csv").write_bytes(b"\xff\xfe")
    assert "cannot be read as UTF-8" in run("import_sports", tmp_path / "teams.csv")[1]


def test_an_import_replaces_and_refers_to_what_is_there(
    run: Run, tmp_path: Path, stored_league: None
) -> None:
    rows = [{**columns(STATS[0]), "pts": 99, "min": "1:05"}]
    (tmp_path / "stats.json").write_text(json.dumps(rows))
    run("import_sports", tmp_path / "stats.json")
    stat = Stat.objects.get(pk=STATS[0]["id"])
    assert (stat.pts, stat.seconds, Stat.objects.count()) == (99, 65, len(STATS))


def test_stats_follow_a_game_that_is_imported_again(
    run: Run, tmp_path: Path, stored_league: None, sports: Mount
) -> None:
    moved = {**columns(GAMES[0]), "date": "1999-05-05", "season": 1998, "postseason": True}
    (tmp_path / "games.json").write_text(json.dumps([moved]))
    run("import_sports", tmp_path / "games.json")
    answer = sports.get("/stats?end_date=1999-12-31").json()
    assert {row["game"]["id"] for row in answer["data"]} == {GAMES[0]["id"]}
    kept = Stat.objects.filter(game=GAMES[0]["id"]).values_list("season", "postseason")
    assert set(kept) == {(1998, True)}


def test_a_long_row_of_bad_ones_is_cut_short(run: Run, tmp_path: Path) -> None:
    (tmp_path / "teams.json").write_text(json.dumps([{"id": "x"}] * 60))
    _, err = run("import_sports", tmp_path / "teams.json")
    assert "… and 10 more." in err
    assert "60 rows are bad" in err
