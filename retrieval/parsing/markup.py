"""HTML as a browser shows it, and XML."""

import re
from collections.abc import Iterator
from typing import Any

from retrieval.parsing import Source, too_large
from retrieval.parsing.elements import local, parsed
from retrieval.parsing.encodings import CONTROL, declared, decode
from retrieval.parsing.opendocument import document_text
from retrieval.parsing.tables import record, table

UNSEEN = ["script", "style", "template", "noscript", "head", "svg", "iframe", "object", "datalist"]
HIDDEN = '[hidden], dialog:not([open]), input[type="hidden"]'
NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
BLOCKS = (
    "address,article,aside,blockquote,br,caption,dd,div,dl,dt,figcaption,figure,footer,form,h1,h2,"
    "h3,h4,h5,h6,header,hr,li,main,nav,ol,option,p,pre,section,select,table,td,textarea,th,tr,ul"
)
FIRST, NEXT = "\x02", "\x03"  # before the rows of a table; no text has them
CELLS = 100_000  # of a table, spans and all
COLUMNS = 200
LAYOUT = 600  # characters: a cell that is longer is a part of the page


def read_html(source: Source) -> str:
    return html_text(decode(source, declared=declared(source.content)))


def html_text(markup: str) -> str:
    """Return the visible text, its title first; an empty line stands between blocks."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(CONTROL.sub("", markup))
    title = tree.css_first("title")
    lines = [title.text(strip=True)] if title else []
    for node in tree.css(f"{HIDDEN}, [style]"):
        style = node.attributes.get("style")
        if style is None or NOT_SHOWN.search(style) or "hidden" in node.attributes:
            node.decompose()
    tree.strip_tags(UNSEEN)
    for node in tree.css(BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    for node in tree.css("table"):
        if len(node.css("table")) == 1 and (made := html_table(node)):  # with none in it
            node.replace_with(made)
    body = tree.body
    text = body.text(deep=True) if body else ""
    lines += [" ".join(line.split()) for line in re.split(r"\n", text)]
    joined = "\n\n".join(line for line in lines if line)
    return joined.replace(f"\n\n{NEXT}", "\n").replace(FIRST, "").replace(NEXT, "")


def html_table(node: Any) -> str:
    """Return a table of data, its rows marked; "" for one that only lays out a page."""
    if node.attributes.get("role") in ("presentation", "none"):
        return ""
    rows: list[list[str]] = []
    spans: dict[int, tuple[int, str]] = {}
    count = 0
    header = None
    for place, line in enumerate(node.css("tr")):
        cells = [cell for cell in line.iter() if cell.tag in ("td", "th")]
        if place == 0 and cells:
            header = all(cell.tag == "th" for cell in cells) or None
        rows.append(row_of(cells, spans))
        count += len(rows[-1])
        if count > CELLS:
            raise too_large(f"a table has more than {CELLS:,} cells")
    if len(rows) < 2 or max(map(len, rows)) < 2 or any(len(c) > LAYOUT for r in rows for c in r):
        return ""
    caption = node.css_first("caption")
    made = table(rows, header=header).split("\n")
    above = f"\n{caption.text(deep=True)}\n" if caption else "\n"
    return above + f"{FIRST}{made[0]}\n" + "".join(f"{NEXT}{line}\n" for line in made[1:])


def row_of(cells: list[Any], spans: dict[int, tuple[int, str]]) -> list[str]:
    """Return the texts of a row. A cell over some rows says in each what it says."""
    row: list[str] = []
    for cell in [*cells, None]:
        while len(row) in spans:
            left, text = spans.pop(len(row))
            if left > 1:
                spans[len(row)] = (left - 1, text)
            row.append(text)
        if cell is None or len(row) > COLUMNS:
            continue
        text = " ".join(cell.text(deep=True).split())
        down = number(cell.attributes.get("rowspan"))
        for column in range(min(number(cell.attributes.get("colspan")), COLUMNS)):
            if down > 1:
                spans[len(row)] = (down - 1, "" if column else text)
            row.append("" if column else text)
    return row


def number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 6 and value != "0" else 1


def read_xml(source: Source) -> str:
    """Return a line for each element that holds text; one whose elements all do is a record.

    No entity is expanded, and no document type is fetched.
    """
    text = decode(source, declared=declared(source.content))
    root = parsed(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode(), doctype=True)
    if local(root) == "html":
        return html_text(text)
    if "opendocument" in root.tag:  # in one file, as .fodt
        return document_text(source, root)
    return "\n\n".join(xml_lines(root))


def xml_lines(element: Any) -> Iterator[str]:
    children = [child for child in element if local(child)]
    about = [(local_name(key), value) for key, value in element.attrib.items()]
    if not children or mixed(element, children):
        text = " ".join("".join(element.itertext()).split())
        values = [*about, (local(element), text)]
        yield record(*zip(*values, strict=True))
    elif all(len(child) == 0 and not child.attrib for child in children):
        texts = ((local(child), " ".join((child.text or "").split())) for child in children)
        values = [*about, *texts]
        yield record(*zip(*values, strict=True))
    else:
        if about:
            yield record(*zip(*about, strict=True))
        for child in children:
            yield from xml_lines(child)


def local_name(key: str) -> str:
    return key.rpartition("}")[2]


def mixed(element: Any, children: list[Any]) -> bool:
    """Tell a sentence with marked words in it from an element of elements."""
    between = [element.text, *(child.tail for child in children)]
    return any(text and text.strip() for text in between)
