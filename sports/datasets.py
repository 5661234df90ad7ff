"""Real data that two packages carry, read from their files; nothing is fetched.

`nba_api` has every team and the names of all players. `isapy-data` has the games of four
regular seasons with their scores, and every shot of Denver's players in ten seasons. Neither
package needs to be importable with what it depends on: the tables are plain text.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sports.models import Game, Player, Stat, Team, folded

GAMES = ("nba_games_2021", "nba_games_2023", "nba_games_2024", "nba_games_2025")
SHOTS = "nba_nuggets_shots_2025"  # ten seasons, without dates and without ids of players
OLDER_SHOTS = "nba_nuggets_shots"  # nine seasons, with both
SHOOTERS = "DEN"


class DataMissingError(Exception):
    """A package with the data is not installed."""


@dataclass(frozen=True)
class Dataset:
    teams: list[Team] = field(default_factory=list)
    players: list[Player] = field(default_factory=list)
    games: list[Game] = field(default_factory=list)
    stats: list[Stat] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What had to be decided on the way."""


Table = Iterator[dict[str, str]]


def table(name: str) -> Table:
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
    dataset = Dataset()
    dataset.teams.extend(read_teams())
    dataset.players.extend(read_players())
    dataset.games.extend(read_games(dataset.notes))
    dataset.games.extend(older_games({game.id for game in dataset.games}, dataset.teams))
    dataset.stats.extend(read_shooting(dataset))
    return dataset


def read_teams() -> Iterator[Team]:
    for team in static("teams").get_teams():
        yield Team(
            id=team["id"],
            abbreviation=team["abbreviation"],
            city=team["city"],
            full_name=team["full_name"],
            name=team["nickname"],
        )


def read_players() -> Iterator[Player]:
    for player in static("players").get_players():
        yield Player(
            id=player["id"],
            first_name=player["first_name"],
            last_name=player["last_name"],
            search_name=folded(player["full_name"]),
        )


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


def season_of(game_id: int) -> tuple[int, bool]:
    """Return the season and whether it is the postseason; the NBA's ids say both."""
    return 2000 + game_id // 100_000 % 100, game_id // 10_000_000 == 4


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
            season, postseason = season_of(game_id)
            yield Game(
                id=game_id,
                date=datetime.fromisoformat(home["game_date"]).date(),
                season=season,
                postseason=postseason,
                home_team_id=int(home["team_id"]),
                visitor_team_id=int(visitor["team_id"]),
                home_team_score=int(home["pts"]),
                visitor_team_score=int(visitor["pts"]),
                # Five players share 48 minutes, and 5 more for each overtime.
                period=4 + (int(home["min"]) - 240) // 25,
                status="Final",
            )
        if neutral:
            notes.append(
                f"{neutral} games of season {season} were on neutral ground: the team that the "
                "source lists first stands as the home team."
            )


def older_games(known: set[int], teams: Iterable[Team]) -> Iterator[Game]:
    """Yield the games that only the shots tell of: their day and teams, not their scores."""
    by_abbreviation = {team.abbreviation: team.id for team in teams}
    wanted = {int(shot["gameId"]) for shot in table(SHOTS)} - known
    for shot in table(OLDER_SHOTS):
        game_id = int(shot["idGame"])
        if game_id in wanted:
            wanted.remove(game_id)
            season, postseason = season_of(game_id)
            yield Game(
                id=game_id,
                date=datetime.strptime(shot["dateGame"], "%Y%m%d").date(),
                season=season,
                postseason=postseason,
                home_team_id=by_abbreviation[shot["slugTeamHome"]],
                visitor_team_id=by_abbreviation[shot["slugTeamAway"]],
            )


# --- Stats -------------------------------------------------------------------------------


def read_shooting(dataset: Dataset) -> Iterator[Stat]:
    """Yield one line for each player and game: the shots, made and attempted."""
    ids = shooters_ids(dataset.players)
    games = {game.id: game for game in dataset.games}
    [team] = [team for team in dataset.teams if team.abbreviation == SHOOTERS]
    shots: dict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for shot in table(SHOTS):
        shots[int(shot["gameId"])][tuple(shot.values())] += 1
    for game_id, rows in sorted(shots.items()):
        if all(count % 2 == 0 for count in rows.values()):
            dataset.notes.append(
                f"Game {game_id}: the source lists every shot twice. Each is counted once."
            )
            rows = Counter({row: count // 2 for row, count in rows.items()})
        lines: dict[str, Counter[str]] = defaultdict(Counter)
        for row, count in rows.items():
            shot = dict(zip(SHOT_COLUMNS, row, strict=True))
            made, three = shot["shotMadeFlag"] == "1", shot["shotType"].startswith("3")
            line = lines[shot["namePlayer"]]
            line["fga"] += count
            line["fgm"] += count * made
            line["fg3a"] += count * three
            line["fg3m"] += count * (made and three)
        for name, line in sorted(lines.items()):
            stat = Stat(
                game=games[game_id],
                player_id=ids[folded(name)],
                team_id=team.id,
                **{count: line[count] for count in ("fgm", "fga", "fg3m", "fg3a")},
            )
            stat.take_from_game()
            yield stat


SHOT_COLUMNS = (
    *("seasonId", "gameId", "namePlayer", "nameTeam", "shotType", "zoneBasic", "shotZoneArea"),
    *("shotZoneRange", "locationX", "locationY", "shotMadeFlag", "htm", "vtm", "isHomeGame"),
    *("opponentName", "isShotMade"),
)


def shooters_ids(players: Iterable[Player]) -> dict[str, int]:
    """Return ids by folded name: the older file's own where it names the player."""
    ids = {player.search_name: player.id for player in players}
    ids |= {folded(shot["namePlayer"]): int(shot["idPlayer"]) for shot in table(OLDER_SHOTS)}
    return ids
