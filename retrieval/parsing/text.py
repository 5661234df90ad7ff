"""Text, and the kinds that are written as text."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import IO, Any

from charset_normalizer import from_bytes

from retrieval.parsing.limits import Limits, UnreadableFileError

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SAMPLE = 64 * 1024  # bytes that an encoding is guessed from
csv.field_size_limit(10_000_000)


def tidy(text: str) -> str:
    """Return text without control characters, and with one kind of line end."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def decoded(content: bytes) -> str:
    """Return what the bytes say: UTF-8, UTF-16 by its mark, else the likeliest encoding.

    Raises UnreadableFileError for what is no text.
    """
    for mark, encoding in (
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"", "utf-8"),
    ):
        if content.startswith(mark):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not binary(text):
                return text
    guess = None if b"\0" in content[:SAMPLE] else from_bytes(content[:SAMPLE]).best()
    if guess is None:
        raise UnreadableFileError(
            "This kind of file is not read here. Send text, Markdown, HTML, CSV, JSON, PDF, "
            "Word (docx) or PowerPoint (pptx).",
            415,
        )
    return content.decode(guess.encoding, "replace")


def binary(text: str) -> bool:
    """Tell rubbish that happens to decode: a text has hardly any control characters."""
    head = text[:SAMPLE]
    return len(CONTROL.findall(head)) > len(head) / 100


def read_text(file: IO[bytes], limits: Limits) -> str:
    return decoded(file.read())


def read_json(file: IO[bytes], limits: Limits) -> str:
    """Return `path: value` lines, so that each value keeps its meaning; a bare text as it is."""
    value = json.loads(decoded(file.read()))
    return value if isinstance(value, str) else "\n".join(lines(value, ""))


def lines(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from lines(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from lines(each, f"{path}[{place}]")
    else:
        yield f"{path}: {value}"


def read_csv(file: IO[bytes], limits: Limits) -> str:
    """Return each row as a line `header: value, …`."""
    text = decoded(file.read())
    rows = csv.reader(StringIO(text, newline=""), dialect_of(text))
    header = next(rows, [])
    told = (
        ", ".join(
            f"{name}: {value}" if name else value
            for name, value in zip([*header, *[""] * len(row)], row, strict=False)
            if value
        )
        for row in rows
    )
    return "\n".join([", ".join(header), *told])


def dialect_of(text: str) -> Any:
    try:
        return csv.Sniffer().sniff(text[:4096], delimiters=",;\t|")
    except csv.Error:
        return csv.excel
