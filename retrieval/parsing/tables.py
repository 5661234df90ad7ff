"""Rows of cells as text: a Markdown table, or records with the name before each value.

Both have a form that `retrieval/tables.py` knows again when the text is cut into passages.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

Rows = Sequence[Sequence[str]]
NUMBER = re.compile(r"[^\w]*\d[\d\s.,:/%°€$£-]*\w{0,3}")
YEAR = re.compile(r"(19|20)\d\d")


def tidied(rows: Iterable[Iterable[str]]) -> list[list[str]]:
    """Return rows of cells in one line each; without empty rows, and columns empty in all."""
    lines = [[" ".join(cell.split()) for cell in row] for row in rows]
    used = [any(column) for column in zip_longest(*lines, fillvalue="")]
    lines = [[cell for cell, there in zip(line, used, strict=False) if there] for line in lines]
    return [line for line in lines if any(line)]


def names_columns(row: Sequence[str]) -> bool:
    """Tell whether a row names columns: in words, or years, and most of them."""
    named = [cell for cell in row if cell]
    words = [cell for cell in named if not NUMBER.fullmatch(cell)]
    years = [cell for cell in named if YEAR.fullmatch(cell)]
    return bool(words) and len(words) + len(years) == len(named) and len(named) * 2 > len(row)


def table(rows: Iterable[Iterable[str]], *, header: bool | None = None) -> str:
    """Return a Markdown table, a row a line; one column is paragraphs.

    Whether the first row names the columns is told by its words, unless it is known.
    """
    lines = tidied(rows)
    width = max(map(len, lines), default=0)
    if width < 2:
        return "\n\n".join(cell for line in lines for cell in line if cell)
    lines = [line + [""] * (width - len(line)) for line in lines]
    if header is None:
        header = len(lines) > 1 and names_columns(lines[0])
    made = [piped(line) for line in lines]
    if header and len(made) > 1:
        made.insert(1, piped(["---"] * width))
    return "\n".join(made)


def piped(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def records(rows: Iterable[Iterable[str]]) -> str:
    """Return each row as a paragraph of one line, `name: value, …`, by the row of names.

    What stands above the names comes first, as it is. Where no row names the columns, it is a
    table without a header.
    """
    lines = tidied(rows)
    start = header_row(lines)
    if start is None:
        return table(lines, header=False)
    names = lines[start]
    titles = [", ".join(filter(None, line)) for line in lines[:start]]
    made = [record(names, line) for line in lines[start + 1 :]]
    return "\n\n".join([*titles, ", ".join(filter(None, names)), *made])


def header_row(lines: Rows) -> int | None:
    """Return where the row of names stands: the first as wide as most rows, below any titles."""
    counts = sorted(sum(map(bool, line)) for line in lines)
    if not counts:
        return None
    usual = counts[len(counts) // 2]
    for place, line in enumerate(lines[:20]):
        count = sum(map(bool, line))
        if count * 2 > usual or count == counts[-1]:
            return place if names_columns([cell for cell in line if cell]) else None
    return None


def record(names: Sequence[str], values: Sequence[str]) -> str:
    return ", ".join(
        f"{name}: {value}" if name else value
        for name, value in zip_longest(names, values, fillvalue="")
        if value
    )
