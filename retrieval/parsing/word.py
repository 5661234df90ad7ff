"""Word: WordprocessingML (ECMA-376), transitional and strict, documents and templates."""

import re
from collections.abc import Iterator
from typing import Any

from retrieval.parsing import Source, broken
from retrieval.parsing.drawings import drawing_lines
from retrieval.parsing.elements import attribute, local
from retrieval.parsing.packages import Package
from retrieval.parsing.tables import table

# Deleted text, properties (tab stops among them), and what says again what stands before it.
UNSEEN = {"del", "moveFrom", "sectPr", "pPr", "rPr", "Fallback", "delText", "instrText"}
COLUMNS = 63  # that a table of Word can have
CHARACTERS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\N{NON-BREAKING HYPHEN}",
    "softHyphen": "",
}
NOTES = {
    "footnoteReference": ("footnotes", "Footnote"),
    "endnoteReference": ("endnotes", "Endnote"),
    "commentReference": ("comments", "Comment"),
}


def read_docx(source: Source) -> str:
    """Return headers once, what the document says, and footers once; a table's row is a line."""
    package = Package.of(source)
    root = package.xml(package.main)
    if root is None or root.find("{*}body") is None:
        raise broken("a Word document without a body")
    word = Word(package)
    headers, footers = (
        dict.fromkeys(
            line
            for target in package.targets(package.main, kind)
            for line in word.blocks(package.xml(target))
        )
        for kind in ("header", "footer")
    )
    body = (source.take(line) for line in word.blocks(root.find("{*}body")))
    return "\n\n".join(line for line in (*headers, *body, *footers) if line.strip())


class Word:
    """What stands in a document, and in the parts that it refers to."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.notes = {name: self.notes_of(part) for name, (part, _) in NOTES.items()}

    def notes_of(self, kind: str) -> dict[str, Any]:
        """Return footnotes, endnotes or comments by their ids; not the lines that part them."""
        return {
            attribute(note, "id"): note
            for target in self.package.targets(self.package.main, kind)
            for note in self.package.xml(target)
            if attribute(note, "type") not in ("separator", "continuationSeparator")
        }

    def blocks(self, parent: Any) -> Iterator[str]:
        """Yield the paragraphs and the tables below an element.

        They may stand in content controls and tracked changes.
        """
        for name, child in children(parent):
            if name == "p":
                yield "".join(self.runs(child))
            elif name == "tbl":
                rows = list(self.rows(child))
                named = child.find("{*}tr/{*}trPr/{*}tblHeader") is not None
                yield table(rows, header=named or None)
            else:
                yield from self.blocks(child)

    def rows(self, parent: Any) -> Iterator[list[str]]:
        for name, child in children(parent):
            if name == "tr":
                yield list(self.cells(child))
            else:
                yield from self.rows(child)

    def cells(self, row: Any) -> Iterator[str]:
        """Yield the cells of a row, each once, however many columns and rows it spans."""
        for name, child in children(row):
            if name == "tc":
                merged = child.find("{*}tcPr/{*}vMerge")
                kept = merged is None or "restart" in merged.values()
                yield " ".join(filter(None, map(str.strip, self.blocks(child)))) if kept else ""
                yield from [""] * (columns(child) - 1)
            else:
                yield from self.cells(child)

    def runs(self, parent: Any) -> Iterator[str]:
        """Yield the text below a paragraph, that in fields, boxes and notes included."""
        for name, child in children(parent):
            if name == "t":
                yield child.text or ""
            elif name in CHARACTERS:
                yield CHARACTERS[name]
            elif name == "sym":
                yield symbol(attribute(child, "char"))
            elif name == "r" and hidden(child):
                continue
            elif name in NOTES:
                yield from self.note(name, attribute(child, "id"))
            elif name in ("p", "tbl"):  # of a text box
                yield "\n".join(["", *self.blocks([child]), ""])
            elif name in ("chart", "relIds"):
                lines = drawing_lines(self.package, self.package.main, child)
                yield "\n".join(["", *lines, ""])
            else:
                yield from self.runs(child)

    def note(self, name: str, key: str) -> Iterator[str]:
        """Yield what a reference leads to, where it stands; once, so that none holds itself."""
        note = self.notes[name].pop(key, None)
        if note is not None:
            text = " ".join(" ".join(self.blocks(note)).split())
            yield f" ({NOTES[name][1]}: {text})"


def columns(cell: Any) -> int:
    """Return over how many columns a cell goes."""
    span = cell.find("{*}tcPr/{*}gridSpan")
    said = "" if span is None else attribute(span, "val")
    return min(int(said), COLUMNS) if said.isdecimal() and len(said) < 12 else 1


def symbol(code: str) -> str:
    """Return a character by its number; those of symbol fonts have none of their own."""
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0
    return chr(number) if 0x20 < number < 0xE000 else ""


def hidden(run: Any) -> bool:
    vanish = run.find("{*}rPr/{*}vanish")
    return vanish is not None and attribute(vanish, "val") not in ("0", "false", "off")


def children(parent: Any) -> Iterator[tuple[str, Any]]:
    """Yield the elements below one, by their names; not those whose text is gone or doubled."""
    for child in parent:
        name = local(child)
        if name and name not in UNSEEN:
            yield name, child
