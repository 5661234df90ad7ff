"""How commands list rows: as columns for people, as JSON for programs."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from api.terminal import in_one_line


class ListingCommand(BaseCommand):
    """Prints rows, each of which says the same things."""

    nothing: str
    """What is said where there is none."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def list(self, rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        elif not rows:
            self.stderr.write(self.nothing)
        else:
            table = [list(rows[0]), *([cell(value) for value in row.values()] for row in rows)]
            widths = [max(map(len, column)) for column in zip(*table, strict=True)]
            for line in table:
                padded = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
                self.stdout.write("  ".join(padded).rstrip())


def cell(value: Any) -> str:
    """Return a value in one line of a terminal."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return in_one_line(str(value))
