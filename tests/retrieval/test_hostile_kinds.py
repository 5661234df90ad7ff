"""More files made to hurt, of the kinds that are archives, markup and mail."""

from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO

import pytest

from retrieval.parsing import FileTooLargeError, Limits, UnreadableFileError
from retrieval.parsing.sandbox import read_file
from tests.retrieval.documents import pdf, with_part
from tests.retrieval.packages import cell, epub, opendocument, p, sheet, word_package, workbook
from tests.retrieval.test_hostile_files import LAUGHS, OUTSIDE, bomb

pytestmark = pytest.mark.outside  # a process for each file, and up to seconds in it
SHEET = "xl/worksheets/sheet1.xml"
UNREADABLE = UnreadableFileError
TOO_LARGE = FileTooLargeError
DEEP = 50_000


def fees() -> bytes:
    return workbook(("Plot", "Fee"), (12, 30))


def rows(content: str) -> bytes:
    """Return a workbook with these rows in its sheet."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made = f'<worksheet xmlns="{space}"><sheetData>{content}</sheetData></worksheet>'
    return with_part(fees(), SHEET, made.encode())


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def mails(depth: int) -> bytes:
    """Return a mail in a mail in a mail …"""
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("innermost")
    for _ in range(depth):
        outer = EmailMessage()
        outer["From"] = "a@b.example"
        outer.set_content("outer")
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()


def parts(count: int) -> bytes:
    head = "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
    return (head + "--B\nContent-Type: text/plain\n\nx\n" * count + "--B--\n").encode()


def multiparts(depth: int) -> bytes:
    made = "From: a@b.example\nMIME-Version: 1.0\n"
    for level in range(depth):
        made += f"Content-Type: multipart/mixed; boundary=B{level}\n\n--B{level}\n"
    return (made + "Content-Type: text/plain\n\nx\n").encode()


def mail_with(content: bytes, name: str) -> bytes:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("outer")
    message.add_attachment(content, maintype="application", subtype="zip", filename=name)
    return message.as_bytes()


REFUSED: dict[str, tuple[Callable[[], bytes], str, type[UnreadableFileError], str]] = {
    "workbook bomb": (
        lambda: with_part(fees(), "xl/media/a.bin", bytes(101 * 1024**2)),
        "",
        TOO_LARGE,
        "unpacks",
    ),
    "types that are a bomb": (
        lambda: with_part(fees(), "[Content_Types].xml", b" " * 101 * 1024**2),
        "",
        TOO_LARGE,
        "unpacks",
    ),
    "entities in a sheet": (
        lambda: with_part(fees(), SHEET, LAUGHS),
        "",
        UNREADABLE,
        "document type",
    ),
    "entities in shared texts": (
        lambda: with_part(fees(), "xl/sharedStrings.xml", OUTSIDE),
        "",
        UNREADABLE,
        "document type",
    ),
    "entities in relationships": (
        lambda: with_part(fees(), "_rels/.rels", LAUGHS),
        "",
        UNREADABLE,
        "document type",
    ),
    "huge cell": (
        lambda: rows(f"<row>{text_cell('x' * 9_000_000)}</row>"),
        "",
        TOO_LARGE,
        "charac",
    ),
    "many cells": (
        lambda: rows(f"<row>{text_cell('x' * 99) * 100}</row>" * 300),
        "",
        TOO_LARGE,
        "characters",
    ),
    "cells far to the right": (
        lambda: rows('<row><c r="XFD1"><v>1</v></c></row>' * 200_000),
        "",
        UNREADABLE,
        "",
    ),
    "cells repeated for ever": (
        lambda: opendocument("ods", sheet(*[cell("x" * 20, 10**9)] * 200)),
        "",
        TOO_LARGE,
        "characters",
    ),
    "entities in an opendocument": (
        lambda: with_part(opendocument("odt", ""), "content.xml", LAUGHS),
        "",
        UNREADABLE,
        "document type",
    ),
    "spans in spans": (
        lambda: opendocument(
            "odt", f"<text:p>{'<text:span>' * DEEP}x{'</text:span>' * DEEP}</text:p>"
        ),
        "",
        UNREADABLE,
        "too deep",
    ),
    "controls in controls": (
        lambda: word_package("<w:sdt>" * DEEP + p("x") + "</w:sdt>" * DEEP),
        "",
        UNREADABLE,
        "too deep",
    ),
    "book bomb": (
        lambda: epub("x", more={"a.css": " " * (101 * 1024**2)}),
        "",
        TOO_LARGE,
        "unpacks",
    ),
    "entities in a book": (
        lambda: with_part(epub("x"), "Text/book.opf", LAUGHS),
        "",
        UNREADABLE,
        "",
    ),
    "book of one chapter again and again": (
        lambda: with_part(
            epub("<p>honey </p>" * 5_000),
            "Text/book.opf",
            b'<package><manifest><item id="a" href="a%200.xhtml" media-type="text/html"/>'
            b"</manifest><spine>" + b'<itemref idref="a"/>' * 9_999 + b"</spine></package>",
        ),
        "",
        UNREADABLE,
        "",  # too large, or it takes too long
    ),
    "laughing xml": (lambda: LAUGHS, "a.xml", UNREADABLE, "entities"),
    "xml that laughs late": (
        lambda: LAUGHS.replace(b"<!DOCTYPE", b"<!--" + b"x" * 100_000 + b"--><!DOCTYPE", 1),
        "a.xml",
        UNREADABLE,
        "entities",
    ),
    "xml that asks for a file": (lambda: OUTSIDE, "a.xml", UNREADABLE, "entities"),
    "deep xml": (
        lambda: b"<?xml version='1.0'?>" + b"<a>" * DEEP + b"x" + b"</a>" * DEEP,
        "a.xml",
        UNREADABLE,
        "too deep",
    ),
    "rtf with letters that are none": (
        lambda: rb"{\rtf1 \u999999999? x}",
        "a.rtf",
        UNREADABLE,
        "broken",
    ),
    "mail of many parts": (lambda: parts(5_000), "a.eml", UNREADABLE, "parts"),
    "mail in mail in mail": (lambda: multiparts(5_000), "a.eml", UNREADABLE, ""),
    "deep lines of json": (
        lambda: b"[" * 200_000 + b"]" * 200_000 + b"\n{}",
        "a.jsonl",
        UNREADABLE,
        "not each line",
    ),
    "a million columns": (
        lambda: b"a," * 500_000 + b"\n" + b"1," * 500_000,
        "a.csv",
        TOO_LARGE,
        "characters",
    ),
    "table over all columns": (
        lambda: b"<html><table>" + b"<tr><td colspan=999 rowspan=99>x<td>y" * 2_000,
        "a.html",
        TOO_LARGE,
        "cells",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_file_is_refused_within_bounds(case: str) -> None:
    make, name, error, word = REFUSED[case]
    content = make()
    with pytest.raises(error, match=word or ".") as refusal:
        read_file(BytesIO(content), name=name, limits=Limits(seconds=20))
    assert word == "" or refusal.type is error


READ: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty cells to the end of a sheet": (
        lambda: opendocument("ods", sheet(cell("Plot") + cell("Fee"), *[cell("", 10**9)] * 2_000)),
        "",
        "Plot",
    ),
    "mails within mails": (lambda: mails(12), "a.eml", "outer"),
    "bomb in a mail": (lambda: mail_with(bomb(), "a.docx"), "a.eml", "outer"),
    "groups of rtf": (
        lambda: rb"{\rtf1 " + b"{" * DEEP + b"deep" + b"}" * DEEP + b"}",
        "a.rtf",
        "deep",
    ),
    "note that holds itself": (
        lambda: word_package(
            '<w:p><w:r><w:t>round</w:t><w:footnoteReference w:id="1"/></w:r></w:p>',
            related=[("a", "footnotes", "n.xml")],
            parts={
                "word/n.xml": '<w:footnotes xmlns:w="W:"><w:footnote w:id="1"><w:p><w:r><w:t>and'
                '</w:t><w:footnoteReference w:id="1"/></w:r></w:p></w:footnote></w:footnotes>'
            },
        ),
        "",
        "round (Footnote: and)",
    ),
    "a quote that is never closed": (
        lambda: b'name,remark\r\nAda,"tis late\r\nBo,home\r\n',
        "a.csv",
        "name: Bo, remark: home",
    ),
    "tables in tables": (
        lambda: b"<html>" + b"<table><tr><td>" * 300 + b"deep down",
        "a.html",
        "deep down",
    ),
}


@pytest.mark.parametrize("case", READ)
def test_what_only_looks_hostile_is_read_within_bounds(case: str) -> None:
    make, name, words = READ[case]
    found = read_file(BytesIO(make()), name=name, limits=Limits(seconds=20))
    assert words in found.text


def test_what_is_in_a_mail_too_deep_is_told() -> None:
    notes = read_file(BytesIO(mails(12)), name="a.eml").notes
    assert any("too deep in other mails" in note for note in notes)


def test_a_form_whose_field_is_its_own_parent_is_read() -> None:
    loop = b"/Annots [<< /Subtype /Widget /FT /Tx /T (a) /V (answer) /Parent 4 0 R >>]"
    content = pdf("Form").replace(b"/MediaBox", loop + b" /MediaBox", 1)
    assert "answer" in read_file(BytesIO(content)).text
