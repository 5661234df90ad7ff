"""Whether the sports API stays fast: each operation at 10,000 and at 1,000,000 lines of stats.

Runs for some minutes, in a database of its own below the directory for temporary files. The
players and teams are generated and nobody's. Also says how long `import_sports` takes for 10,000
and for 100,000 of the lines, as CSV and as JSON. A million lines are 33 seasons of a whole league;
ten thousand are a third of one. Exits with 1 when an operation is more than 3 times as slow.
"""

import csv
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SMALL, LARGE = 10_000, 1_000_000
LIMIT = 3.0  # times
CALLS = 60  # of each operation; the median is compared
TEAMS, ROSTER, A_SIDE, GAMES_A_DAY, DAYS_A_SEASON = 30, 15, 12, 7, 175
FIRST_SEASON = 1990
CAREER = 12  # seasons

CHANCE = random.Random(1)  # noqa: S311


def schedule(lines: int) -> Iterator[tuple[int, int, date, int, int]]:
    """Yield id, season, date, home and visitor of as many games as hold so many lines."""
    for number in range(lines // (2 * A_SIDE)):
        day, _ = divmod(number, GAMES_A_DAY)
        season, day = divmod(day, DAYS_A_SEASON)
        home, visitor = CHANCE.sample(range(1, TEAMS + 1), 2)
        played = date(FIRST_SEASON + season, 10, 20) + timedelta(days=day)
        yield number + 1, FIRST_SEASON + season, played, home, visitor


def player_of(team: int, seat: int, season: int) -> int:
    """Return who has a seat in a team; every few seasons somebody else does."""
    generation = (season - FIRST_SEASON) // CAREER
    return generation * TEAMS * ROSTER + (team - 1) * ROSTER + seat + 1


def fill(lines: int) -> None:
    from sports.models import COUNTS, Game, Player, Stat, Team

    Team.objects.bulk_create(
        Team(id=n, abbreviation=f"T{n}", full_name=f"Team {n}", name=f"Team {n}")
        for n in range(1, TEAMS + 1)
    )
    Player.objects.bulk_create(
        Player(id=n, first_name=f"First{n}", last_name=f"Last{n}", search_name=f"first{n} last{n}")
        for n in range(1, 5001)
    )
    games, stats = [], []
    for pk, season, day, home, visitor in schedule(lines):
        games.append(
            Game(
                id=pk,
                date=day,
                season=season,
                home_team_id=home,
                visitor_team_id=visitor,
                home_team_score=100,
                visitor_team_score=99,
            )
        )
        for team in (home, visitor):
            for seat in CHANCE.sample(range(ROSTER), A_SIDE):
                stats.append(
                    Stat(
                        game_id=pk,
                        player_id=player_of(team, seat, season),
                        team_id=team,
                        date=day,
                        season=season,
                        postseason=False,
                        seconds=CHANCE.randrange(60, 2400),
                        **dict.fromkeys(COUNTS, CHANCE.randrange(10)),
                    )
                )
        if len(stats) > 20_000:
            Game.objects.bulk_create(games)
            Stat.objects.bulk_create(stats, batch_size=1000)
            games, stats = [], []
    Game.objects.bulk_create(games)
    Stat.objects.bulk_create(stats, batch_size=1000)


def operations() -> dict[str, Callable[[], str]]:
    """Return calls that differ each time, among the seasons that both sizes have."""
    day = date(FIRST_SEASON, 10, 20)

    def player() -> int:
        return CHANCE.randrange(1, TEAMS * ROSTER)

    def days(length: int) -> str:
        start = day + timedelta(days=CHANCE.randrange(40))
        return f"start_date={start}&end_date={start + timedelta(days=length)}"

    return {
        "getTeams": lambda: "teams",
        "getPlayers": lambda: f"players?query=last{player()}",
        "getPlayers, all": lambda: "players",
        "getGames of a team and season": lambda: (
            f"games?team_ids={CHANCE.randrange(1, 31)}&seasons={FIRST_SEASON}"
        ),
        "getGames of a team": lambda: f"games?team_ids={CHANCE.randrange(1, 31)}",
        "getGames of a week": lambda: f"games?{days(7)}",
        "getGames, all": lambda: "games",
        "getStats of a game": lambda: f"stats?game_ids={CHANCE.randrange(1, 400)}",
        "getStats of a player": lambda: f"stats?player_ids={player()}",
        "getStats of five players, a month": lambda: (
            f"stats?player_ids={','.join(str(player()) for _ in range(5))}&{days(30)}"
        ),
        "getStats of a week": lambda: f"stats?{days(7)}",
        "getStats since a day": lambda: f"stats?start_date={day + timedelta(days=20)}",
        "getStats, all": lambda: "stats",
        "getSeasonAverages": lambda: (
            f"season_averages?season={FIRST_SEASON}"
            f"&player_ids={','.join(str(player()) for _ in range(5))}"
        ),
        "getSeasonAverages, newest season": lambda: f"season_averages?player_ids={player()}",
    }


def measure(lines: int) -> dict[str, tuple[float, float]]:
    """Return milliseconds: the median, and the first call with nothing cached."""
    from django.core.cache import cache
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.get("/sports/teams")
    found = {}
    for name, query in operations().items():
        cache.clear()
        times = []
        for _ in range(CALLS):
            path = f"/sports/{query()}"
            started = time.perf_counter()
            response = client.get(path)
            times.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200, (path, response.content)
        found[name] = statistics.median(times), times[0]
    # Pages from the first to somewhere deep in the list.
    times, cursor = [], ""
    for _ in range(CALLS):
        started = time.perf_counter()
        page: Any = client.get(f"/sports/stats?{cursor}").json()
        times.append((time.perf_counter() - started) * 1000)
        cursor = f"cursor={page['meta']['next_cursor']}"
    found["getStats, page after page"] = statistics.median(times), times[0]
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
            started, worked = time.monotonic(), time.process_time()
            call_command("import_sports", path)
            print(
                f"{lines:,} lines imported from {path.suffix} in "
                f"{time.monotonic() - started:.1f} s, "
                f"{time.process_time() - worked:.1f} s of one core",
                flush=True,
            )


def main() -> int:
    import django
    from django.core.management import call_command
    from django.db import connection

    with tempfile.TemporaryDirectory(prefix="sports-scale-") as directory:
        results = []
        for lines in (SMALL, LARGE):
            os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
            os.environ |= {"THROTTLE": "off", "DEBUG": "on"}
            if lines == SMALL:
                path = Path(directory) / "sports.sqlite3"
                os.environ.setdefault("DATABASE_URL", f"sqlite:///{path}")
                django.setup()
                from django.conf import settings

                settings.DEBUG = False  # would keep every query in memory
                settings.ALLOWED_HOSTS = ["localhost"]
            else:
                call_command("flush", interactive=False, verbosity=0)
            call_command("migrate", verbosity=0)
            started = time.monotonic()
            fill(lines)
            print(f"{lines:,} lines written in {time.monotonic() - started:.0f} s", flush=True)
            results.append(measure(lines))
        measure_imports(Path(directory))
        connection.close()
    small, large = results
    print(f"\n{'median ms (first call)':36} {SMALL:>16,} {LARGE:>16,}   times")
    worst = 0.0
    for name, (median, first) in small.items():
        other, other_first = large[name]
        ratio = other / median
        worst = max(worst, ratio)
        print(
            f"{name:36} {median:8.2f} {f'({first:.1f})':>8} {other:8.2f} "
            f"{f'({other_first:.1f})':>8}   {ratio:.2f}"
        )
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
