"""Real data that two packages carry, read from their files; nothing is fetched.

`nba_api` has every team and the names of all players. `isapy-data` has the games of four
regular seasons with their scores, and every shot of Denver's players in ten seasons. Neither
package needs to be importable with what it depends on: the tables are plain text.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sports.models import Game, Player, Stat, Team
from sports.names import folded
from sports.writing import Rows

GAMES = ("nba_games_2021", "nba_games_2023", "nba_games_2024", "nba_games_2025")
SHOTS = "nba_nuggets_shots_2025"  # ten seasons, without dates and without ids of players
OLDER_SHOTS = "nba_nuggets_shots"  # nine seasons, with both
SHOOTERS = "DEN"


class DataMissingError(Exception):
    """A package with the data is not installed."""


@dataclass(frozen=True)
class Dataset:
    teams: list[Team]
    players: list[Player]
    games: list[Game]
    stats: list[Stat]
    notes: list[str]
    """What had to be decided on the way."""

    @property
    def rows(self) -> Rows:
        return {Team: self.teams, Player: self.players, Game: self.games, Stat: self.stats}


def table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one of isapy-data's files."""
    spec = find_spec("isapy_data")  # not imported: that would want pandas
    if spec is None or not spec.submodule_search_locations:
        raise DataMissingError("isapy-data")
    path = Path(spec.submodule_search_locations[0], "data", f"{name}.csv")
    try:
        file = path.open(encoding="utf-8", newline="")
    except FileNotFoundError as error:
        raise DataMissingError(f"isapy-data with {name}.csv") from error
    with file:
        yield from csv.DictReader(file)


def static(name: str) -> Any:
    try:
        return import_module(f"nba_api.stats.static.{name}")
    except ModuleNotFoundError as error:
        raise DataMissingError("nba_api") from error


def read_dataset() -> Dataset:
    """Return everything as unsaved models. Raises DataMissingError."""
    notes: list[str] = []
    teams, players = list(read_teams()), list(read_players())
    games = list(read_games(notes))
    games += older_games({game.id for game in games}, teams)
    [shooters] = [team for team in teams if team.abbreviation == SHOOTERS]
    stats = list(read_shooting(shooters, players, games, notes))
    return Dataset(teams, players, games, stats, notes)


def read_teams() -> Iterator[Team]:
    for team in static("teams").get_teams():
        same = {name: team[name] for name in ("id", "abbreviation", "city", "full_name")}
        yield Team(name=team["nickname"], **same)


def read_players() -> Iterator[Player]:
    for player in static("players").get_players():
        names = {name: player[name] for name in ("id", "first_name", "last_name")}
        found = Player(**names)
        found.take_name()
        yield found


# --- Games -------------------------------------------------------------------------------

# One file of the four names its columns in another way.
OTHER_NAMES = {
    "game_id": "idGame",
    "game_date": "dateGame",
    "team_id": "idTeam",
    "matchup": "slugMatchup",
    "min": "minutesTeam",
    "pts": "ptsTeam",
}


def id_and_season(game_id: int) -> dict[str, Any]:
    """Return what the NBA's id of a game says: the season, and whether it is the postseason."""
    season = 2000 + game_id // 100_000 % 100
    return {"id": game_id, "season": season, "postseason": game_id // 10_000_000 == 4}


def read_games(notes: list[str]) -> Iterator[Game]:
    """Yield every game of the four seasons, each from its two rows, one of each team."""
    for name in GAMES:
        rows = defaultdict(list)
        for row in table(name):
            if "idGame" in row:
                row = {name: row[other] for name, other in OTHER_NAMES.items()}
            rows[int(row["game_id"])].append(row)
        neutral = 0
        for game_id, sides in rows.items():
            # "DEN vs. LAL" is the host's row. On neutral ground there are two guests, and
            # the one that stands first takes the host's place.
            home, visitor = sorted(sides, key=lambda side: "vs." not in side["matchup"])
            neutral += "vs." not in home["matchup"]
            game = Game(
                **id_and_season(game_id),
                date=datetime.fromisoformat(home["game_date"]).date(),
                home_team_id=int(home["team_id"]),
                visitor_team_id=int(visitor["team_id"]),
                home_team_score=int(home["pts"]),
                visitor_team_score=int(visitor["pts"]),
                # Five players share 48 minutes, and 5 more for each overtime.
                period=4 + (int(home["min"]) - 240) // 25,
                status="Final",
            )
            yield game
        if neutral:
            notes.append(
                f"{neutral} games of season {game.season} were on neutral ground: the team that "
                "the source lists first stands as the home team."
            )


def older_games(known: set[int], teams: Iterable[Team]) -> Iterator[Game]:
    """Yield the games that only the shots tell of: their day and teams, not their scores."""
    by_abbreviation = {team.abbreviation: team.id for team in teams}
    wanted = {int(shot["gameId"]) for shot in table(SHOTS)} - known
    for shot in table(OLDER_SHOTS):
        game_id = int(shot["idGame"])
        if game_id in wanted:
            wanted.remove(game_id)
            yield Game(
                **id_and_season(game_id),
                date=datetime.strptime(shot["dateGame"], "%Y%m%d").date(),
                home_team_id=by_abbreviation[shot["slugTeamHome"]],
                visitor_team_id=by_abbreviation[shot["slugTeamAway"]],
            )


# --- Stats -------------------------------------------------------------------------------


def read_shooting(
    team: Team, players: Iterable[Player], games: Iterable[Game], notes: list[str]
) -> Iterator[Stat]:
    """Yield one line for each player and game: the shots, made and attempted."""
    ids = shooters_ids(players)
    games_by_id = {game.id: game for game in games}
    shots: dict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for shot in table(SHOTS):
        columns = tuple(shot)
        shots[int(shot["gameId"])][tuple(shot.values())] += 1
    for game_id, rows in sorted(shots.items()):
        if all(count % 2 == 0 for count in rows.values()):
            notes.append(
                f"Game {game_id}: the source lists every shot twice. Each is counted once."
            )
            rows = Counter({row: count // 2 for row, count in rows.items()})
        lines: dict[str, Counter[str]] = defaultdict(Counter)
        for row, count in rows.items():
            shot = dict(zip(columns, row, strict=True))
            made, three = shot["shotMadeFlag"] == "1", shot["shotType"].startswith("3")
            line = lines[shot["namePlayer"]]
            line["fga"] += count
            line["fgm"] += count * made
            line["fg3a"] += count * three
            line["fg3m"] += count * (made and three)
        for name, line in sorted(lines.items()):
            player = ids[folded(name)]
            stat = Stat(game=games_by_id[game_id], player_id=player, team_id=team.id, **line)
            stat.take_from_game()
            yield stat


def shooters_ids(players: Iterable[Player]) -> dict[str, int]:
    """Return ids by folded name: the older file's own where it names the player."""
    ids = {player.search_name: player.id for player in players}
    ids |= {folded(shot["namePlayer"]): int(shot["idPlayer"]) for shot in table(OLDER_SHOTS)}
    return ids
