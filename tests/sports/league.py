"""A small league that nobody took for a real one: four teams, eight players, two seasons.

Its rows stand here in the shapes that a balldontlie v1 API answers, apart from our own code, so
that tests can compare with them. One season is the one being played.
"""

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from sports.models import Game, Player, Stat, Team

Row = dict[str, Any]

TODAY = timezone.now().date()
NEWEST = TODAY.year if TODAY.month >= 10 else TODAY.year - 1
OLDER = NEWEST - 1
COUNTED = (
    *("fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "reb", "ast", "stl", "blk"),
    *("turnover", "pf", "pts"),
)
SHARES = {"fg_pct": ("fgm", "fga"), "fg3_pct": ("fg3m", "fg3a"), "ft_pct": ("ftm", "fta")}


def team(pk: int, abbreviation: str, city: str, name: str, conference: str) -> Row:
    return {
        "id": pk,
        "abbreviation": abbreviation,
        "city": city,
        "conference": conference,
        "division": "North",
        "full_name": f"{city} {name}",
        "name": name,
    }


TEAMS = [
    team(1, "GUL", "Harbor", "Gulls", "East"),
    team(2, "OWL", "Hill", "Owls", "East"),
    team(3, "FOX", "Meadow", "Foxes", "West"),
    team(4, "ELK", "Ridge", "Elks", "West"),
]
NAMES = ["Ann Aster", "Bob Birch", "Cy Cedar", "Dora Daisy", "Eve Elm", "Finn Fern"]
NAMES += ["Gil Grass-Aster", "Hal O'Hazel"]


def player(pk: int, name: str) -> Row:
    first, last = name.split(" ")
    return {
        "id": pk,
        "first_name": first,
        "last_name": last,
        "position": "G" if pk % 2 else "",
        "height_feet": 6,
        "height_inches": pk % 12,
        "weight_pounds": 180 + pk,
        "team": TEAMS[pk % 4],
    }


PLAYERS = [player(100 + number, name) for number, name in enumerate(NAMES)]


def make_games() -> list[Row]:
    chance = random.Random(4)  # noqa: S311
    games: list[Row] = []
    for season in (OLDER, NEWEST):
        for number in range(24):
            home, visitor = chance.sample(TEAMS, 2)
            games.append(
                {
                    # Not in the order of their days, as real ids are not.
                    "id": 1000 + (season - OLDER) * 100 + (number * 7) % 24,
                    "date": (date(season, 10, 20) + timedelta(days=number // 2)).isoformat(),
                    "season": season,
                    "postseason": number >= 20,
                    "period": 4 + number % 2,
                    "status": "Final",
                    "time": "",
                    "home_team": home,
                    "home_team_score": chance.randrange(80, 130),
                    "visitor_team": visitor,
                    "visitor_team_score": chance.randrange(80, 130),
                }
            )
    return sorted(games, key=lambda game: (game["date"], game["id"]))


GAMES = make_games()


def without_team(row: Row) -> Row:
    """Return a player or a game as it stands within a stat: with ids in the place of teams."""
    return {
        (f"{name}_id" if isinstance(value, dict) else name): (
            value["id"] if isinstance(value, dict) else value
        )
        for name, value in row.items()
    }


def make_stats() -> list[Row]:
    chance = random.Random(8)  # noqa: S311
    stats: list[Row] = []
    for game in GAMES:
        for member in PLAYERS:
            side = next((s for s in ("home_team", "visitor_team") if game[s] == member["team"]), "")
            if not side:
                continue
            seconds = chance.choice([0, *range(600, 2400, 77)])
            row: Row = dict.fromkeys(COUNTED, 0)
            if seconds:
                row |= {name: chance.randrange(1, 9) for name in COUNTED}
                for made, attempted in SHARES.values():
                    row[attempted] = row[made] + chance.randrange(0, 9)
            row |= {
                name: float(rounded(row[made], row[attempted], "0.001")) if row[attempted] else None
                for name, (made, attempted) in SHARES.items()
            }
            row |= {
                "id": len(stats) + 1,
                "min": f"{seconds // 60}:{seconds % 60:02}",
                "player": without_team(member),
                "team": game[side],
                "game": without_team(game),
            }
            stats.append(row)
    return stats


def rounded(above: int, below: int, unit: str) -> Decimal:
    return (Decimal(above) / below).quantize(Decimal(unit), ROUND_HALF_UP)


STATS = make_stats()


def averages(season: int, player_ids: list[int]) -> list[Row]:
    """Return season averages, computed apart from any database."""
    rows = []
    for pk in sorted(set(player_ids)):
        lines = [
            stat
            for stat in STATS
            if stat["player"]["id"] == pk
            and stat["game"]["season"] == season
            and not stat["game"]["postseason"]
            and stat["min"] != "0:00"
        ]
        if not lines:
            continue
        played = len(lines)
        seconds = sum(int(m) * 60 + int(s) for m, s in (line["min"].split(":") for line in lines))
        mean = int(rounded(seconds, played, "1"))
        sums = {name: sum(line[name] for line in lines) for name in COUNTED}
        rows.append(
            {
                "games_played": played,
                "player_id": pk,
                "season": season,
                "min": f"{mean // 60}:{mean % 60:02}",
                **{name: float(rounded(total, played, "0.01")) for name, total in sums.items()},
                **{
                    name: float(rounded(sums[made], sums[attempted], "0.001"))
                    for name, (made, attempted) in SHARES.items()
                },
            }
        )
    return rows


def store() -> None:
    """Put the league into the database."""
    Team.objects.bulk_create(Team(**row) for row in TEAMS)
    for row in PLAYERS:
        Player.objects.create(**without_team(row))
    Game.objects.bulk_create(Game(**without_team(row)) for row in GAMES)
    games = Game.objects.in_bulk()
    stats = []
    for row in STATS:
        minutes, seconds = row["min"].split(":")
        stat = Stat(
            id=row["id"],
            game=games[row["game"]["id"]],
            player_id=row["player"]["id"],
            team_id=row["team"]["id"],
            seconds=int(minutes) * 60 + int(seconds),
            **{name: row[name] for name in COUNTED},
        )
        stat.take_from_game()
        stats.append(stat)
    Stat.objects.bulk_create(stats)
