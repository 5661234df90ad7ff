from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups


class Command(BaseCommand):
    help = "Write a copy of the whole database to a file, while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {file.absolute().parent}. Make it first.")
        try:
            backups.save(file.absolute())
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"{error} No backup was made.") from error
        size = file.stat().st_size
        self.stdout.write(f"Wrote {file} ({size:,} bytes). Keep the SECRET_KEY with it.")
