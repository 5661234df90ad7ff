"""Rows of somebody's own CSV and JSON files, each with its line (in a CSV, its last one)."""

import csv
import io
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("teams", "players", "games", "stats")
SPACE = re.compile(r"[\s,]*")
DECODER = json.JSONDecoder()


class Unreadable(ValueError):  # noqa: N818
    """A file that holds no rows in a shape we know."""


@dataclass(frozen=True)
class TableRow:
    kind: str
    line: int
    values: Any


def read_rows(path: Path) -> Iterator[TableRow]:
    """Yield the rows of a `.csv` or `.json` file. Raises Unreadable."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets put a mark at the start
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"It cannot be read as UTF-8 text: {error}.") from error
    if path.suffix.lower() == ".csv":
        yield from csv_rows(text, kind_of(path.stem))
    elif path.suffix.lower() == ".json":
        yield from json_rows(text, path.stem)
    else:
        raise Unreadable("Its name must end in .csv or .json.")


def kind_of(name: str) -> str:
    """Return what a file or a list of this name holds."""
    for kind in KINDS:
        if name.lower().startswith(kind):
            return kind
    raise Unreadable(f"'{name}' must begin with one of: {', '.join(KINDS)}.")


def csv_rows(text: str, kind: str) -> Iterator[TableRow]:
    reader = csv.DictReader(
        io.StringIO(text, newline=""), restkey="(beyond the header)", strict=True
    )
    try:
        for row in reader:
            # An empty cell says nothing, as a missing one does.
            values = {name: cell for name, cell in row.items() if cell not in ("", None)}
            yield TableRow(kind, reader.line_num, values)
    except csv.Error as error:
        raise Unreadable(f"Line {reader.reader.line_num}: {error}.") from error


def json_rows(text: str, name: str) -> Iterator[TableRow]:
    """Yield the rows of a list, whose kind its file's name tells, or of an object of lists."""
    place = after_space(text, 0)
    try:
        if text[place : place + 1] == "[":
            place = yield from json_list(text, place, kind_of(name))
        elif text[place : place + 1] == "{":
            place = after_space(text, place + 1)
            while text[place : place + 1] != "}":
                key, place = DECODER.raw_decode(text, place)
                place = after_space(text, place)
                if text[place : place + 1] != ":":
                    raise Unreadable(f"Line {line_of(text, place)}: a colon is missing.")
                place = yield from json_list(text, after_space(text, place + 1), kind_of(str(key)))
                place = after_space(text, place)
            place += 1
        else:
            raise Unreadable("It must hold a list, or an object of lists.")
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"Line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "Somewhere"
        raise Unreadable(f"{where}: this is not JSON.") from error
    if text[place:].strip():
        raise Unreadable(f"Line {line_of(text, place)}: something stands behind the end.")


def json_list(text: str, place: int, kind: str) -> Generator[TableRow, None, int]:
    """Yield the rows of the list that begins at a place, and return the place behind it."""
    if text[place : place + 1] != "[":
        raise Unreadable(f"Line {line_of(text, place)}: '{kind}' must be a list.")
    place = after_space(text, place + 1)
    while text[place : place + 1] != "]":
        line = line_of(text, place)
        values, place = DECODER.raw_decode(text, place)
        yield TableRow(kind, line, values)
        place = after_space(text, place)
    return place + 1


def after_space(text: str, place: int) -> int:
    match = SPACE.match(text, place)
    return match.end() if match else place


def line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
