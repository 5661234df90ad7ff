"""Real data for the sports plugin, from packages that are installed beside it."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sports.datasets import DataMissingError, read_dataset
from sports.models import Game, Player, Stat, Team
from sports.writing import Fields, write

# Only what the packages hold: what somebody imported into other fields stays.
FIELDS: Fields = {
    Team: ("abbreviation", "city", "full_name", "name"),
    Player: ("first_name", "last_name", "search_name", "search_words"),
    Game: (
        *("date", "season", "postseason", "period", "status"),
        *("home_team", "home_team_score", "visitor_team", "visitor_team_score"),
    ),
    Stat: ("team", "date", "season", "postseason", "fgm", "fga", "fg3m", "fg3a"),
}


class Command(BaseCommand):
    help = (
        "Load real teams, players, games and Denver's shooting into the database, from the "
        "packages nba_api and isapy-data. Running it again is safe; all is written or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="do nothing when there are games already"
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once and Game.objects.exists():
            return
        started = time.monotonic()
        self.stderr.write("Reading the packages …", ending="\n")
        try:
            dataset = read_dataset()
            write(dataset.rows, FIELDS)
        except DataMissingError as missing:
            raise CommandError(
                f"{missing} is not installed, so the sports plugin has no data yet; all else "
                "works. Run `make sports-data`."
            ) from missing
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was changed.", returncode=130) from None
        for note in dataset.notes:
            self.stdout.write(note)
        self.stdout.write(
            f"Sports: {len(dataset.teams):,} teams, {len(dataset.players):,} players, "
            f"{len(dataset.games):,} games and {len(dataset.stats):,} lines of shooting "
            f"in {time.monotonic() - started:.1f} s."
        )
