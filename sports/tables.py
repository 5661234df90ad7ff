"""Rows of somebody's own CSV and JSON files, each with its place: a CSV's line, a JSON's row."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TextIO

KINDS = ("teams", "players", "games", "stats")


class UnreadableTableError(Exception):
    """A file that holds no rows in a shape we know."""


@dataclass(frozen=True, slots=True)
class TableRow:
    kind: str
    unit: str
    """What `number` counts: "line", "row", or in an object of lists "games row"."""
    number: int
    values: Any

    @property
    def place(self) -> str:
        return f"{self.unit} {self.number}"


def read_rows(path: Path) -> Iterator[TableRow]:
    """Yield the rows of a `.csv` or `.json` file. Raises UnreadableTableError."""
    readers = {".csv": csv_rows, ".json": json_rows}
    try:
        read = readers[path.suffix.lower()]
    except KeyError:
        raise UnreadableTableError("Its name must end in .csv or .json.") from None
    try:
        # Spreadsheets put a mark at the start.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read(file, path.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTableError(f"It cannot be read as UTF-8 text: {error}.") from error


def kind_of(name: str) -> str:
    """Return what a file or a list of this name holds."""
    for kind in KINDS:
        if name.lower().startswith(kind):
            return kind
    raise UnreadableTableError(f"'{name}' must begin with one of: {', '.join(KINDS)}.")


# --- CSV ---------------------------------------------------------------------------------


def csv_rows(file: TextIO, name: str) -> Iterator[TableRow]:
    kind = kind_of(name)
    reader = csv.DictReader(file, restkey="(beyond the header)", strict=True)
    try:
        # A column without a name must be empty; by its number, none hides another.
        header = [column or f"(column {n})" for n, column in enumerate(reader.fieldnames or (), 1)]
        require_distinct(header)
        reader.fieldnames = header
        for values in reader:
            yield TableRow(kind, "line", reader.line_num, values)
    except (csv.Error, RepeatedNameError) as error:
        raise UnreadableTableError(f"Line {reader.reader.line_num}: {error}.") from error


# --- JSON --------------------------------------------------------------------------------


def json_rows(file: TextIO, name: str) -> Iterator[TableRow]:
    """Yield the rows of a list, whose kind its file's name tells, or of an object of lists."""
    text = file.read()
    try:
        table = json.loads(
            text, object_pairs_hook=distinct, parse_float=finite, parse_constant=finite
        )
    except RecursionError as error:
        raise UnreadableTableError("It is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableTableError(f"It cannot be read as JSON: {error}.") from error
    lists: Mapping[str, Any] = table if isinstance(table, dict) else {name: table}
    for key, rows in lists.items():
        if not isinstance(rows, list):
            raise UnreadableTableError("It must hold a list, or an object of lists.")
        kind, unit = kind_of(key), f"{key} row" if lists is table else "row"
        for number, values in enumerate(rows, 1):
            yield TableRow(kind, unit, number, values)


def finite(literal: str) -> float:
    """Return a number that JSON knows: it has no NaN and no Infinity, nor 1e999 for one."""
    number = float(literal)
    if not isfinite(number):
        raise ValueError(f"{literal:.20} is not a number there")
    return number


# --- Both --------------------------------------------------------------------------------


class RepeatedNameError(ValueError):
    """A name stands twice where it can mean one thing only; the first would be lost."""


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        require_distinct(name for name, _ in pairs)
    return values


def require_distinct(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RepeatedNameError(f"'{name}' stands twice in one object or header")
        seen.add(name)
