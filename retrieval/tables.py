"""Tables within a text: their rows are kept whole, and their header goes with each part.

A table is Markdown's, or records: a line of names, and then paragraphs of one line that begin with
one of them, as the readers of spreadsheets and CSV write them (`parsing/tables.py`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

# Possessive: what a row of spaces was taken for is never thought over, or it takes its square.
RULE = re.compile(
    r"\s*+(?:\|\s*+)?:?-++:?\s*+(?:\|\s*+:?-++:?\s*+)++(?:\|\s*+)?$|\s*+\|\s*+:?-++:?\s*+\|\s*+$"
)
ROW = re.compile(r"\s*\|.*\|\s*$")
FENCE = re.compile(r"\s*(```|~~~)")
HEADING = re.compile(r" {0,3}#{1,6} ++(\S++(?:\s++(?!#*+\s*+$)\S++)*+)(?:\s++#++)?\s*+")
STROKE = re.compile(r"(?<!\\)\|")
PART_MAX_LENGTH = 4_000  # characters
Size = Callable[[str], float]


class Rows(str):
    """Rows of a table that are a passage: none of their lines is a heading, or was wrapped."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    header: str
    """What is repeated above each part; "" where the rows name their values themselves."""
    rows: list[str]
    space: str
    """What stands between two rows."""

    @property
    def piped(self) -> bool:
        """Whether its cells stand between strokes; else its rows are records."""
        return self.space == "\n"

    def __str__(self) -> str:
        return self.space.join([self.header, *self.rows] if self.header else self.rows)

    def cuts(self, size: Size, room: float) -> Iterator[Rows]:
        """Yield the rows, as many together as there is room for, and one at least."""
        head = size(self.header) if self.header else 0
        some: list[str] = []
        taken = head
        for row in self.rows:
            more = size(row)
            if some and taken + more > room:
                yield from self.parts(some)
                some, taken = [], head
            some.append(row)
            taken += more
        if some or not self.rows:  # then the header is all that it says
            yield from self.parts(some)

    def parts(self, rows: list[str]) -> Iterator[Rows]:
        """Yield rows below their header; a row that is longer than any may be is cut."""
        whole = str(replace(self, rows=rows))
        for start in range(0, len(whole), PART_MAX_LENGTH):
            yield Rows(whole[start : start + PART_MAX_LENGTH])


def cuts(
    text: str, prose: Callable[[str], Iterable[str]], size: Size, room: float
) -> Iterator[str]:
    """Yield a text in cuts of a size: those that `prose` makes of what stands between tables."""
    made = (
        cut
        for part in parts(text)
        for cut in (part.cuts(size, room) if isinstance(part, Table) else prose(part))
    )
    return together(made, size, room)


def parts(text: str) -> Iterator[str | Table]:
    """Yield a text in its order: what stands between tables, and the tables."""
    lines = text.split("\n")
    between: list[str] = []
    place, fenced = 0, False
    while place < len(lines):
        fenced ^= bool(FENCE.match(lines[place]))
        found = None if fenced else table_at(lines, place)
        if found is None:
            between.append(lines[place])
            place += 1
            continue
        if any(between):
            yield "\n".join(between).strip("\n")
        between = []
        table, place = found
        yield table
    if any(between):
        yield "\n".join(between).strip("\n")


def table_at(lines: list[str], place: int) -> tuple[Table, int] | None:
    """Return the table that begins at a line, and where it has ended."""
    below = lines[place + 1] if place + 1 < len(lines) else ""
    if "|" in lines[place] and RULE.match(below):
        end = ending(lines, place + 2, lambda line: "|" in line)
        return Table("\n".join(lines[place : place + 2]), lines[place + 2 : end], "\n"), end
    if ROW.match(lines[place]) and ROW.match(below):
        end = ending(lines, place, lambda line: bool(ROW.match(line)))
        return Table("", lines[place:end], "\n"), end
    if lines[place].strip() and not below.strip():
        return records_at(lines, place)
    return None


def cells(line: str) -> list[str]:
    """Return the texts of a row that is Markdown's; a stroke behind a backslash is a letter."""
    inside = line.strip().removeprefix("|")
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    return [cell.strip().replace("\\|", "|") for cell in STROKE.split(inside)]


def ending(lines: list[str], place: int, within: Callable[[str], bool]) -> int:
    while place < len(lines) and within(lines[place]):
        place += 1
    return place


def records_at(lines: list[str], place: int) -> tuple[Table, int] | None:
    """Return the records below a line of names; that line is the first of the rows."""
    names = frozenset(name for name in lines[place].split(", ") if name)
    rows = [lines[place]]
    end = place + 2
    while end < len(lines) and is_record(lines[end], names):
        rows.append(lines[end])
        end += 2
        if end <= len(lines) and lines[end - 1].strip():
            break
    return (Table("", rows, "\n\n"), min(end - 1, len(lines))) if len(rows) > 1 else None


def is_record(line: str, names: frozenset[str]) -> bool:
    """Tell whether a line names a value; looking for each name would cost lines times names."""
    values = (part.partition(": ") for part in line.split(", "))
    return any(colon and name in names for name, colon, _ in values)


def together(cuts: Iterable[str], size: Size, room: float) -> Iterator[str]:
    """Yield cuts, small ones beside a table with it: a title above, a remark below."""
    before = ""
    for cut in cuts:
        whole = f"{before}\n\n{cut}"
        beside = isinstance(before, Rows) != isinstance(cut, Rows)
        if before and beside and size(whole) <= room:
            before = Rows(whole) if isinstance(cut, Rows) else whole
        else:
            if before:
                yield before
            before = cut
    if before:
        yield before
