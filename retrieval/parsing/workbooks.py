"""Excel: SpreadsheetML (ECMA-376), workbooks and templates, with macros or without."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from retrieval.parsing import Source, broken
from retrieval.parsing.drawings import drawing_lines, paragraph
from retrieval.parsing.elements import DOCTYPES, attribute, local
from retrieval.parsing.numbers import BUILT_IN, shown
from retrieval.parsing.packages import Package
from retrieval.parsing.slides import relationship
from retrieval.parsing.tables import records

TRUE = ("1", "true")
COLUMNS = 16_384  # that a sheet can have
REFERENCE = re.compile(r"([A-Z]{1,3})\d+")


def read_xlsx(source: Source) -> str:
    """Return each sheet's name, its rows as records, its charts, text boxes and comments."""
    package = Package.of(source)
    root = package.xml(package.main)
    if root is None:
        raise broken("a workbook without sheets")
    workbook = Workbook(package, root)
    parts = []
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        part = package.target(package.main, relationship(sheet))
        if part and attribute(sheet, "state") in ("", "visible"):
            text = "\n\n".join(filter(None, workbook.sheet(part)))
            parts.append(f"# {attribute(sheet, 'name')}\n\n{text}" if text else "")
        elif part:
            source.tell(f"The sheet {attribute(sheet, 'name')} is hidden, and was not read.")
    return "\n\n".join(filter(None, parts))


class Workbook:
    """What the sheets of a workbook share."""

    def __init__(self, package: Package, root: Any) -> None:
        self.package = package
        self.source = package.source
        said = root.find("{*}workbookPr")
        self.from_1904 = said is not None and attribute(said, "date1904") in TRUE
        self.texts = [
            rich_text(entry)
            for part in package.targets(package.main, "sharedStrings")
            for entry in package.xml(part).iterfind("{*}si")
        ]
        self.formats: list[str] = []
        for part in package.targets(package.main, "styles"):
            styles = package.xml(part)
            named = {
                attribute(each, "numFmtId"): attribute(each, "formatCode")
                for each in styles.iterfind("{*}numFmts/{*}numFmt")
            }
            for cell in styles.iterfind("{*}cellXfs/{*}xf"):
                key = attribute(cell, "numFmtId")
                self.formats.append(named.get(key) or BUILT_IN.get(key, ""))

    def sheet(self, part: str) -> Iterator[str]:
        yield records(self.rows(part))
        for drawing in self.package.targets(part, "drawing"):
            for element in self.package.xml(drawing).iter("{*}chart", "{*}relIds", "{*}txBody"):
                if local(element) == "txBody":
                    yield "\n".join(filter(None, map(paragraph, element.iter("{*}p"))))
                else:
                    yield "\n".join(drawing_lines(self.package, drawing, element))
        for comments in self.package.targets(part, "comments"):
            for comment in self.package.xml(comments).iter("{*}comment"):
                text = " ".join(rich_text(comment.find("{*}text")).split())
                yield f"Comment on {attribute(comment, 'ref')}: {text}"

    def rows(self, part: str) -> Iterator[list[str]]:
        """Yield the rows, without those and the columns that are hidden; one at a time is kept."""
        content = self.package.read(part)
        if any(doctype in content for doctype in DOCTYPES):
            raise broken("an office file with a document type declaration")
        wanted = {"resolve_entities": False, "no_network": True, "load_dtd": False}
        unseen: set[int] = set()
        for _, element in etree.iterparse(BytesIO(content), tag=("{*}row", "{*}col"), **wanted):
            if local(element) == "col":
                if attribute(element, "hidden") in TRUE:
                    unseen |= columns(attribute(element, "min"), attribute(element, "max"))
                continue
            cells: list[str] = []
            for cell in element.iterfind("{*}c"):
                place = column(attribute(cell, "r"), len(cells))
                cells += [""] * (place - len(cells))
                cells.append("" if place in unseen else self.source.take(self.value(cell)))
            if attribute(element, "hidden") not in TRUE:
                yield cells
            elif any(cells):
                self.source.tell("Rows that are hidden, or filtered out, were not read.")
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if unseen:
            self.source.tell("Columns that are hidden were not read.")

    def value(self, cell: Any) -> str:
        """Return what a cell shows; of a formula, the value that was last computed."""
        kind = attribute(cell, "t")
        if kind == "inlineStr":
            return rich_text(cell.find("{*}is"))
        value = cell.findtext("{*}v") or ""
        if cell.find("{*}v") is None and cell.find("{*}f") is not None:
            self.source.tell(
                "Formulas that were never computed have no value here. Save it in Excel."
            )
        if kind == "s":
            known = value.isdecimal() and int(value) < len(self.texts)
            return self.texts[int(value)] if known else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind in ("str", "e", "d"):
            return value
        style = attribute(cell, "s")
        known = style.isdecimal() and int(style) < len(self.formats)
        return shown(value, self.formats[int(style)] if known else "", from_1904=self.from_1904)


def rich_text(element: Any) -> str:
    """Return a text in runs, without how some of it is pronounced."""
    if element is None:
        return ""
    texts = [*element.iterfind("{*}t"), *element.iterfind("{*}r/{*}t")]
    return "".join(text.text or "" for text in texts)


def columns(first: str, last: str) -> set[int]:
    """Return the places of columns from one to another, as they are counted from 1."""
    if not (first.isdecimal() and last.isdecimal() and len(first + last) < 12):
        return set()
    return set(range(int(first) - 1, min(int(last), COLUMNS)))


def column(reference: str, default: int) -> int:
    """Return a column's place, the first is 0: "C7" is in 2."""
    found = REFERENCE.fullmatch(reference.upper())
    if not found:
        return default
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(default, min(place, COLUMNS) - 1)
