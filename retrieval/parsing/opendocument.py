"""OpenDocument 1.3 (ISO/IEC 26300): texts, spreadsheets and presentations, and flat XML."""

from collections.abc import Iterator
from typing import Any

from retrieval.parsing import Source, broken, locked, too_large
from retrieval.parsing.elements import attribute, local
from retrieval.parsing.packages import Package
from retrieval.parsing.tables import records, table

UNSEEN = {"tracked-changes", "deletion", "forms", "bookmark", "sequence-decls", "event-listeners"}
REPEATS = 1_000  # of an empty or equal cell: a sheet is filled up with them to its end
COLUMNS = 1_024


def read_opendocument(source: Source) -> str:
    package = Package.of(source)
    manifest = package.xml("META-INF/manifest.xml", doctype=True)
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise locked()
    root = package.xml("content.xml")
    if root is None:
        raise broken("an OpenDocument file without content")
    styles = package.xml("styles.xml")
    return document_text(source, root, styles)


def document_text(source: Source, root: Any, styles: Any = None) -> str:
    """Return headers once, the body, and footers once."""
    body = root.find("{*}body")
    if body is None:
        raise broken("an OpenDocument file without a body")
    slides = [page for page in body.iter("{*}page") if "drawing" in page.tag]
    if len(slides) > source.limits.pages:
        raise too_large(f"it has {len(slides):,} slides, {source.limits.pages:,} at most")
    masters = [] if styles is None or slides else list(styles.iter("{*}master-page"))
    headers, footers = (
        dict.fromkeys(
            line
            for page in masters
            for part in page
            if local(part).startswith(kind)
            for line in blocks(part, source)
        )
        for kind in ("header", "footer")
    )
    lines = [*headers, *blocks(body, source), *footers]
    return "\n\n".join(line for line in lines if line.strip())


def blocks(parent: Any, source: Source) -> Iterator[str]:
    """Yield paragraphs and tables in their order; those of a spreadsheet as records."""
    for child in parent:
        name = local(child)
        if name in ("p", "h"):
            yield source.take(inline(child).strip())
        elif name == "table":
            rows = list(table_rows(child, source))
            sheet = local(parent) == "spreadsheet"
            title = attribute(child, "name")
            text = records(rows) if sheet else table(rows, header=has_header(child) or None)
            yield f"# {title}\n\n{text}" if sheet and text and title else text
        elif name == "notes" and "presentation" in child.tag:
            if text := "\n".join(filter(None, blocks(child, source))):
                yield f"Notes: {text}"
        elif seen(child):
            yield from blocks(child, source)


def seen(element: Any) -> bool:
    """Tell what is shown; what is said of a picture is not (SVG's title and description)."""
    name = local(element)
    return bool(name) and name not in UNSEEN and "svg-compatible" not in element.tag


def has_header(element: Any) -> bool:
    return element.find("{*}table-header-rows") is not None


def table_rows(parent: Any, source: Source) -> Iterator[list[str]]:
    for child in parent:
        name = local(child)
        if name == "table-row" and attribute(child, "visibility") in ("collapse", "filter"):
            source.tell("Rows that are hidden, or filtered out, were not read.")
            continue
        if name == "table-row":
            row = cells(child, source)
            while row and not row[-1]:
                row.pop()
            for _ in range(repeats(child, "number-rows-repeated") if row else 1):
                source.take("".join(row))
                yield row
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from table_rows(child, source)


def cells(row: Any, source: Source) -> list[str]:
    """Return the texts of a row as its program shows them; what another cell covers is empty."""
    found: list[str] = []
    for cell in row:
        name = local(cell)
        if name in ("table-cell", "covered-table-cell"):
            text = (
                "" if name.startswith("covered") else "\n".join(filter(None, blocks(cell, source)))
            )
            times = min(repeats(cell, "number-columns-repeated"), COLUMNS - len(found))
            found += [text] * times
    return found


def repeats(element: Any, name: str) -> int:
    said = attribute(element, name)
    return min(int(said), REPEATS) if said.isdecimal() and len(said) < 12 else 1


def inline(element: Any) -> str:
    """Return the text of a paragraph, with notes and comments where they stand."""
    texts = [element.text or ""]
    for child in element:
        name = local(child)
        if name == "s":
            texts.append(" " * (repeats(child, "c")))
        elif name in ("tab", "line-break"):
            texts.append("\t" if name == "tab" else "\n")
        elif name == "note":
            body = child.find("{*}note-body")
            kind = attribute(child, "note-class").capitalize() or "Note"
            texts.append(f" ({kind}: {said(body)})")
        elif name == "annotation":
            texts.append(f" (Comment: {said(child, skip=('creator', 'date'))})")
        elif name in ("frame", "custom-shape", "text-box", "list", "p", "h"):
            texts.append(f"\n{said(child)}\n" if name != "p" else f"{inline(child)} ")
        elif seen(child):
            texts.append(inline(child))
        texts.append(child.tail or "")
    return "".join(texts)


def said(element: Any, skip: tuple[str, ...] = ()) -> str:
    """Return all the text of a note or a frame in one line."""
    if element is None:
        return ""
    parts = [inline(child) for child in element if seen(child) and local(child) not in skip]
    return " ".join(" ".join(parts).split())
