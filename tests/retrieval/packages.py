"""Office packages and books, part by part: as programs other than python-docx write them."""

import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import xlsxwriter

from tests.retrieval.documents import docx, pptx, with_part

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f'xmlns:{short}="{OPEN}:{name}:1.0"'
    for short, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "style": "style",
        "svg": "svg-compatible",
    }.items()
)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def word_package(
    body: str,
    *,
    main: str = "word/document.xml",
    kind: str = MAIN,
    strict: bool = False,
    related: Iterable[tuple[str, str, str]] = (),
    parts: dict[str, str] | None = None,
) -> bytes:
    """Return a Word document; `related` are the id, kind and target of its relationships."""
    space, office = (STRICT, STRICT_OFFICE) if strict else (WORD, OFFICE)
    folder, _, name = main.rpartition("/")
    return zipped(
        {
            "[Content_Types].xml": (
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Default Extension="xml" ContentType="application/xml"/>'
                f'<Override PartName="/{main}" ContentType="{kind}"/></Types>'
            ),
            "_rels/.rels": relationships([("rId1", f"{office}/officeDocument", f"/{main}")]),
            f"{folder}/_rels/{name}.rels": relationships(
                [(key, f"{office}/{kind}", target) for key, kind, target in related]
            ),
            main: f'<w:document xmlns:w="{space}" xmlns:r="{office}"><w:body>{body}</w:body>'
            "</w:document>",
            **{path: content.replace("W:", space) for path, content in (parts or {}).items()},
        }
    )


def relationships(entries: Iterable[tuple[str, str, str]]) -> str:
    made = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'
        for key, kind, target in entries
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{made}</Relationships>'


def p(*texts: str) -> str:
    return f"<w:p>{''.join(f'<w:r><w:t>{text}</w:t></w:r>' for text in texts)}</w:p>"


def retyped(package: bytes, old: str, new: str) -> bytes:
    """Return a package with another content type, as of a template or one with macros."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    assert old in types
    return with_part(package, "[Content_Types].xml", types.replace(old, new).encode())


def word_of_kind(kind: str, text: str) -> bytes:
    return retyped(docx(text), MAIN, kind)


def slides_of_kind(kind: str, text: str) -> bytes:
    old = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    return retyped(pptx(text, "said aloud"), old, kind)


def workbook(
    *rows: Iterable[Any], formats: dict[int, str] | None = None, more: dict[str, Any] | None = None
) -> bytes:
    """Return an Excel workbook of a sheet; `formats` are those of its columns."""
    out = BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet("Fees")
    styles = {
        column: made.add_format({"num_format": form}) for column, form in (formats or {}).items()
    }
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(place, column, value, styles.get(column))
    for name, argument in (more or {}).items():
        getattr(sheet, name)(*argument)
    made.close()
    return out.getvalue()


def opendocument(kind: str, body: str, *, styles: str = "", manifest: str = "") -> bytes:
    """Return an OpenDocument file: odt, ods or odp, with this in its body."""
    name = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}[kind]
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{name}",
        "content.xml": f"<office:document-content {NAMESPACES}><office:body><office:{name}>{body}"
        f"</office:{name}></office:body></office:document-content>",
    }
    if styles:
        parts["styles.xml"] = (
            f"<office:document-styles {NAMESPACES}><office:master-styles>{styles}"
            "</office:master-styles></office:document-styles>"
        )
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return zipped(parts)


def cell(text: str, repeated: int = 1) -> str:
    times = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-cell{times}><text:p>{text}</text:p></table:table-cell>"


def sheet(*rows: str, name: str = "Fees") -> str:
    made = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f'<table:table table:name="{name}">{made}</table:table>'


def epub(*chapters: str, title: str = "Bees", more: dict[str, str] | None = None) -> bytes:
    """Return a book whose chapters are XHTML, in a folder whose name has a space."""
    items = "".join(
        f'<item id="c{n}" href="a%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                '<rootfile full-path="Text/book.opf"/></rootfiles></container>'
            ),
            "Text/book.opf": (
                '<package xmlns="http://www.idpf.org/2007/opf"><metadata>'
                f'<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">{title}</dc:title>'
                f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
            ),
            **{
                f"Text/a {n}.xhtml": '<?xml version="1.0"?><!DOCTYPE html>'
                f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{chapter}</body></html>'
                for n, chapter in enumerate(chapters)
            },
            **(more or {}),
        }
    )
