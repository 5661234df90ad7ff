"""Files made to hurt: each is refused in words, within the limits of time and memory."""

import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest

from retrieval.parsing import (
    FileTooLargeError,
    Limits,
    TooSlowError,
    UnreadableFileError,
    UnsupportedFileError,
)
from retrieval.parsing.readers import bare_environ
from retrieval.parsing.sandbox import read_file
from tests.retrieval.documents import docx, flate_bomb, pdf, pptx, with_part

pytestmark = pytest.mark.outside  # a process for each file, and up to seconds in it
WORD = "word/document.xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><document>&b;</document>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>
<x>&y;</x>"""


def archive(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


@cache
def bomb() -> bytes:
    return with_part(docx("x"), "word/media/image.bin", bytes(101 * 1024**2))


def liar() -> bytes:
    """Return a bomb whose directory says that it is small."""
    content = bytearray(bomb())
    size = (101 * 1024**2).to_bytes(4, "little")
    return bytes(content.replace(size, (1000).to_bytes(4, "little")))


def endless_pages() -> bytes:
    """Return a PDF whose page tree holds itself."""
    return pdf("x").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")


ENCRYPTED = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <"
    + b"41" * 32
    + b"> /U <"
    + b"42" * 32
    + b"> /P -4 >> /ID [<41> <41>]"
)

UNREADABLE = UnreadableFileError
TOO_LARGE = FileTooLargeError
UNSUPPORTED = UnsupportedFileError
FILES: dict[str, tuple[Callable[[], bytes], str, type[UnreadableFileError], str]] = {
    "empty": (lambda: b"", "a.txt", UNREADABLE, "no text"),
    "only spaces": (lambda: b" \n\t ", "a.txt", UNREADABLE, "no text"),
    "rubbish": (lambda: bytes(range(256)) * 50, "a.txt", UNSUPPORTED, "not read here"),
    "a picture named .txt": (
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(99),
        "a.txt",
        UNSUPPORTED,
        "not read",
    ),
    "a program named .pdf": (lambda: b"\x7fELF" + bytes(99), "a.pdf", UNSUPPORTED, "not read here"),
    "zip bomb": (bomb, "a.docx", TOO_LARGE, "unpacks"),
    "zip bomb that lies": (liar, "a.docx", UNREADABLE, "broken"),
    "ten thousand parts": (
        lambda: archive({WORD: b"<a/>", **{f"{n}": b"" for n in range(10_001)}}),
        "",
        TOO_LARGE,
        "parts",
    ),
    "billion laughs": (lambda: with_part(docx("x"), WORD, LAUGHS), "", UNREADABLE, "document type"),
    "outside entity": (
        lambda: with_part(docx("x"), WORD, OUTSIDE),
        "",
        UNREADABLE,
        "document type",
    ),
    "utf-16 entity": (
        lambda: with_part(docx("x"), WORD, OUTSIDE.decode().encode("utf-16")),
        "",
        UNREADABLE,
        "document type",
    ),
    "outside entity in slides": (
        lambda: with_part(pptx("x", "y"), "ppt/slides/slide1.xml", OUTSIDE),
        "",
        UNREADABLE,
        "document type",
    ),
    "half a docx": (lambda: docx("x" * 999)[:-200], "a.docx", UNREADABLE, "broken"),
    "docx of nonsense": (lambda: archive({WORD: b"nonsense"}), "", UNREADABLE, "broken"),
    "plain zip": (lambda: archive({"a.txt": b"hello"}), "a.docx", UNSUPPORTED, "archive"),
    "locked pdf": (lambda: pdf("x", trailer=ENCRYPTED), "", UNREADABLE, "encrypted"),
    "half a pdf": (lambda: pdf("x")[:60], "", UNREADABLE, ""),
    "pdf of nonsense": (lambda: b"%PDF-1.7\n" + b"nonsense " * 99, "", UNREADABLE, "broken"),
    "pdf that holds itself": (endless_pages, "", UNREADABLE, ""),
    "pdf without text": (lambda: pdf(""), "", UNREADABLE, "text recognition"),
    "pdf bomb": (lambda: pdf("x", filtered=flate_bomb(120)), "", UNREADABLE, ""),
    "deep json": (lambda: b"[" * 200_000 + b"]" * 200_000, "a.json", UNREADABLE, "not JSON"),
    "broken json": (lambda: b'{"a": ', "a.json", UNREADABLE, "not JSON"),
    "huge cell": (lambda: b'a,b\n"' + b"x" * 9_000_000 + b'"', "a.csv", TOO_LARGE, "characters"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_hostile_file_is_refused(case: str) -> None:
    make, name, error, word = FILES[case]
    with pytest.raises(error, match=word or ".") as refusal:
        read_file(BytesIO(make()), name=name, limits=Limits(seconds=10))
    assert refusal.type is error or case == "pdf bomb"  # which may run out of time, or of room


def test_many_comments_before_the_text_cost_nothing() -> None:
    text = read_file(BytesIO(b"<!---->" * 500 + b"\n# Title\n\nreal"), name="a.md").text
    assert "real" in text


def test_a_table_cell_over_a_hundred_million_columns_is_read_once() -> None:
    xml = (
        f'<w:document xmlns:w="{W}"><w:body><w:tbl><w:tr><w:tc><w:tcPr>'
        '<w:gridSpan w:val="100000000"/></w:tcPr><w:p><w:r><w:t>wide</w:t></w:r></w:p>'
        "</w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    assert read_file(BytesIO(with_part(docx("x"), WORD, xml.encode()))).text == "wide"


def test_deeply_nested_html_is_read_or_refused() -> None:
    content = b"<html><body>" + b"<div>" * 100_000 + b"deep down"
    try:
        assert "deep down" in read_file(BytesIO(content), limits=Limits(seconds=2)).text
    except UnreadableFileError as refusal:
        assert type(refusal) in (UnreadableFileError, TooSlowError)  # noqa: PT017


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(UnreadableFileError, match="too long"):
        read_file(BytesIO(pdf("x")), limits=Limits(seconds=0.01))


def test_a_reader_that_takes_too_much_memory_is_stopped() -> None:
    with pytest.raises(UnreadableFileError, match=r"takes too much|too deep or large"):
        read_file(BytesIO(b"x" * 9_000_000), limits=Limits(memory_bytes=30 * 1024**2))


def test_the_reader_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    assert "SECRET_KEY" not in bare_environ()
