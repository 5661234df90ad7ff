"""Text, and the kinds that are written as text; libraries are imported where one needs them."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from itertools import zip_longest
from typing import IO, Any

from retrieval.parsing import Limits, UnsupportedFileError

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SAMPLE = 64 * 1024  # bytes that an encoding is guessed from
SHORT = 40  # bytes
BAD = "\N{REPLACEMENT CHARACTER}"
UNSEEN = ["script", "style", "template", "noscript", "head", "svg", "iframe", "object"]
BLOCKS = (
    "address,article,aside,blockquote,br,dd,div,dl,dt,figcaption,figure,footer,form,h1,h2,h3,h4,"
    "h5,h6,header,hr,li,main,nav,ol,p,pre,section,table,td,th,tr,ul"
)
csv.field_size_limit(10_000_000)


def tidy(text: str) -> str:
    """Return text without control characters, and with one kind of line end."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def decoded(content: bytes) -> str:
    """Return what the bytes say: UTF-8, UTF-16 by its mark, else the likeliest encoding.

    Raises UnsupportedFileError for what is no text.
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
    text = content.decode("utf-8", "replace")
    if 0 < text.count(BAD) < len(text) / 100 and not text.replace(BAD, "").isascii():
        return text  # UTF-8 after all, but for some bytes
    likeliest = guessed(content[:SAMPLE])
    if likeliest is None:
        raise UnsupportedFileError(
            "This kind of file is not read here. Send text, Markdown, HTML, CSV, JSON, PDF, "
            "Word (docx) or PowerPoint (pptx)."
        )
    return content.decode(likeliest, "replace")


def guessed(sample: bytes) -> str | None:
    """Return the likeliest encoding; None for what is no text."""
    if b"\0" in sample:
        return None
    if len(sample) < SHORT:  # too short to tell languages apart by
        return None if binary(sample.decode("cp1252", "replace")) else "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else None


def binary(text: str) -> bool:
    """Tell rubbish that happens to decode: a text has hardly any control characters."""
    head = text[:SAMPLE]
    return len(CONTROL.findall(head)) > len(head) / 100


def read_text(file: IO[bytes], limits: Limits) -> str:
    return decoded(file.read())


def read_html(file: IO[bytes], limits: Limits) -> str:
    """Return the visible text, its title first; an empty line stands between blocks."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decoded(file.read()))
    title = tree.css_first("title")
    lines = [title.text(strip=True)] if title else []
    tree.strip_tags(UNSEEN)
    for node in tree.css(BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    body = tree.body
    text = body.text(deep=True) if body else ""
    lines += [" ".join(line.split()) for line in text.split("\n")]
    return "\n\n".join(line for line in lines if line)


def read_json(file: IO[bytes], limits: Limits) -> str:
    """Return a paragraph `path: value` for each value; a bare text as it is."""
    value = json.loads(decoded(file.read()))
    return value if isinstance(value, str) else "\n\n".join(paragraphs(value, ""))


def paragraphs(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from paragraphs(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from paragraphs(each, f"{path}[{place}]")
    else:
        yield f"{path}: {value}"


def read_csv(file: IO[bytes], limits: Limits) -> str:
    """Return each row as a paragraph `header: value, …`."""
    text = decoded(file.read())
    rows = csv.reader(StringIO(text, newline=""), dialect_of(text))
    header = next(rows, [])
    lines = (
        ", ".join(
            f"{name}: {value}" if name else value
            for name, value in zip_longest(header, row, fillvalue="")
            if value
        )
        for row in rows
    )
    return "\n\n".join([", ".join(header), *lines])


def dialect_of(text: str) -> Any:
    try:
        return csv.Sniffer().sniff(text[:4096], delimiters=",;\t|")
    except csv.Error:
        return csv.excel
