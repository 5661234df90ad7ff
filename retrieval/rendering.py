"""Texts as people read them: headings and tables as such, all else as it stands.

The shapes are those that `retrieval/parsing/` writes, as `retrieval/tables.py` knows them again.
Every letter of a text is escaped: whatever markup stands in it is shown.
"""

from collections.abc import Callable, Iterable, Iterator

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from retrieval.tables import FENCE, HEADING, Table, cells, parts

NAME, CELL = '<th scope="col">{}</th>', "<td>{}</td>"
PIECES = 20_000
"""Lines and cells, of which a text may have no more to be drawn: a page of each takes a second."""
Words = Callable[[str], SafeString]
"""Turns a piece of a text into HTML: escapes it, at least."""


def rendered(text: str, words: Words = escape) -> SafeString:
    """Return a text as HTML, whose lines and spaces a style has to keep (`white-space`).

    One of more than PIECES stands as it was written: no browser would draw it soon.
    """
    if text.count("\n") + text.count("|") > PIECES:
        return format_html("<div>{}</div>", words(text))
    made = (
        table(part, words) if isinstance(part, Table) and part.piped else prose(str(part), words)
        for part in parts(text.replace("\r\n", "\n"))
    )
    return format_html_join("", "{}", ((each,) for each in made))


def prose(text: str, words: Words) -> SafeString:
    return format_html("<div>{}</div>", format_html_join("\n", "{}", lines(text, words)))


def lines(text: str, words: Words) -> Iterator[tuple[SafeString]]:
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.fullmatch(line)
        yield (format_html("<strong>{}</strong>", words(heading[1])) if heading else words(line),)


def table(found: Table, words: Words) -> SafeString:
    """Return a table, in a box of its own that scrolls, by keyboard too."""
    names = cells(found.header.partition("\n")[0]) if found.header else []
    return format_html(
        '<div class="table" role="group" aria-label="Table" tabindex="0">'
        "<table>{}<tbody>{}</tbody></table></div>",
        format_html("<thead>{}</thead>", row(names, NAME, words)) if any(names) else "",
        format_html_join("", "{}", ((row(cells(each), CELL, words),) for each in found.rows)),
    )


def row(texts: Iterable[str], cell: str, words: Words) -> SafeString:
    """Return a row; a cell that says nothing names no column."""
    made = (format_html(cell if text else CELL, words(text)) for text in texts)
    return format_html("<tr>{}</tr>", format_html_join("", "{}", ((each,) for each in made)))
