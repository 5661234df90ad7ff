"""A person's own data for the sports plugin, from CSV and JSON files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sports.imports import MODELS, ROWS, Import
from sports.tables import TableRow, Unreadable, read_rows
from sports.writing import Fields, write

SHOWN = 50  # bad rows; more of them have one cause


class Command(BaseCommand):
    help = (
        "Import teams, players, games and stats from CSV or JSON files in the shape that "
        "docs/sports.md tells. Rows that are there already are replaced."
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
                self.tell(found.problems)
                if not skip_bad_rows:
                    raise CommandError(
                        f"{len(found.problems):,} rows are bad, so nothing was written. Mend "
                        "them, or leave them out with --skip-bad-rows."
                    )
            write({model: list(rows.values()) for model, rows in found.rows.items()}, FIELDS)
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was changed.", returncode=130) from None
        counts = [f"{len(found.rows[model]):,} {kind}" for kind, model in MODELS.items()]
        self.stdout.write(f"Imported {', '.join(counts)}; left out {len(found.problems):,} rows.")

    def rows(self, files: Sequence[Path]) -> Iterator[tuple[str, TableRow]]:
        for path in files:
            try:
                for row in read_rows(path):
                    yield path.name, row
            except Unreadable as error:
                raise CommandError(f"{path}: {error} Nothing was written.") from error

    def tell(self, problems: Sequence[str]) -> None:
        for problem in problems[:SHOWN]:
            self.stderr.write(problem)
        if len(problems) > SHOWN:
            self.stderr.write(f"… and {len(problems) - SHOWN:,} more.")


# What a model keeps beside the columns of a row.
BESIDE = {"players": ("search_name",), "stats": ("date", "season", "postseason")}


def columns(kind: str) -> Iterator[str]:
    """Yield the fields that a row of this kind replaces: all but those it is known by."""
    for name, column in ROWS[kind].fields.items():
        if name not in ("id", "game_id", "player_id"):
            yield str(column.source).removesuffix("_id")
    yield from BESIDE.get(kind, ())


FIELDS: Fields = {model: tuple(columns(kind)) for kind, model in MODELS.items()}
