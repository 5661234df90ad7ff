"""A person's own data for the sports plugin, from CSV and JSON files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sports.imports import ROWS, Import
from sports.tables import TableRow, UnreadableTableError, read_rows
from sports.writing import write

SHOWN = 50  # bad rows; more of them have one cause


class Command(BaseCommand):
    help = (
        "Import teams, players, games and stats from CSV or JSON files in the shape that "
        "docs/sports.md describes. Rows that are there already are replaced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="such as games.csv")
        parser.add_argument(
            "--skip-bad-rows", action="store_true", help="write the others when some rows are bad"
        )

    def handle(
        self, *args: Any, files: Sequence[Path], skip_bad_rows: bool, **options: Any
    ) -> None:
        found = Import()
        try:
            found.read(self.rows(files))
            if found.problems:
                self.report(found.problems)
                if not skip_bad_rows:
                    raise CommandError(
                        f"{len(found.problems):,} rows are bad, so nothing was written. Mend "
                        "them, or leave them out with --skip-bad-rows."
                    )
            write({model: list(rows.values()) for model, rows in found.rows.items()})
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was changed.", returncode=130) from None
        counts = [f"{len(found.rows[row.model]):,} {kind}" for kind, row in ROWS.items()]
        self.stdout.write(f"Imported {', '.join(counts)}; left out {len(found.problems):,} rows.")

    def rows(self, files: Sequence[Path]) -> Iterator[TableRow]:
        for path in files:
            try:
                yield from read_rows(path)
            except UnreadableTableError as error:
                raise CommandError(f"{path}: {error} Nothing was written.") from error

    def report(self, problems: Sequence[str]) -> None:
        for problem in problems[:SHOWN]:
            self.stderr.write(problem.encode(errors="replace").decode())  # lone surrogates
        if len(problems) > SHOWN:
            self.stderr.write(f"… and {len(problems) - SHOWN:,} more.")
