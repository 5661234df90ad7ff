"""PDF, Word (docx) and PowerPoint (pptx); the last two are XML in a zip archive (ECMA-376).

Each kind's library is imported where its kind is read: loading all takes longer than most files.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from retrieval.parsing import Limits, UnreadableFileError, broken, too_large

MEMBERS = 10_000
PART = 1024 * 1024  # bytes
# Deleted text, properties (tab stops among them), and what says again what stands before it.
UNSEEN = {"del", "moveFrom", "sectPr", "pPr", "rPr", "Fallback"}
BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def read_pdf(file: IO[bytes], limits: Limits) -> str:
    """Return the pages in their order, an empty line between them."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFileError("The PDF is encrypted. Save it without a password and send that.")
    count = len(reader.pages)
    if count > limits.pages:
        raise too_large(f"it has {count:,} pages, {limits.pages:,} at most")
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        try:
            pages.append(page.extract_text())
        except LimitReachedError as error:
            raise too_large("it unpacks to far more than it seems") from error
        length += len(pages[-1])
        if length > limits.characters:
            raise too_large(f"it holds more than {limits.characters:,} characters")
    return "\n\n".join(pages)


def office_kind(content: bytes) -> str:
    """Return "docx" or "pptx", by what the archive holds; "" for any other archive."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise broken("a zip archive") from error
    if "word/document.xml" in names:
        return "docx"
    return "pptx" if "ppt/presentation.xml" in names else ""


def inspect(file: IO[bytes], limits: Limits) -> None:
    """Unpack all of it, to nowhere: what its directory says of sizes may be a lie.

    Raises UnreadableFileError for a bomb, and for markup that could name entities, which no
    program that writes these files uses.
    """
    with ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS:
            raise too_large(f"it holds {len(members):,} parts, {MEMBERS:,} at most")
        total = 0
        for member in members:
            if member.flag_bits & 1:
                raise UnreadableFileError(
                    "The file is encrypted. Save it without a password and send that."
                )
            with archive.open(member) as part:
                tail = b""
                while read := part.read(PART):
                    total += len(read)
                    if total > limits.inflated_bytes:
                        raise too_large("it unpacks to far more than it seems")
                    # Not in .bin: printer settings have one, and no reader looks at them.
                    if not member.filename.endswith(".bin") and any(
                        doctype in tail + read for doctype in DOCTYPES
                    ):
                        raise broken("an office file with a document type declaration")
                    tail = read[-32:]
    file.seek(0)


def read_docx(file: IO[bytes], limits: Limits) -> str:
    """Return headers, then paragraphs and tables in their order; a table's row is a line."""
    inspect(file, limits)
    from docx import Document

    document = Document(file)
    headers = [part.header for part in document.sections if not part.header.is_linked_to_previous]
    lines = [line for header in headers for line in blocks(header._element)]
    lines += blocks(document.element.body)
    return "\n\n".join(line for line in lines if line.strip())


def blocks(parent: Any) -> Iterator[str]:
    """Yield the paragraphs and the rows of tables below an element of WordprocessingML.

    They may stand in content controls and tracked changes; python-docx sees only those beside them.
    """
    for name, child in children(parent):
        if name == "p":
            yield "".join(runs(child))
        elif name == "tr":
            yield " | ".join(cells(child))
        else:
            yield from blocks(child)


def runs(parent: Any) -> Iterator[str]:
    """Yield the text below a paragraph, that in fields and boxes included."""
    for name, child in children(parent):
        if name == "t":
            yield child.text or ""
        elif name in BREAKS:
            yield BREAKS[name]
        elif name == "p":  # of a text box
            yield from ("\n", *runs(child), "\n")
        else:
            yield from runs(child)


def cells(row: Any) -> Iterator[str]:
    """Yield the cells of a row, each once, however many columns and rows it spans."""
    for name, child in children(row):
        if name == "tc":
            merged = child.find("{*}tcPr/{*}vMerge")
            if merged is None or "restart" in merged.values():
                yield " ".join(line.strip() for line in blocks(child) if line.strip())
        else:
            yield from cells(child)


def children(parent: Any) -> Iterator[tuple[str, Any]]:
    """Yield the elements below one, by their names; not those whose text is gone or doubled."""
    for child in parent.iterchildren("{*}*"):
        name = child.tag.rpartition("}")[2]
        if name not in UNSEEN:
            yield name, child


def read_pptx(file: IO[bytes], limits: Limits) -> str:
    """Return the slides in their order, each with its notes."""
    inspect(file, limits)
    from pptx import Presentation

    slides = Presentation(file).slides
    if len(slides) > limits.pages:
        raise too_large(f"it has {len(slides):,} slides, {limits.pages:,} at most")
    return "\n\n".join("\n".join(slide_lines(slide)) for slide in slides)


def slide_lines(slide: Any) -> Iterator[str]:
    yield from shape_lines(slide.shapes)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame):
        yield f"Notes: {notes.text}"


def shape_lines(shapes: Any) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):  # a group
            yield from shape_lines(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            for row in shape.table.rows:
                whole = (cell for cell in row.cells if not cell.is_spanned)
                yield " | ".join(cell.text.strip() for cell in whole)
