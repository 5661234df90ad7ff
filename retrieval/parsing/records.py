"""CSV and JSON: what tables and programs write as text."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from statistics import mode
from typing import Any

from retrieval.parsing import Source, UnreadableFileError
from retrieval.parsing.encodings import decode
from retrieval.parsing.tables import records

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 64 * 1024  # characters that a delimiter is told by
csv.field_size_limit(10_000_000)


def read_csv(source: Source) -> str:
    """Return each row as a line `name: value, …`."""
    return records(rows_of(decode(source), tabs=source.suffix == ".tsv"))


def rows_of(text: str, *, tabs: bool = False) -> list[list[str]]:
    """Return the rows of RFC 4180, by whatever delimiter; Excel names its own in a first line.

    An apostrophe is a letter. Where a quotation mark is never closed, none of them quotes.
    """
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        return parsed(rest, first.strip()[-1])
    if first.lower().rstrip("\r") == "sep=\t":
        return parsed(rest, "\t")
    return parsed(text, "\t" if tabs else delimiter(text))


def parsed(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            lines = StringIO(text, newline="")
            return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def delimiter(text: str) -> str:
    """Return what parts the cells: the same number in each row, or in most of them.

    A sign that is mostly followed by a space stands in sentences, unless all rows have it.
    """
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    best, best_score = ",", 0.0
    for each in DELIMITERS:
        widths = [len(row) for row in parsed(sample, each) if any(row)]
        usual = mode(width for width in widths if width > 1) if max(widths, default=0) > 1 else 1
        if usual == 1:
            continue
        share = widths.count(usual) / len(widths)
        prose = sample.count(f"{each} ") * 2 > sample.count(each)
        if share < 1 and (prose or share < 0.5):
            share /= 10
        if share > best_score and (share > 0.1 or each == ","):
            best, best_score = each, share
    return best


def read_json(source: Source) -> str:
    """Return a paragraph `path: value` for each value; a bare text as it is."""
    text = decode(source)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "\n\n".join("\n".join(paragraphs(line, "")) for line in json_lines(text) or [])
    return value if isinstance(value, str) else "\n\n".join(paragraphs(value, ""))


def read_json_lines(source: Source) -> str:
    """Return a paragraph for each line, in it a line `path: value` for each value."""
    lines = json_lines(decode(source))
    if lines is None:
        raise UnreadableFileError(
            "The file is named for lines of JSON, but not each line is JSON. Mend it, or name it "
            ".txt."
        )
    return "\n\n".join("\n".join(paragraphs(line, "")) for line in lines)


def json_lines(text: str) -> list[Any] | None:
    """Return the values of JSON Lines; None where a line is none."""
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None


def paragraphs(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from paragraphs(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from paragraphs(each, f"{path}[{place}]")
    else:
        yield f"{path}: {value}" if path else str(value)
