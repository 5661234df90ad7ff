"""Whether the sports API stays fast: each operation at 10,000 and at 1,000,000 lines of stats.

Runs for some minutes, in a database of its own below the directory for temporary files. The
players and teams are generated and nobody's. Also says how long `import_sports` takes for 10,000
and for 100,000 of the lines, as CSV and as JSON. A million lines are 33 seasons of a whole league;
ten thousand are a third of one. Exits with 1 when an operation is more than 3 times as slow.
"""

import csv
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import own_site, timed

SMALL, LARGE = 10_000, 1_000_000
LIMIT = 3.0  # times
CALLS = 60  # of each operation; the median is compared
TEAMS, ROSTER, A_SIDE, GAMES_A_DAY, DAYS_A_SEASON = 30, 15, 12, 7, 175
FIRST_SEASON = 1990
CAREER = 12  # seasons

CHANCE = random.Random(1)  # noqa: S311


def fill(lines: int) -> None:
    from sports.models import Game, Player, Stat, Team

    Team.objects.bulk_create(
        Team(id=n, abbreviation=f"T{n}", full_name=f"Team {n}", name=f"Team {n}")
        for n in range(1, TEAMS + 1)
    )
    Player.objects.bulk_create(
        Player(
            id=n,
            first_name=f"First{n}",
            last_name=f"Last{n}",
            search_name=f"first{n} last{n}",
            search_words=f"first{n} last{n}",
        )
        for n in range(1, 5001)
    )
    games = list(schedule(lines))
    Game.objects.bulk_create(games, batch_size=1000)
    stats = stats_of(games)
    while batch := list(islice(stats, 20_000)):
        Stat.objects.bulk_create(batch, batch_size=1000)


def schedule(lines: int) -> Iterator[Any]:
    """Yield as many games as hold so many lines."""
    from sports.models import Game

    for number in range(lines // (2 * A_SIDE)):
        season, day = divmod(number // GAMES_A_DAY, DAYS_A_SEASON)
        home, visitor = CHANCE.sample(range(1, TEAMS + 1), 2)
        yield Game(
            id=number + 1,
            season=FIRST_SEASON + season,
            date=date(FIRST_SEASON + season, 10, 20) + timedelta(days=day),
            home_team_id=home,
            visitor_team_id=visitor,
            home_team_score=100,
            visitor_team_score=99,
        )


def stats_of(games: Iterable[Any]) -> Iterator[Any]:
    """Yield what the players of these games did."""
    from sports.models import COUNTS, Stat

    for game in games:
        # Every few seasons somebody else has a seat in a team.
        first = (game.season - FIRST_SEASON) // CAREER * TEAMS * ROSTER + 1
        for team in (game.home_team_id, game.visitor_team_id):
            for seat in CHANCE.sample(range(ROSTER), A_SIDE):
                stat = Stat(
                    game=game,
                    player_id=first + (team - 1) * ROSTER + seat,
                    team_id=team,
                    seconds=CHANCE.randrange(60, 2400),
                    **dict.fromkeys(COUNTS, CHANCE.randrange(10)),
                )
                stat.take_from_game()
                yield stat


# What is asked; in the braces stands something else each time, of what both sizes have.
OPERATIONS = {
    "getTeams": "teams",
    "getPlayers": "players?query=last{player}",
    "getPlayers, all": "players",
    "getGames of a team and season": f"games?team_ids={{team}}&seasons={FIRST_SEASON}",
    "getGames of a team": "games?team_ids={team}",
    "getGames of a week": "games?{week}",
    "getGames, all": "games",
    "getStats of a game": "stats?game_ids={game}",
    "getStats of a player": "stats?player_ids={player}",
    "getStats of five players, a month": "stats?player_ids={five}&{month}",
    "getStats of a week": "stats?{week}",
    "getStats since a day": f"stats?start_date={FIRST_SEASON}-11-09",
    "getStats, all": "stats",
    "getStats, page after page": "stats?{next}",
    "getSeasonAverages": f"season_averages?season={FIRST_SEASON}&player_ids={{five}}",
    "getSeasonAverages, newest season": "season_averages?player_ids={player}",
}


def choices() -> dict[str, object]:
    """Return what a query may ask for."""
    players = CHANCE.choices(range(1, TEAMS * ROSTER), k=5)
    start = date(FIRST_SEASON, 10, 20) + timedelta(days=CHANCE.randrange(40))
    days = f"start_date={start}&end_date="
    return {
        "player": players[0],
        "five": ",".join(map(str, players)),
        "team": CHANCE.randrange(1, TEAMS + 1),
        "game": CHANCE.randrange(1, 400),
        "week": f"{days}{start + timedelta(days=7)}",
        "month": f"{days}{start + timedelta(days=30)}",
    }


def measure() -> dict[str, list[float]]:
    """Return the milliseconds of each call, of which the first finds nothing cached."""
    from django.core.cache import cache
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    client.get("/sports/teams")
    found: dict[str, list[float]] = {}
    for name, query in OPERATIONS.items():
        cache.clear()
        found[name], following = [], ""
        for _ in range(CALLS):
            path = f"/sports/{query.format(**choices(), next=following)}"
            response, milliseconds = timed(client.get, path)
            assert response.status_code == 200, (path, response.content)
            found[name].append(milliseconds)
            following = f"cursor={response.json().get('meta', {}).get('next_cursor')}"
    return found


def measure_imports(directory: Path) -> None:
    """Import lines that are there again, and print how long it takes."""
    from django.core.management import call_command

    from sports.models import COUNTS, Stat

    for lines in (SMALL, SMALL * 10):
        rows = list(Stat.objects.values("game_id", "player_id", "team_id", *COUNTS)[:lines])
        as_csv, as_json = directory / "stats.csv", directory / "stats.json"
        as_json.write_text(json.dumps(rows))
        with as_csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        for path in (as_csv, as_json):
            started = time.process_time()
            _, milliseconds = timed(call_command, "import_sports", path)
            print(
                f"{lines:,} lines imported from {path.suffix} in {milliseconds / 1000:.1f} s, "
                f"{time.process_time() - started:.1f} s of one core",
                flush=True,
            )


def main() -> int:
    results = []
    with own_site() as directory:
        from django.core.management import call_command

        for lines in (SMALL, LARGE):
            if lines == LARGE:
                call_command("flush", interactive=False, verbosity=0)
            _, milliseconds = timed(fill, lines)
            print(f"{lines:,} lines written in {milliseconds / 1000:.0f} s", flush=True)
            results.append(measure())
        measure_imports(directory)
    print(f"\n{'median ms (first call)':36} {SMALL:>16,} {LARGE:>16,}   times")
    small, large = results
    ratios = {name: median(large[name]) / median(small[name]) for name in OPERATIONS}
    for name, ratio in ratios.items():
        cells = [f"{median(ms[name]):8.2f} {f'({ms[name][0]:.1f})':>8}" for ms in results]
        print(f"{name:36} {cells[0]} {cells[1]}   {ratio:.2f}")
    return int(max(ratios.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
