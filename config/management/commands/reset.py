import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection


class Command(BaseCommand):
    help = "Forget the development database: every account, token and entry in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        database = settings.DEVELOPMENT_DATABASE
        if not settings.DEBUG or str(connection.settings_dict["NAME"]) != str(database):
            raise CommandError(
                f"Only the development database is forgotten, {database}. DATABASE_URL or "
                "SECRET_KEY make this site use another, or be in production. Nothing was removed."
            )
        # SQLite keeps a log and its index beside the file; a log alone would spoil the next one.
        files = [Path(f"{database}{end}") for end in ("-wal", "-shm", "")]
        found = [file for file in files if file.exists()]
        if not found:
            self.stdout.write("There is no development database. `make run` makes one.")
            return
        if not yes:
            self.ask(database)
        connection.close()
        for file in found:
            file.unlink()
        self.stdout.write(
            f"Removed {', '.join(file.name for file in reversed(found))}. "
            "`make run` makes a new database, with the demo in it."
        )

    def ask(self, database: Path) -> None:
        """Return if the person agrees; nobody but a person is asked."""
        if not sys.stdin.isatty():
            raise CommandError(
                "Nobody is here to ask. `make reset YES=1` does not ask. Nothing was removed."
            )
        self.stdout.write(
            f"This removes {database}, with every account, token and entry in it.\n"
            "Stop the site first, if it runs."
        )
        if input("Type yes to go on: ").strip() != "yes":
            raise CommandError("Nothing was removed.")
