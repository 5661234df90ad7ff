"""PowerPoint: PresentationML (ECMA-376), presentations, shows and templates."""

from collections.abc import Iterator
from typing import Any

from retrieval.parsing import Source, broken, too_large
from retrieval.parsing.drawings import drawing_lines, paragraph
from retrieval.parsing.elements import attribute, local
from retrieval.parsing.packages import Package
from retrieval.parsing.tables import table

NUMBERING = {"sldNum", "dt", "ftr", "hdr", "sldImg"}
"""Placeholders that say the same on each slide."""


def read_pptx(source: Source) -> str:
    """Return the slides in their order, each with its notes and comments."""
    package = Package.of(source)
    root = package.xml(package.main)
    if root is None:
        raise broken("a presentation without slides")
    slides = [
        target
        for slide in root.iterfind("{*}sldIdLst/{*}sldId")
        if (target := package.target(package.main, relationship(slide)))
    ]
    if len(slides) > source.limits.pages:
        raise too_large(f"it has {len(slides):,} slides, {source.limits.pages:,} at most")
    return "\n\n".join(source.take("\n".join(slide_lines(package, slide))) for slide in slides)


def relationship(element: Any) -> str:
    """Return the id of a relationship; an element may have an id of its own besides."""
    for key, value in element.attrib.items():
        if key.endswith("}id"):
            return str(value)
    return ""


def slide_lines(package: Package, slide: str) -> Iterator[str]:
    yield from shape_lines(package, slide, package.xml(slide))
    for notes in package.targets(slide, "notesSlide"):
        text = "\n".join(shape_lines(package, notes, package.xml(notes)))
        if text:
            yield f"Notes: {text}"
    for comments in package.targets(slide, "comments"):
        for comment in package.xml(comments).iter("{*}cm"):
            texts = [comment.findtext("{*}text") or "", *map(paragraph, comment.iter("{*}p"))]
            yield f"Comment: {' '.join(filter(None, texts))}"


def shape_lines(package: Package, part: str, parent: Any) -> Iterator[str]:
    """Yield the texts, tables, charts and diagrams of shapes, those in groups among them."""
    for child in parent:
        name = local(child)
        if name == "Fallback" or (name == "sp" and placeholder(child) in NUMBERING):
            continue
        if name == "p":
            if text := paragraph(child):
                yield text
        elif name == "tbl":
            yield table(
                [
                    ["\n".join(map(paragraph, cell.iter("{*}p"))) for cell in row.iterfind("{*}tc")]
                    for row in child.iterfind("{*}tr")
                ]
            )
        elif name in ("chart", "relIds"):
            yield from drawing_lines(package, part, child)
        elif name:
            yield from shape_lines(package, part, child)


def placeholder(shape: Any) -> str:
    found = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if found is None else attribute(found, "type")
