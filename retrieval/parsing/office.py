"""Word (docx) and PowerPoint (pptx): XML in a zip archive (ECMA-376)."""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from retrieval.parsing.limits import Limits, UnreadableFileError, broken, too_large

MEMBERS = 10_000
PART = 1024 * 1024  # bytes
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


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
                    "The file is encrypted. Save it without a password and send that.", 422
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
    """Return paragraphs and tables in their order; a table's row is a line."""
    inspect(file, limits)
    from docx import Document
    from docx.table import Table

    told = []
    for block in Document(file).iter_inner_content():
        told += (
            [" | ".join(row) for row in rows(block)] if isinstance(block, Table) else [block.text]
        )
    return "\n\n".join(line for line in told if line.strip())


def read_pptx(file: IO[bytes], limits: Limits) -> str:
    """Return the slides in their order, each with its notes."""
    inspect(file, limits)
    from pptx import Presentation

    slides = Presentation(file).slides
    if len(slides) > limits.pages:
        raise too_large(f"it has {len(slides):,} slides, {limits.pages:,} at most")
    return "\n\n".join("\n".join(slide_lines(slide)) for slide in slides)


def slide_lines(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (" | ".join(row) for row in rows(shape.table))
    if slide.has_notes_slide:
        yield f"Notes: {slide.notes_slide.notes_text_frame.text}"


def rows(table: Any) -> Iterator[list[str]]:
    for row in table.rows:
        yield [cell.text.strip() for cell in row.cells]
