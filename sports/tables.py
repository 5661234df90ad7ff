"""Rows of somebody's own CSV and JSON files, each with its place: a CSV's line, a JSON's row."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, TextIO

KINDS = ("teams", "players", "games", "stats")  # what others refer to comes first


class UnreadableTableError(Exception):
    """A file that holds no rows in a shape we know."""


class TableRow(NamedTuple):
    kind: str
    place: str
    """Of which file, and where in it: "line 2", "row 2", or in an object of lists "games row 2"."""
    values: Any


def read_rows(path: Path) -> Iterator[TableRow]:
    """Yield the rows of a `.csv` or `.json` file. Raises UnreadableTableError."""
    read = {".csv": csv_rows, ".json": json_rows}.get(path.suffix.lower())
    if read is None:
        raise UnreadableTableError("Its name must end in .csv or .json.")
    try:
        # Spreadsheets put a mark at the start.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read(file, path)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTableError(f"It cannot be read as UTF-8 text: {error}.") from error


def kind_of(name: str) -> str:
    """Return what a file or a list of this name holds."""
    for kind in KINDS:
        if name.lower().startswith(kind):
            return kind
    raise UnreadableTableError(f"'{name}' must begin with one of: {', '.join(KINDS)}.")


# --- CSV ---------------------------------------------------------------------------------


def csv_rows(file: TextIO, path: Path) -> Iterator[TableRow]:
    kind = kind_of(path.stem)
    reader = csv.DictReader(file, restkey="(beyond the header)", strict=True)
    try:
        # A column without a name must be empty; by its number, none hides another.
        columns = enumerate(reader.fieldnames or (), 1)
        reader.fieldnames = list(distinct([(name or f"(column {n})", n) for n, name in columns]))
        for values in reader:
            yield TableRow(kind, f"{path.name}, line {reader.line_num}", values)
    except (csv.Error, RepeatedNameError) as error:
        raise UnreadableTableError(f"Line {reader.reader.line_num}: {error}.") from error


# --- JSON --------------------------------------------------------------------------------


def json_rows(file: TextIO, path: Path) -> Iterator[TableRow]:
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
    lists: Mapping[str, Any] = table if isinstance(table, dict) else {path.stem: table}
    for key, rows in lists.items():
        if not isinstance(rows, list):
            raise UnreadableTableError("It must hold a list, or an object of lists.")
        kind, unit = kind_of(key), f"{key} row" if lists is table else "row"
        for number, values in enumerate(rows, 1):
            yield TableRow(kind, f"{path.name}, {unit} {number}", values)


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
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise RepeatedNameError(f"'{name}' stands twice in one object or header")
    return values
