import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import backups


class Command(BaseCommand):
    help = "Put a backup in place of all that the database has. Stop the site first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, file: Path, yes: bool, **options: Any) -> None:
        if not yes:
            self.ask(file)
        try:
            backups.load(file)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The database is as {file} has it.")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("It is of an earlier version: run manage.py migrate.")

    def ask(self, file: Path) -> None:
        """Return if the person agrees; nobody but a person is asked."""
        if not sys.stdin.isatty():
            raise CommandError("Nobody is here to ask: --yes does not ask. Nothing was changed.")
        self.stdout.write(
            f"This puts {file} in place of all that {connection.settings_dict['NAME']} has.\n"
            "Stop the site first, if it runs."
        )
        if input("Type yes to go on: ").strip() != "yes":
            raise CommandError("Nothing was changed.")
